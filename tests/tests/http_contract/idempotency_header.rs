//! The header `Idempotency-Key`.

use customers_tests::{TestApp, bodies};

pub async fn a_malformed_idempotency_key_is_refused(app: TestApp) {
    let call = || app.post(&bodies::person());
    let long = "k".repeat(256);
    let quoted_long = format!("\"{long}\"");
    for bad in [
        "",
        "\"\"",
        &long,
        &quoted_long,
        "caf\u{e9}",
        "a\tb",
        "\"caf\u{e9}\"",
    ] {
        let answer = app.send(call().once(bad)).await;
        answer.assert_problem("idempotency_key_invalid", &[]);
    }
    let undecodable = call().header("idempotency-key", b"\xff");
    app.send(undecodable)
        .await
        .assert_problem("idempotency_key_invalid", &[]);
    let repeated = call().once("one").another("idempotency-key", "one");
    app.send(repeated)
        .await
        .assert_problem("idempotency_key_invalid", &[]);
}

pub async fn a_key_of_255_printable_characters_is_accepted(app: TestApp) {
    let longest = "k".repeat(255);
    let quoted = format!("\"{}\"", "q".repeat(255));
    for good in ["k", "~", "a b", "\"", "\"half", "a\"b", &longest, &quoted] {
        let answer = app.send(app.post(&bodies::person()).once(good)).await;
        assert_eq!(answer.status, 201, "{good}: {}", answer.text());
    }
}

pub async fn quotes_around_an_idempotency_key_are_removed(app: TestApp) {
    let body = bodies::person();
    let bare = app.send(app.post(&body).once("0f1d2c3b")).await;
    let quoted = app.send(app.post(&body).once("\"0f1d2c3b\"")).await;
    assert_eq!((bare.status, quoted.status), (201, 201));
    assert_eq!(quoted.header("idempotent-replayed"), "true");
    assert_eq!(quoted.id(), bare.id());
}

pub async fn a_read_ignores_the_idempotency_key(app: TestApp) {
    let id = app.create(&bodies::person()).await.id();
    let call = app.get(&format!("/customers/{id}")).once("");
    assert_eq!(app.send(call).await.status, 200);
}
