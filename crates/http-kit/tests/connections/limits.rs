use std::time::Duration;

use customers_http_kit::server::Limits;
use tokio::io::AsyncWriteExt;

use crate::harness::{LARGE, Server, within};

const SHORT: Duration = Duration::from_millis(200);

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_head_times_out_before_an_idle_connection() {
    let server = Server::start(Limits {
        head: SHORT,
        ..Limits::default()
    });
    let mut idle = server.client().await;
    idle.get("/").await;
    idle.response().await;
    let mut silent = server.client().await;
    let mut slow = server.client().await;
    slow.send("GET / HT").await;
    assert_eq!(slow.closed().await, 0);
    assert_eq!(silent.closed().await, 0);
    idle.get("/").await;
    assert_eq!(idle.response().await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_head_of_a_later_request_has_the_same_limit() {
    let server = Server::start(Limits {
        head: SHORT,
        ..Limits::default()
    });
    let mut client = server.client().await;
    client.get("/").await;
    client.response().await;
    client.send("G").await;
    assert_eq!(client.closed().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_connection_times_out_before_a_slow_head() {
    let server = Server::start(Limits {
        idle: SHORT,
        ..Limits::default()
    });
    let mut slow = server.client().await;
    slow.send("GET / HT").await;
    let mut idle = server.client().await;
    idle.get("/").await;
    idle.response().await;
    assert_eq!(idle.closed().await, 0);
    slow.send("TP/1.1\r\nHost: example.com\r\n\r\n").await;
    assert_eq!(slow.response().await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_stalls_gets_408_and_the_connection_closes() {
    let server = Server::start(Limits {
        body: SHORT,
        ..Limits::default()
    });
    let mut client = server.client().await;
    client.post("/body", 10).await;
    client.send("{").await;
    let response = client.response().await;
    assert_eq!(response.status(), 408);
    assert!(response.closes());
    assert_eq!(client.closed().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_arrives_too_slowly_gets_408() {
    let server = Server::start(Limits {
        body: SHORT,
        ..Limits::default()
    });
    let mut client = server.client().await;
    client.post("/body", 1000).await;
    let (mut reader, mut writer) = client.0.into_split();
    let drip = tokio::spawn(async move {
        let mut drops = tokio::time::interval(SHORT / 10);
        while writer.write_all(b"x").await.is_ok() {
            drops.tick().await;
        }
    });
    let mut start = [0; 12];
    within(
        "an answer",
        tokio::io::AsyncReadExt::read_exact(&mut reader, &mut start),
    )
    .await
    .unwrap();
    assert_eq!(&start, b"HTTP/1.1 408");
    drop(reader);
    within("the end of the connection", drip).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_in_two_parts_is_read_and_the_connection_stays_open() {
    let server = Server::start(Limits::default());
    let mut client = server.client().await;
    for _ in 0..2 {
        client.post("/body", 4).await;
        client.send("ab").await;
        client.send("cd").await;
        let response = client.response().await;
        assert_eq!(
            (response.status(), response.body.as_slice()),
            (200, &b"abcd"[..])
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_does_not_read_its_response_is_disconnected() {
    let server = Server::start(Limits {
        response: SHORT,
        max_connections: 1,
        ..Limits::default()
    });
    let mut slow = server.client().await;
    slow.get("/large").await;
    // The only slot becomes free when the slow client is disconnected.
    assert_eq!(server.good_request().await.status(), 200);
    assert!(slow.closed().await < LARGE);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_response_arrives_completely() {
    let server = Server::start(Limits::default());
    let mut client = server.client().await;
    client.get("/large").await;
    assert_eq!(client.response().await.body.len(), LARGE);
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_of_16_kib_are_read() {
    let server = Server::start(Limits::default());
    let many: Vec<_> = (0..200)
        .map(|n| format!("X-{n:03}: {}\r\n", "v".repeat(73)))
        .collect();
    for headers in [
        format!("X: {}\r\n", "v".repeat(16 * 1024 - 5)),
        many.concat(),
    ] {
        let mut client = server.client().await;
        client
            .send(format!(
                "GET / HTTP/1.1\r\nHost: example.com\r\n{headers}\r\n"
            ))
            .await;
        assert_eq!(
            client.response().await.status(),
            200,
            "{} bytes of headers",
            headers.len()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endless_head_gets_431_and_the_connection_closes() {
    let server = Server::start(Limits::default());
    let mut client = server.client().await;
    client
        .send(format!(
            "GET / HTTP/1.1\r\nHost: example.com\r\nX: {}",
            "v".repeat(64 * 1024)
        ))
        .await;
    let response = client.response().await;
    assert_eq!(response.status(), 431);
    assert!(response.closes());
    assert_eq!(client.closed().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_not_http_get_400_and_the_connection_closes() {
    let server = Server::start(Limits::default());
    let conflicting = "POST /body HTTP/1.1\r\nHost: example.com\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab";
    for bytes in [
        "\u{1}\u{2}\u{3} garbage\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        conflicting,
    ] {
        let mut client = server.client().await;
        client.send(bytes).await;
        let response = client.response().await;
        assert_eq!(response.status(), 400, "{bytes:?}");
        assert!(response.closes());
        assert_eq!(client.closed().await, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_connection_closes_after_a_malformed_body() {
    let server = Server::start(Limits::default());
    let mut client = server.client().await;
    client
        .send(
            "POST /body HTTP/1.1\r\nHost: example.com\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        )
        .await;
    let response = client.response().await;
    assert_eq!(response.status(), 400);
    assert!(response.closes());
    assert_eq!(client.closed().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_response_sent_before_the_body_arrived_is_not_lost() {
    let server = Server::start(Limits::default());
    let mut client = server.client().await;
    let length = 1024 * 1024;
    client.post("/unread", length).await;
    client.send(vec![b'x'; length]).await;
    let response = client.response().await;
    assert_eq!(response.status(), 401);
    assert!(response.closes());
    assert_eq!(client.closed().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_has_shut_down_its_side_gets_its_response() {
    let server = Server::start(Limits::default());
    let mut client = server.working().await;
    client.0.shutdown().await.unwrap();
    server.finish_one();
    assert_eq!(client.response().await.body, b"done");
    assert_eq!(client.closed().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn pipelined_requests_are_answered_in_order() {
    let server = Server::start(Limits::default());
    let mut client = server.client().await;
    let get = "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n";
    let post = "POST /body HTTP/1.1\r\nHost: example.com\r\nContent-Length: 2\r\n\r\nok";
    client.send([get, post, get].concat()).await;
    for body in ["hello", "ok", "hello"] {
        assert_eq!(client.response().await.body, body.as_bytes());
    }
}
