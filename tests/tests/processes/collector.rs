//! A trace collector that receives OTLP over HTTP and keeps the spans.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use axum::serve::Listener;
use http::{HeaderMap, StatusCode};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use rustls::ServerConfig;
use rustls::crypto::ring;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// One export request.
pub(crate) struct Delivery {
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Bytes,
    content: ExportTraceServiceRequest,
}

type Deliveries = Arc<Mutex<Vec<Delivery>>>;

/// A collector on a free port, which runs until the end of its test.
pub(crate) struct Collector {
    url: String,
    deliveries: Deliveries,
}

impl Collector {
    pub(crate) async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self::on(listener, "http")
    }

    /// Starts a collector with TLS, and writes its self-signed certificate to a file.
    pub(crate) async fn open_with_tls(certificate_file: &Path) -> Self {
        let own = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        fs::write(certificate_file, own.cert.pem()).unwrap();
        let key = own.signing_key.serialize_der().try_into().unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![own.cert.der().clone()], key)
            .unwrap();
        let listener = TlsListener {
            tcp: TcpListener::bind("127.0.0.1:0").await.unwrap(),
            tls: TlsAcceptor::from(Arc::new(config)),
        };
        Self::on(listener, "https")
    }

    fn on<L>(listener: L, scheme: &str) -> Self
    where
        L: Listener<Addr = SocketAddr>,
    {
        let url = format!("{scheme}://{}", listener.local_addr().unwrap());
        let deliveries = Deliveries::default();
        let service = Router::new()
            .route("/v1/traces", post(take))
            .with_state(Arc::clone(&deliveries));
        tokio::spawn(axum::serve(listener, service).into_future());
        Self { url, deliveries }
    }

    /// Returns the base URL.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Calls a function with all export requests.
    pub(crate) fn look<T>(&self, ask: impl FnOnce(&[Delivery]) -> T) -> T {
        ask(&self.deliveries.lock().unwrap())
    }

    /// Returns every exported span.
    pub(crate) fn spans(&self) -> Vec<Span> {
        let spans = |delivery: &Delivery| {
            let resources = delivery.content.resource_spans.iter();
            let scopes = resources.flat_map(|resource| &resource.scope_spans);
            let spans = scopes.flat_map(|scope| &scope.spans);
            spans.cloned().collect::<Vec<_>>()
        };
        self.look(|deliveries| deliveries.iter().flat_map(spans).collect())
    }

    /// Returns the resource of the first export.
    pub(crate) fn resource(&self) -> Resource {
        self.look(|deliveries| {
            let resource = &deliveries[0].content.resource_spans[0].resource;
            resource.clone().unwrap()
        })
    }
}

struct TlsListener {
    tcp: TcpListener,
    tls: TlsAcceptor,
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, SocketAddr) {
        loop {
            let (tcp, caller) = self.tcp.accept().await.unwrap();
            // A client that does not trust the certificate disconnects.
            if let Ok(stream) = self.tls.accept(tcp).await {
                return (stream, caller);
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.tcp.local_addr()
    }
}

async fn take(
    State(deliveries): State<Deliveries>,
    headers: HeaderMap,
    bytes: Bytes,
) -> StatusCode {
    assert_eq!(headers["content-type"], "application/x-protobuf");
    let content = ExportTraceServiceRequest::decode(bytes.clone()).unwrap();
    deliveries.lock().unwrap().push(Delivery {
        headers,
        bytes,
        content,
    });
    StatusCode::OK
}

/// Returns the value of an attribute as text, or an empty string if there is none.
pub(crate) fn attribute(attributes: &[KeyValue], name: &str) -> String {
    let found = attributes.iter().find(|attribute| attribute.key == name);
    let value = found.and_then(|found| found.value.as_ref()?.value.as_ref());
    match value {
        None => String::new(),
        Some(any_value::Value::StringValue(text)) => text.clone(),
        Some(any_value::Value::IntValue(number)) => number.to_string(),
        Some(other) => format!("{other:?}"),
    }
}

/// Returns an id in hexadecimal, as in headers and log lines.
pub(crate) fn hex(id: &[u8]) -> String {
    let digits = id.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
    digits
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}
