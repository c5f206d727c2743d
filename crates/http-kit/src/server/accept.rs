//! The accept loop, the watchdog, and the shutdown of a listener.

use std::{convert::Infallible, io, sync::Arc, time::Duration};

use axum::{body::Body, response::Response};
use customers_metrics::ConnectionMetrics;
use http::Request;
use hyper::server::conn::http1;
use tokio::{
    net::{TcpListener, TcpStream},
    time::{Instant, MissedTickBehavior, interval, sleep, timeout, timeout_at},
};
use tower::Service;
use tracing::{debug, warn};

use super::{Limits, connection, deadlines::Deadlines, drain::Drain, slot::Slot, slots::Slots};

/// Interval of the watchdog. It is shorter if a time limit is.
const WATCH_INTERVAL: Duration = Duration::from_millis(250);

/// Maximum time between attempts to accept or close connections.
const RETRY_INTERVAL: Duration = Duration::from_millis(50);

/// Maximum time until cancelled tasks have ended.
const CANCEL_TIMEOUT: Duration = Duration::from_secs(1);

pub(super) async fn serve<S>(
    listener: TcpListener,
    service: S,
    limits: Limits,
    drain: Drain,
    connections: ConnectionMetrics,
) where
    S: Service<Request<Body>, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    let slots = Slots::new(&limits, drain.clone(), connections);
    tokio::select! {
        biased;
        () = drain.closed() => {}
        () = watch(&slots, &limits) => {}
        () = accept(listener, service, &slots, &limits) => {}
    }
    // The future that owned the listener was dropped, so there are no new connections.
    finish(&slots, &limits).await;
}

/// Accepts connections until it is dropped.
async fn accept<S>(listener: TcpListener, service: S, slots: &Arc<Slots>, limits: &Limits)
where
    S: Service<Request<Body>, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    let protocol = Arc::new(connection::protocol(limits));
    loop {
        let tcp = match listener.accept().await {
            Ok((tcp, _)) => tcp,
            Err(error) => {
                recover(&error, slots).await;
                continue;
            }
        };
        let slot = claim_slot(slots).await;
        spawn(tcp, &slot, &protocol, &service, slots);
    }
}

fn spawn<S>(
    tcp: TcpStream,
    slot: &Arc<Slot>,
    protocol: &Arc<http1::Builder>,
    service: &S,
    slots: &Slots,
) where
    S: Service<Request<Body>, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    let connection = connection::run(tcp, Arc::clone(slot), Arc::clone(protocol), service.clone());
    slots.attach(slot.index(), tokio::spawn(connection).abort_handle());
}

/// Returns a slot for the next connection. Evicts a connection if no slot is free, and waits until one is.
async fn claim_slot(slots: &Arc<Slots>) -> Arc<Slot> {
    loop {
        if let Some(slot) = slots.claim() {
            return slot;
        }
        slots.evict();
        // A connection may become evictable without releasing its slot.
        let _ = timeout(RETRY_INTERVAL, slots.released()).await;
    }
}

/// Handles an error of `accept`. Most errors concern one connection that has already ended. Others mean that a resource
/// of the system is exhausted, so a connection is evicted to release some.
async fn recover(error: &io::Error, slots: &Slots) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    if matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted
    ) {
        return;
    }
    debug!(%error, "cannot accept a connection");
    if slots.evict() {
        let _ = timeout(RETRY_INTERVAL, slots.released()).await;
    } else {
        sleep(RETRY_INTERVAL).await;
    }
}

/// Enforces the time limits until it is dropped.
async fn watch(slots: &Slots, limits: &Limits) {
    let deadlines = Deadlines::serving(limits);
    let shortest = limits
        .head
        .min(limits.body)
        .min(limits.idle)
        .min(limits.response);
    let mut ticks = interval(
        WATCH_INTERVAL
            .min(shortest / 4)
            .max(Duration::from_millis(1)),
    );
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        slots.sweep(&deadlines);
    }
}

/// Waits for requests in flight, then cancels the remaining ones.
async fn finish(slots: &Slots, limits: &Limits) {
    let deadlines = Deadlines::closing(limits);
    let end = Instant::now() + limits.drain;
    while slots.used() > 0 && Instant::now() < end {
        slots.sweep(&deadlines);
        let next = end.min(Instant::now() + RETRY_INTERVAL);
        let _ = timeout_at(next, slots.released()).await;
    }
    let remaining = slots.used();
    if remaining == 0 {
        return;
    }
    warn!(
        connections = remaining,
        "some requests did not finish in time and were cut"
    );
    slots.abort_all();
    let ended = async {
        while slots.used() > 0 {
            slots.released().await;
        }
    };
    let _ = timeout(CANCEL_TIMEOUT, ended).await;
}
