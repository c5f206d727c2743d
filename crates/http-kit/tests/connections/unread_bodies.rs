//! Responses that are sent before the request body was read.

use std::time::Duration;

use customers_http_kit::server::Limits;

use crate::harness::{RawClient, Server};

const LIMIT: usize = 64 * 1024;
const SHORT: Duration = Duration::from_millis(200);

/// Sends a head, reads the response and then sends the body, like a client that writes them in two steps.
async fn send_body_after_the_response(client: &mut RawClient, length: usize) {
    client.post("/unread", length).await;
    let response = client.response().await;
    assert_eq!(response.status(), 401);
    assert!(!response.closes(), "{}", response.head);
    client.send(vec![b'x'; length]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_connection_is_reused_after_a_body_that_arrives_after_the_response() {
    let server = Server::start(Limits::default());
    let mut client = server.client().await;
    for length in [1, 20, LIMIT, 300] {
        send_body_after_the_response(&mut client, length).await;
        client.get("/").await;
        assert_eq!(client.response().await.body, b"hello");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_arrives_in_pieces_is_discarded_completely() {
    let server = Server::start(Limits::default());
    let mut client = server.client().await;
    client.post("/unread", 3).await;
    assert_eq!(client.response().await.status(), 401);
    for piece in ["a", "b", "cGET / HTTP/1.1\r\nHost: exam"] {
        client.send(piece).await;
        tokio::task::yield_now().await;
    }
    client.send("ple.com\r\n\r\n").await;
    assert_eq!(client.response().await.body, b"hello");
}

#[tokio::test(flavor = "multi_thread")]
async fn pipelined_requests_behind_unread_bodies_are_answered() {
    let server = Server::start(Limits::default());
    let mut client = server.client().await;
    let unread = format!(
        "POST /unread HTTP/1.1\r\nHost: example.com\r\nContent-Length: {LIMIT}\r\n\r\n{}",
        "x".repeat(LIMIT)
    );
    let get = "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n";
    client
        .send([&unread, get, &unread, &unread, get].concat())
        .await;
    for status in [401, 200, 401, 401, 200] {
        assert_eq!(client.response().await.status(), status);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_body_of_a_get_or_head_request_is_discarded() {
    let server = Server::start(Limits::default());
    let mut client = server.client().await;
    for _ in 0..2 {
        client
            .send("GET / HTTP/1.1\r\nHost: example.com\r\nContent-Length: 5\r\n\r\n")
            .await;
        let response = client.response().await;
        assert_eq!(response.body, b"hello");
        assert!(!response.closes());
        client.send("world").await;
    }
    client
        .send("HEAD / HTTP/1.1\r\nHost: example.com\r\nContent-Length: 5\r\n\r\n")
        .await;
    assert!(!client.head().await.closes());
    client.send("world").await;
    client.get("/").await;
    assert_eq!(client.response().await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rest_of_a_partly_read_body_is_discarded() {
    let server = Server::start(Limits::default());
    let mut client = server.client().await;
    client.post("/first-frame", 1000).await;
    client.send("x").await;
    assert_eq!(client.response().await.status(), 422);
    client.send("x".repeat(999)).await;
    client.get("/").await;
    assert_eq!(client.response().await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_cannot_be_discarded_closes_the_connection() {
    let server = Server::start(Limits::default());
    for framing in [
        &*format!("Content-Length: {}", LIMIT + 1),
        "Transfer-Encoding: chunked",
        "Content-Length: 5\r\nExpect: 100-continue",
        "Content-Length: 5\r\nConnection: close",
    ] {
        let mut client = server.client().await;
        client
            .send(format!(
                "POST /unread HTTP/1.1\r\nHost: example.com\r\n{framing}\r\n\r\n"
            ))
            .await;
        let response = client.response().await;
        assert_eq!(response.status(), 401, "{framing}");
        assert!(response.closes(), "{framing}");
        assert_eq!(client.closed().await, 0, "{framing}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_http_1_0_connection_stays_open_only_with_keep_alive() {
    let server = Server::start(Limits::default());
    let mut client = server.client().await;
    let keep = "Connection: keep-alive\r\n";
    client
        .send(format!(
            "POST /unread HTTP/1.0\r\n{keep}Content-Length: 2\r\n\r\n"
        ))
        .await;
    let response = client.response().await;
    assert!(response.head.contains("\r\nconnection: keep-alive\r\n"));
    client
        .send(format!(
            "okPOST /unread HTTP/1.0\r\n{keep}Content-Length: 70000\r\n\r\n"
        ))
        .await;
    let response = client.response().await;
    assert!(response.closes(), "{}", response.head);
    assert!(!response.head.contains("keep-alive"), "{}", response.head);
    assert_eq!(client.closed().await, 0);

    let mut client = server.client().await;
    client
        .send("POST /unread HTTP/1.0\r\nContent-Length: 2\r\n\r\n")
        .await;
    assert_eq!(client.response().await.status(), 401);
    assert_eq!(client.closed().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unread_body_that_never_arrives_times_out_like_a_body() {
    let server = Server::start(Limits {
        body: SHORT,
        ..Limits::default()
    });
    let mut client = server.client().await;
    send_body_after_the_response(&mut client, 10).await;
    client.post("/unread", 10).await;
    assert_eq!(client.response().await.status(), 401);
    client.send("x").await;
    assert_eq!(client.closed().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_body_timeout_ends_when_the_body_has_arrived() {
    let server = Server::start(Limits {
        body: SHORT,
        ..Limits::default()
    });
    let mut client = server.client().await;
    send_body_after_the_response(&mut client, 10).await;
    let mut late = server.client().await;
    late.post("/unread", 10).await;
    late.response().await;
    // When the other connection is closed, the timeout of this one has passed too.
    assert_eq!(late.closed().await, 0);
    client.get("/").await;
    assert_eq!(client.response().await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_with_overdue_unread_bodies_are_evicted() {
    let server = Server::start(Limits {
        max_connections: 2,
        ..Limits::default()
    });
    let mut slow = [server.client().await, server.client().await];
    for client in &mut slow {
        client.post("/unread", 10).await;
        assert_eq!(client.response().await.status(), 401);
    }
    assert_eq!(server.good_request().await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_draining_an_unread_body_closes_the_connection() {
    let server = Server::start(Limits::default());
    server.drain.begin();
    let mut client = server.client().await;
    client.post("/unread", 10).await;
    assert!(client.response().await.closes());
    assert_eq!(client.closed().await, 0);
}
