use customers_http_kit::server::Limits;

use crate::harness::{RawClient, Server};

fn limits(max_connections: usize) -> Limits {
    Limits {
        max_connections,
        ..Limits::default()
    }
}

async fn idle(server: &Server) -> RawClient {
    let mut client = server.client().await;
    client.get("/").await;
    client.response().await;
    client
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_limit_the_longest_idle_connection_is_closed() {
    let server = Server::start(limits(3));
    let mut first = idle(&server).await;
    let mut second = idle(&server).await;
    let mut third = idle(&server).await;
    let mut fourth = idle(&server).await;
    assert_eq!(first.closed().await, 0);
    for other in [&mut second, &mut third, &mut fourth] {
        other.get("/").await;
        assert_eq!(other.response().await.status(), 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_connections_does_not_block_valid_requests() {
    let server = Server::start(limits(10));
    let mut flood = Vec::new();
    for n in 0..100 {
        let client = server.client().await;
        // Sending on a closed connection may fail.
        let _ = client.0.try_write(&b"GET / HTTP/1.1\r\nX: "[..n % 19]);
        flood.push(client);
        if n % 10 == 0 {
            assert_eq!(server.good_request().await.status(), 200);
        }
    }
    assert_eq!(server.good_request().await.status(), 200);
    assert_eq!(flood[0].closed().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_send_no_body_are_closed() {
    let server = Server::start(limits(2));
    let mut slow = [server.client().await, server.client().await];
    for client in &mut slow {
        client.post("/body", 10).await;
        client.send("{").await;
    }
    assert_eq!(server.good_request().await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_read_no_response_are_closed() {
    let server = Server::start(limits(2));
    let mut slow = [server.client().await, server.client().await];
    for client in &mut slow {
        client.get("/large").await;
    }
    assert_eq!(server.good_request().await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_in_progress_is_never_evicted() {
    let server = Server::start(limits(2));
    let mut working = [server.working().await, server.working().await];
    let mut waiting = server.client().await;
    waiting.get("/").await;
    server.finish_one();
    assert_eq!(waiting.response().await.body, b"hello");
    server.finish_one();
    for client in &mut working {
        assert_eq!(client.response().await.body, b"done");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn disconnected_clients_release_their_slots() {
    let server = Server::start(limits(1));
    for bytes in [
        "",
        "GET / HT",
        "POST /body HTTP/1.1\r\nHost: example.com\r\nContent-Length: 9\r\n\r\n{",
    ] {
        for _ in 0..3 {
            server.client().await.send(bytes).await;
        }
    }
    assert_eq!(server.good_request().await.status(), 200);
    server.drain.close();
    server.ended().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_ends_only_its_connection_and_releases_its_slot() {
    let server = Server::start(limits(1));
    for _ in 0..3 {
        let mut client = server.client().await;
        client.get("/panic").await;
        assert_eq!(client.closed().await, 0);
    }
    assert_eq!(server.good_request().await.status(), 200);
}
