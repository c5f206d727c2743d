//! The metrics page for Prometheus. It needs no API key, so it must be served on a listener that clients cannot reach.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Router, routing};
use bytes::Bytes;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::server::Limits;

/// Content type of the Prometheus text format.
const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";
/// Lifetime of a rendered page. Rendering takes a millisecond, and frequent requests must not use much CPU.
const PAGE_LIFETIME: Duration = Duration::from_millis(250);

/// Renders the page. It may block for a moment.
pub type Render = Arc<dyn Fn() -> String + Send + Sync>;

#[derive(Clone)]
struct Page {
    render: Render,
    last: Arc<Mutex<Option<(Instant, Bytes)>>>,
}

/// Returns the routes of a metrics listener: only `GET /metrics`.
pub fn router(render: Render) -> Router {
    let page = Page {
        render,
        last: Arc::default(),
    };
    Router::new()
        .route("/metrics", routing::get(metrics))
        .with_state(page)
}

/// Returns the limits of a metrics listener, for a few scrapers with small requests.
pub fn limits() -> Limits {
    Limits {
        max_connections: 16,
        head_bytes: 4 * 1024,
        response: Duration::from_secs(10),
        drain: Duration::ZERO,
        ..Limits::default()
    }
}

async fn metrics(State(page): State<Page>) -> Response {
    let mut last = page.last.lock_owned().await;
    if let Some((rendered_at, text)) = &*last
        && rendered_at.elapsed() < PAGE_LIFETIME
    {
        return respond(text.clone());
    }
    // The task owns the lock, so a client that disconnects does not cause another rendering.
    let rendered = tokio::task::spawn_blocking(move || {
        let rendered_at = Instant::now();
        let text = Bytes::from((page.render)());
        *last = Some((rendered_at, text.clone()));
        text
    });
    match rendered.await {
        Ok(text) => respond(text),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn respond(text: Bytes) -> Response {
    ([(CONTENT_TYPE, TEXT_FORMAT)], text).into_response()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use axum::body::Body;
    use http::{Request, header};
    use http_body_util::BodyExt as _;
    use tower::ServiceExt as _;

    use super::*;

    /// Returns a page with the number of renderings.
    fn counting() -> Router {
        let count = AtomicUsize::new(0);
        router(Arc::new(move || {
            format!("rendered {}\n", count.fetch_add(1, Ordering::SeqCst) + 1)
        }))
    }

    async fn send(router: &Router, method: &str, path: &str) -> (Response<()>, String) {
        let request = Request::builder().method(method).uri(path);
        let request = request.body(Body::empty()).unwrap();
        let (head, body) = router.clone().oneshot(request).await.unwrap().into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8(body.to_vec()).unwrap();
        (Response::from_parts(head, ()), text)
    }

    #[tokio::test(start_paused = true)]
    async fn the_page_is_in_the_text_format_and_rendered_once_for_many_requests() {
        let router = counting();
        for _ in 0..20 {
            let (response, text) = send(&router, "GET", "/metrics").await;
            assert_eq!(response.status(), StatusCode::OK);
            assert_eq!(response.headers()[CONTENT_TYPE], TEXT_FORMAT);
            assert_eq!(text, "rendered 1\n");
        }
        tokio::time::advance(PAGE_LIFETIME).await;
        assert_eq!(send(&router, "GET", "/metrics").await.1, "rendered 2\n");
    }

    #[tokio::test]
    async fn other_paths_and_methods_are_refused() {
        let router = counting();
        for path in ["/", "/metrics/", "/customers", "/health/live", "/docs"] {
            let (response, _) = send(&router, "GET", path).await;
            assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
        }
        for method in ["POST", "DELETE", "OPTIONS", "BREW"] {
            let (response, _) = send(&router, method, "/metrics").await;
            assert_eq!(
                response.status(),
                StatusCode::METHOD_NOT_ALLOWED,
                "{method}"
            );
            assert_eq!(response.headers()[header::ALLOW], "GET,HEAD");
        }
    }

    #[tokio::test]
    async fn a_failed_rendering_is_a_500_and_the_next_request_tries_again() {
        let broken = AtomicUsize::new(0);
        let router = router(Arc::new(move || {
            assert!(broken.fetch_add(1, Ordering::SeqCst) > 0, "the first fails");
            "fine\n".to_owned()
        }));
        assert_eq!(send(&router, "GET", "/metrics").await.0.status(), 500);
        assert_eq!(send(&router, "GET", "/metrics").await.1, "fine\n");
    }
}
