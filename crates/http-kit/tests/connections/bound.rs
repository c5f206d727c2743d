use customers_http_kit::server::Limits;

use crate::harness::{Caller, Server};

fn bound(max_connections: usize) -> Limits {
    Limits {
        max_connections,
        ..Limits::default()
    }
}

async fn idle(server: &Server) -> Caller {
    let mut caller = server.caller().await;
    caller.get("/").await;
    caller.answer().await;
    caller
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_limit_the_longest_idle_connection_is_closed() {
    let server = Server::start(bound(3));
    let mut first = idle(&server).await;
    let mut second = idle(&server).await;
    let mut third = idle(&server).await;
    let mut fourth = idle(&server).await;
    assert_eq!(first.closed().await, 0);
    for other in [&mut second, &mut third, &mut fourth] {
        other.get("/").await;
        assert_eq!(other.answer().await.status(), 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_connections_blocks_no_good_request() {
    let server = Server::start(bound(10));
    let mut flood = Vec::new();
    for n in 0..100 {
        let caller = server.caller().await;
        // Sending on a closed connection may fail.
        let _ = caller.0.try_write(&b"GET / HTTP/1.1\r\nX: "[..n % 19]);
        flood.push(caller);
        if n % 10 == 0 {
            assert_eq!(server.good_request().await.status(), 200);
        }
    }
    assert_eq!(server.good_request().await.status(), 200);
    assert_eq!(flood[0].closed().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_send_no_body_are_closed() {
    let server = Server::start(bound(2));
    let mut slow = [server.caller().await, server.caller().await];
    for caller in &mut slow {
        caller.post("/body", 10).await;
        caller.send("{").await;
    }
    assert_eq!(server.good_request().await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_read_no_response_are_closed() {
    let server = Server::start(bound(2));
    let mut slow = [server.caller().await, server.caller().await];
    for caller in &mut slow {
        caller.get("/big").await;
    }
    assert_eq!(server.good_request().await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_in_progress_is_never_evicted() {
    let server = Server::start(bound(2));
    let mut working = [server.working().await, server.working().await];
    let mut waiting = server.caller().await;
    waiting.get("/").await;
    server.finish_one();
    assert_eq!(waiting.answer().await.body, b"hello");
    server.finish_one();
    for caller in &mut working {
        assert_eq!(caller.answer().await.body, b"done");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn disconnected_clients_release_their_slots() {
    let server = Server::start(bound(1));
    for bytes in [
        "",
        "GET / HT",
        "POST /body HTTP/1.1\r\nHost: example.com\r\nContent-Length: 9\r\n\r\n{",
    ] {
        for _ in 0..3 {
            server.caller().await.send(bytes).await;
        }
    }
    assert_eq!(server.good_request().await.status(), 200);
    server.drain.close();
    server.ended().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_ends_only_its_connection_and_releases_its_slot() {
    let server = Server::start(bound(1));
    for _ in 0..3 {
        let mut caller = server.caller().await;
        caller.get("/panic").await;
        assert_eq!(caller.closed().await, 0);
    }
    assert_eq!(server.good_request().await.status(), 200);
}
