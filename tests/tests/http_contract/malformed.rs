//! Bodies that are too large or not JSON.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use customers_tests::{Answer, Call, TestApp, bodies};
use http::Request;
use http_body::Frame;

const LIMIT: usize = 64 * 1024;

/// A body without a declared length.
struct Chunks(VecDeque<Bytes>);

impl http_body::Body for Chunks {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.pop_front().map(|chunk| Ok(Frame::data(chunk))))
    }
}

/// Returns a body that is padded with white space to this length.
fn padded(length: usize) -> String {
    let text = bodies::person().to_string();
    format!("{}{text}", " ".repeat(length - text.len()))
}

pub async fn a_body_of_64_kib_is_read_and_a_byte_more_is_too_large(app: TestApp) {
    let call = |length| app.post(&bodies::person()).bytes(padded(length));
    let fits = app.send(call(LIMIT)).await;
    assert_eq!(fits.status, 201, "{}", fits.text());
    let answer = app.send(call(LIMIT + 1)).await;
    answer.assert_problem("payload_too_large", &[("connection", "close")]);
}

pub async fn a_body_is_refused_by_its_declared_length(app: TestApp) {
    for declared in ["65537", "18446744073709551615"] {
        let call = app
            .post(&bodies::person())
            .header("content-length", declared);
        let answer = app.send(call).await;
        answer.assert_problem("payload_too_large", &[("connection", "close")]);
    }
}

pub async fn a_chunked_body_is_limited_while_it_arrives(app: TestApp) {
    let streamed = async |chunks: usize| -> Answer {
        let blank = Bytes::from(" ".repeat(1024));
        let last = Bytes::from(bodies::person().to_string());
        let body = Chunks(std::iter::repeat_n(blank, chunks).chain([last]).collect());
        let request = Request::post("/customers")
            .header("host", "127.0.0.1")
            .header("authorization", format!("Bearer {}", app.key()))
            .header("content-type", "application/json")
            .header("x-request-id", customers_tests::REQUEST_ID)
            .body(Body::new(body));
        app.answer(request.unwrap()).await
    };
    assert_eq!(streamed(63).await.status, 201);
    let answer = streamed(64).await;
    answer.assert_problem("payload_too_large", &[("connection", "close")]);
}

pub async fn a_body_that_is_not_one_json_value_is_malformed(app: TestApp) {
    let good = bodies::person().to_string();
    let cut = &good[..good.len() - 1];
    let half = &good[..good.len() / 2];
    let followed = format!("{good}x");
    let twice = format!("{good}{good}");
    let marked = format!("\u{feff}{good}");
    let comma = format!("{cut},}}");
    let comment = format!("{good}// note");
    let single = good.replace('"', "'");
    let control = good.replace("James", "Ja\u{1}mes");
    let escape = good.replace("James", "Ja\\xmes");
    let high = good.replace("James", "\\ud83d");
    let low = good.replace("James", "\\udc00");
    let swapped = good.replace("James", "\\udc00\\ud83d");
    let name = good.replace("first_name", "\\ud800");
    for bad in [
        "", " ", "nul", "{", "{'a':1}", "NaN", "01", "+1", "\"", "[1,]", cut, half, &followed,
        &twice, &marked, &comma, &comment, &single, &control, &escape, &high, &low, &swapped,
        &name,
    ] {
        let answer = app
            .send(app.post(&bodies::person()).bytes(bad.to_owned()))
            .await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (400, "malformed_json"),
            "{bad}"
        );
        answer.assert_problem("malformed_json", &[]);
    }
}

pub async fn a_body_that_is_not_utf_8_is_malformed(app: TestApp) {
    let good = bodies::person().to_string();
    for bad in [
        &b"\xff"[..],
        b"\xc3",
        b"\xc0\x80",
        b"\xed\xa0\x80",
        b"\xf5\x80\x80\x80",
    ] {
        let (before, after) = good.split_once("James").unwrap();
        let body = [before.as_bytes(), bad, after.as_bytes()].concat();
        let answer = app.send(app.post(&bodies::person()).bytes(body)).await;
        answer.assert_problem("malformed_json", &[]);
    }
    let utf_16: Vec<u8> = good.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let answer = app.send(app.post(&bodies::person()).bytes(utf_16)).await;
    answer.assert_problem("malformed_json", &[]);
}

pub async fn surrogates_are_checked_in_unknown_members(app: TestApp) {
    let call = |body: &str| app.post(&bodies::person()).bytes(body.to_owned());
    for bad in [
        r#"{"x":"\ud800"}"#,
        r#"{"x":[{"y":"\udc00"}]}"#,
        r#"["\ud800"]"#,
    ] {
        app.send(call(bad))
            .await
            .assert_problem("malformed_json", &[]);
    }
}

pub async fn a_body_may_be_nested_127_deep_and_no_deeper(app: TestApp) {
    let call = |body: String| -> Call { app.post(&bodies::person()).bytes(body) };
    let lists = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let objects = |depth: usize| format!("{}1{}", r#"{"a":"#.repeat(depth), "}".repeat(depth));
    let answer = app.send(call(lists(127))).await;
    answer.assert_errors("invalid_request", &[("", "wrong_type")]);
    let answer = app.send(call(objects(127))).await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (400, "invalid_request")
    );
    for deep in [lists(128), objects(128), lists(30_000), "[".repeat(60_000)] {
        app.send(call(deep))
            .await
            .assert_problem("malformed_json", &[]);
    }
}

/// RFC 8259 does not limit numbers, so a number beyond every machine type is valid JSON.
pub async fn a_number_of_any_size_is_json(app: TestApp) {
    for number in [
        "1",
        "-0.5e-3",
        "1e999",
        "-1e999",
        "123456789012345678901234567890",
        "1e-999",
    ] {
        let body = bodies::person().to_string().replace("\"James\"", number);
        let answer = app.send(app.post(&bodies::person()).bytes(body)).await;
        assert_eq!(answer.code(), "invalid_request", "{number}");
        answer.assert_errors("invalid_request", &[("/first_name", "wrong_type")]);
    }
}
