use std::time::Duration;

use customers_http_kit::server::Limits;
use tokio::io::AsyncWriteExt;

use crate::harness::{BIG, Server, within};

const SHORT: Duration = Duration::from_millis(200);

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_head_is_closed_and_an_idle_connection_is_not() {
    let server = Server::start(Limits {
        head: SHORT,
        ..Limits::default()
    });
    let mut idle = server.caller().await;
    idle.get("/").await;
    idle.answer().await;
    let mut silent = server.caller().await;
    let mut slow = server.caller().await;
    slow.send("GET / HT").await;
    assert_eq!(slow.closed().await, 0);
    assert_eq!(silent.closed().await, 0);
    idle.get("/").await;
    assert_eq!(idle.answer().await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_head_of_a_later_request_has_the_same_limit() {
    let server = Server::start(Limits {
        head: SHORT,
        ..Limits::default()
    });
    let mut caller = server.caller().await;
    caller.get("/").await;
    caller.answer().await;
    caller.send("G").await;
    assert_eq!(caller.closed().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_connection_is_closed_and_a_slow_head_is_not() {
    let server = Server::start(Limits {
        idle: SHORT,
        ..Limits::default()
    });
    let mut slow = server.caller().await;
    slow.send("GET / HT").await;
    let mut idle = server.caller().await;
    idle.get("/").await;
    idle.answer().await;
    assert_eq!(idle.closed().await, 0);
    slow.send("TP/1.1\r\nHost: example.com\r\n\r\n").await;
    assert_eq!(slow.answer().await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_stops_is_answered_408_and_closed() {
    let server = Server::start(Limits {
        body: SHORT,
        ..Limits::default()
    });
    let mut caller = server.caller().await;
    caller.post("/body", 10).await;
    caller.send("{").await;
    let answer = caller.answer().await;
    assert_eq!(answer.status(), 408);
    assert!(answer.closes());
    assert_eq!(caller.closed().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_drips_is_answered_408() {
    let server = Server::start(Limits {
        body: SHORT,
        ..Limits::default()
    });
    let mut caller = server.caller().await;
    caller.post("/body", 1000).await;
    let (mut reader, mut writer) = caller.0.into_split();
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
async fn a_body_in_two_parts_is_read_and_the_connection_lives_on() {
    let server = Server::start(Limits::default());
    let mut caller = server.caller().await;
    for _ in 0..2 {
        caller.post("/body", 4).await;
        caller.send("ab").await;
        caller.send("cd").await;
        let answer = caller.answer().await;
        assert_eq!(
            (answer.status(), answer.body.as_slice()),
            (200, &b"abcd"[..])
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_that_does_not_take_its_answer_is_cut() {
    let server = Server::start(Limits {
        answer: SHORT,
        max_connections: 1,
        ..Limits::default()
    });
    let mut slow = server.caller().await;
    slow.get("/big").await;
    // The only slot is free again once the slow reader is gone.
    assert_eq!(server.good_request().await.status(), 200);
    assert!(slow.closed().await < BIG);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_big_answer_arrives_whole() {
    let server = Server::start(Limits::default());
    let mut caller = server.caller().await;
    caller.get("/big").await;
    assert_eq!(caller.answer().await.body.len(), BIG);
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
        let mut caller = server.caller().await;
        caller
            .send(format!(
                "GET / HTTP/1.1\r\nHost: example.com\r\n{headers}\r\n"
            ))
            .await;
        assert_eq!(
            caller.answer().await.status(),
            200,
            "{} bytes of headers",
            headers.len()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_without_end_is_answered_431_and_closed() {
    let server = Server::start(Limits::default());
    let mut caller = server.caller().await;
    caller
        .send(format!(
            "GET / HTTP/1.1\r\nHost: example.com\r\nX: {}",
            "v".repeat(64 * 1024)
        ))
        .await;
    let answer = caller.answer().await;
    assert_eq!(answer.status(), 431);
    assert!(answer.closes());
    assert_eq!(caller.closed().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_http_is_answered_400_and_closed() {
    let server = Server::start(Limits::default());
    let conflicting = "POST /body HTTP/1.1\r\nHost: example.com\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab";
    for bytes in [
        "\u{1}\u{2}\u{3} garbage\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        conflicting,
    ] {
        let mut caller = server.caller().await;
        caller.send(bytes).await;
        let answer = caller.answer().await;
        assert_eq!(answer.status(), 400, "{bytes:?}");
        assert!(answer.closes());
        assert_eq!(caller.closed().await, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_body_that_cannot_be_read_the_connection_closes() {
    let server = Server::start(Limits::default());
    let mut caller = server.caller().await;
    caller
        .send(
            "POST /body HTTP/1.1\r\nHost: example.com\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        )
        .await;
    let answer = caller.answer().await;
    assert_eq!(answer.status(), 400);
    assert!(answer.closes());
    assert_eq!(caller.closed().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_given_before_the_body_came_is_not_lost() {
    let server = Server::start(Limits::default());
    let mut caller = server.caller().await;
    let length = 1024 * 1024;
    caller.post("/unread", length).await;
    caller.send(vec![b'x'; length]).await;
    let answer = caller.answer().await;
    assert_eq!(answer.status(), 401);
    assert!(answer.closes());
    assert_eq!(caller.closed().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_who_has_ended_his_side_still_gets_his_answer() {
    let server = Server::start(Limits::default());
    let mut caller = server.working().await;
    caller.0.shutdown().await.unwrap();
    server.finish_one();
    assert_eq!(caller.answer().await.body, b"done");
    assert_eq!(caller.closed().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_sent_ahead_are_answered_in_order() {
    let server = Server::start(Limits::default());
    let mut caller = server.caller().await;
    let get = "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n";
    let post = "POST /body HTTP/1.1\r\nHost: example.com\r\nContent-Length: 2\r\n\r\nok";
    caller.send([get, post, get].concat()).await;
    for body in ["hello", "ok", "hello"] {
        assert_eq!(caller.answer().await.body, body.as_bytes());
    }
}
