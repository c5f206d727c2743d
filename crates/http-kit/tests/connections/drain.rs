use std::time::Duration;

use customers_http_kit::server::Limits;
use tokio::net::TcpStream;

use crate::harness::{Server, within};

#[tokio::test(flavor = "multi_thread")]
async fn while_draining_requests_are_served_with_connection_close() {
    let server = Server::start(Limits::default());
    let mut kept = server.client().await;
    kept.get("/").await;
    assert!(!kept.response().await.closes());
    assert!(!server.drain.is_draining());
    server.drain.begin();
    assert!(server.drain.is_draining());
    kept.get("/").await;
    for response in [kept.response().await, server.good_request().await] {
        assert_eq!(response.status(), 200);
        assert!(response.closes());
    }
    assert_eq!(kept.closed().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_close_requests_in_flight_finish_and_no_connection_is_accepted() {
    let server = Server::start(Limits::default());
    let mut idle = server.client().await;
    idle.get("/").await;
    idle.response().await;
    let mut working = server.working().await;
    server.drain.close();
    assert!(server.drain.is_draining());
    assert_eq!(idle.closed().await, 0);
    within("the listener's end", async {
        while TcpStream::connect(server.address).await.is_ok() {}
    })
    .await;
    server.finish_one();
    let response = working.response().await;
    assert_eq!(response.body, b"done");
    assert!(response.closes());
    drop(working);
    server.ended().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_exceeds_the_drain_timeout_is_cancelled() {
    let server = Server::start(Limits {
        drain: Duration::from_millis(200),
        ..Limits::default()
    });
    let mut working = server.working().await;
    server.drain.close();
    server.ended().await;
    assert_eq!(working.closed().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_connections_ends_at_once() {
    let server = Server::start(Limits::default());
    server.drain.close();
    server.ended().await;
}
