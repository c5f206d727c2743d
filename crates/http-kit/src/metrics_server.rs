//! The page for Prometheus, for a listener of its own: it needs no key, so callers must not reach it.

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

/// The text format of Prometheus.
const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";
/// A page is made at most so often, however often it is asked for: making one costs a millisecond, and
/// nobody must be able to keep the program busy with it.
const FRESH: Duration = Duration::from_millis(250);

/// Makes the page's text; it may block for a moment.
pub type Render = Arc<dyn Fn() -> String + Send + Sync>;

#[derive(Clone)]
struct Page {
    render: Render,
    last: Arc<Mutex<Option<(Instant, Bytes)>>>,
}

/// What a listener for metrics answers: `GET /metrics`, else 404 or 405.
pub fn router(render: Render) -> Router {
    let page = Page {
        render,
        last: Arc::default(),
    };
    Router::new()
        .route("/metrics", routing::get(metrics))
        .with_state(page)
}

/// What a listener for metrics bears: some scrapers at a time, which say little.
pub fn limits() -> Limits {
    Limits {
        max_connections: 16,
        head_bytes: 4 * 1024,
        answer: Duration::from_secs(10),
        drain: Duration::ZERO,
        ..Limits::default()
    }
}

async fn metrics(State(page): State<Page>) -> Response {
    let mut last = page.last.lock_owned().await;
    if let Some((made_at, text)) = &*last
        && made_at.elapsed() < FRESH
    {
        return answer(text.clone());
    }
    // The lock goes with the work: one who asks and goes away does not have the next page made earlier.
    let made = tokio::task::spawn_blocking(move || {
        let made_at = Instant::now();
        let text = Bytes::from((page.render)());
        *last = Some((made_at, text.clone()));
        text
    });
    match made.await {
        Ok(text) => answer(text),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn answer(text: Bytes) -> Response {
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

    /// A page that counts how often it was made.
    fn counting() -> Router {
        let made = AtomicUsize::new(0);
        router(Arc::new(move || {
            format!("made {}\n", made.fetch_add(1, Ordering::SeqCst) + 1)
        }))
    }

    async fn ask(router: &Router, method: &str, path: &str) -> (Response<()>, String) {
        let request = Request::builder().method(method).uri(path);
        let request = request.body(Body::empty()).unwrap();
        let (head, body) = router.clone().oneshot(request).await.unwrap().into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8(body.to_vec()).unwrap();
        (Response::from_parts(head, ()), text)
    }

    #[tokio::test(start_paused = true)]
    async fn the_page_is_in_the_text_format_and_made_once_for_many_who_ask() {
        let router = counting();
        for _ in 0..20 {
            let (answer, text) = ask(&router, "GET", "/metrics").await;
            assert_eq!(answer.status(), StatusCode::OK);
            assert_eq!(answer.headers()[CONTENT_TYPE], TEXT_FORMAT);
            assert_eq!(text, "made 1\n");
        }
        tokio::time::advance(FRESH).await;
        assert_eq!(ask(&router, "GET", "/metrics").await.1, "made 2\n");
    }

    #[tokio::test]
    async fn there_is_no_other_page_and_no_other_method() {
        let router = counting();
        for path in ["/", "/metrics/", "/customers", "/health/live", "/docs"] {
            let (answer, _) = ask(&router, "GET", path).await;
            assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
        }
        for method in ["POST", "DELETE", "OPTIONS", "BREW"] {
            let (answer, _) = ask(&router, method, "/metrics").await;
            assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED, "{method}");
            assert_eq!(answer.headers()[header::ALLOW], "GET,HEAD");
        }
    }

    #[tokio::test]
    async fn a_page_that_cannot_be_made_is_a_500_and_the_next_one_is_tried() {
        let broken = AtomicUsize::new(0);
        let router = router(Arc::new(move || {
            assert!(broken.fetch_add(1, Ordering::SeqCst) > 0, "the first fails");
            "fine\n".to_owned()
        }));
        assert_eq!(ask(&router, "GET", "/metrics").await.0.status(), 500);
        assert_eq!(ask(&router, "GET", "/metrics").await.1, "fine\n");
    }
}
