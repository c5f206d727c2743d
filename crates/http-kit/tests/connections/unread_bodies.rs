//! Responses that are given before the request's body has been read.

use std::time::Duration;

use customers_http_kit::server::Limits;

use crate::harness::{Caller, Server};

const LIMIT: usize = 64 * 1024;
const SHORT: Duration = Duration::from_millis(200);

/// Sends a head, reads the response, and only then sends the body, as a client does that writes them in two steps.
async fn refused_before_the_body(caller: &mut Caller, length: usize) {
    caller.post("/unread", length).await;
    let answer = caller.answer().await;
    assert_eq!(answer.status(), 401);
    assert!(!answer.closes(), "{}", answer.head);
    caller.send(vec![b'x'; length]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_body_that_came_later_the_connection_is_used_again() {
    let server = Server::start(Limits::default());
    let mut caller = server.caller().await;
    for length in [1, 20, LIMIT, 300] {
        refused_before_the_body(&mut caller, length).await;
        caller.get("/").await;
        assert_eq!(caller.answer().await.body, b"hello");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_comes_in_pieces_is_discarded_to_its_end() {
    let server = Server::start(Limits::default());
    let mut caller = server.caller().await;
    caller.post("/unread", 3).await;
    assert_eq!(caller.answer().await.status(), 401);
    for piece in ["a", "b", "cGET / HTTP/1.1\r\nHost: exam"] {
        caller.send(piece).await;
        tokio::task::yield_now().await;
    }
    caller.send("ple.com\r\n\r\n").await;
    assert_eq!(caller.answer().await.body, b"hello");
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_sent_ahead_behind_unread_bodies_are_answered() {
    let server = Server::start(Limits::default());
    let mut caller = server.caller().await;
    let unread = format!(
        "POST /unread HTTP/1.1\r\nHost: example.com\r\nContent-Length: {LIMIT}\r\n\r\n{}",
        "x".repeat(LIMIT)
    );
    let get = "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n";
    caller
        .send([&unread, get, &unread, &unread, get].concat())
        .await;
    for status in [401, 200, 401, 401, 200] {
        assert_eq!(caller.answer().await.status(), status);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_a_get_or_a_head_carries_is_discarded() {
    let server = Server::start(Limits::default());
    let mut caller = server.caller().await;
    for _ in 0..2 {
        caller
            .send("GET / HTTP/1.1\r\nHost: example.com\r\nContent-Length: 5\r\n\r\n")
            .await;
        let answer = caller.answer().await;
        assert_eq!(answer.body, b"hello");
        assert!(!answer.closes());
        caller.send("world").await;
    }
    caller
        .send("HEAD / HTTP/1.1\r\nHost: example.com\r\nContent-Length: 5\r\n\r\n")
        .await;
    assert!(!caller.head().await.closes());
    caller.send("world").await;
    caller.get("/").await;
    assert_eq!(caller.answer().await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rest_of_a_body_that_was_read_in_part_is_discarded() {
    let server = Server::start(Limits::default());
    let mut caller = server.caller().await;
    caller.post("/first-frame", 1000).await;
    caller.send("x").await;
    assert_eq!(caller.answer().await.status(), 422);
    caller.send("x".repeat(999)).await;
    caller.get("/").await;
    assert_eq!(caller.answer().await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_cannot_be_discarded_is_answered_with_a_close() {
    let server = Server::start(Limits::default());
    for framing in [
        &*format!("Content-Length: {}", LIMIT + 1),
        "Transfer-Encoding: chunked",
        "Content-Length: 5\r\nExpect: 100-continue",
        "Content-Length: 5\r\nConnection: close",
    ] {
        let mut caller = server.caller().await;
        caller
            .send(format!(
                "POST /unread HTTP/1.1\r\nHost: example.com\r\n{framing}\r\n\r\n"
            ))
            .await;
        let answer = caller.answer().await;
        assert_eq!(answer.status(), 401, "{framing}");
        assert!(answer.closes(), "{framing}");
        assert_eq!(caller.closed().await, 0, "{framing}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_of_http_1_0_keeps_its_connection_only_if_it_asked_to() {
    let server = Server::start(Limits::default());
    let mut caller = server.caller().await;
    let keep = "Connection: keep-alive\r\n";
    caller
        .send(format!(
            "POST /unread HTTP/1.0\r\n{keep}Content-Length: 2\r\n\r\n"
        ))
        .await;
    let answer = caller.answer().await;
    assert!(answer.head.contains("\r\nconnection: keep-alive\r\n"));
    caller
        .send(format!(
            "okPOST /unread HTTP/1.0\r\n{keep}Content-Length: 70000\r\n\r\n"
        ))
        .await;
    let answer = caller.answer().await;
    assert!(answer.closes(), "{}", answer.head);
    assert!(!answer.head.contains("keep-alive"), "{}", answer.head);
    assert_eq!(caller.closed().await, 0);

    let mut caller = server.caller().await;
    caller
        .send("POST /unread HTTP/1.0\r\nContent-Length: 2\r\n\r\n")
        .await;
    assert_eq!(caller.answer().await.status(), 401);
    assert_eq!(caller.closed().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_never_comes_gets_the_time_of_a_body() {
    let server = Server::start(Limits {
        body: SHORT,
        ..Limits::default()
    });
    let mut caller = server.caller().await;
    refused_before_the_body(&mut caller, 10).await;
    caller.post("/unread", 10).await;
    assert_eq!(caller.answer().await.status(), 401);
    caller.send("x").await;
    assert_eq!(caller.closed().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_time_of_a_body_ends_when_it_has_come() {
    let server = Server::start(Limits {
        body: SHORT,
        ..Limits::default()
    });
    let mut caller = server.caller().await;
    refused_before_the_body(&mut caller, 10).await;
    let mut late = server.caller().await;
    late.post("/unread", 10).await;
    late.answer().await;
    // Once the other one is closed, its time has passed for this one too.
    assert_eq!(late.closed().await, 0);
    caller.get("/").await;
    assert_eq!(caller.answer().await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn unread_bodies_that_do_not_come_make_room() {
    let server = Server::start(Limits {
        max_connections: 2,
        ..Limits::default()
    });
    let mut slow = [server.caller().await, server.caller().await];
    for caller in &mut slow {
        caller.post("/unread", 10).await;
        assert_eq!(caller.answer().await.status(), 401);
    }
    assert_eq!(server.good_request().await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_draining_an_unread_body_is_answered_with_a_close() {
    let server = Server::start(Limits::default());
    server.drain.begin();
    let mut caller = server.caller().await;
    caller.post("/unread", 10).await;
    assert!(caller.answer().await.closes());
    assert_eq!(caller.closed().await, 0);
}
