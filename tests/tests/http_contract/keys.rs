//! Authentication, scopes and quotas: 401, 403 and 429.

use std::num::NonZeroU32;

use chrono::TimeDelta;
use customers_domain::Scope;
use customers_test_support::builders::parse;
use customers_tests::{Answer, Call, TestApp, bodies};
use customers_use_cases::ApiKeySecret;

const NO_TOKEN: &str = "Bearer realm=\"customers\"";
const BAD_TOKEN: &str = "Bearer realm=\"customers\", error=\"invalid_token\"";

#[track_caller]
fn assert_unauthorized(answer: &Answer, challenge: &str) {
    answer.assert_problem("unauthorized", &[("www-authenticate", challenge)]);
}

pub async fn without_a_bearer_token_the_challenge_has_only_the_realm(app: TestApp) {
    let call = || app.post(&bodies::person());
    assert_unauthorized(&app.send(call().without("authorization")).await, NO_TOKEN);
    for other in ["", "Basic Y3VzdG9tZXJz", "Bearer", "Bearer ", app.key()] {
        let answer = app.send(call().header("authorization", other)).await;
        assert_unauthorized(&answer, NO_TOKEN);
    }
    let reading = app.send(Call::get("/customers/nobody")).await;
    assert_unauthorized(&reading, NO_TOKEN);
}

pub async fn two_valid_authorization_headers_are_refused(app: TestApp) {
    let call = app.post(&bodies::person());
    let twice = call.another("authorization", format!("Bearer {}", app.key()));
    let answer = app.send(twice).await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (401, "unauthorized")
    );
}

pub async fn a_malformed_mistyped_or_unknown_token_is_an_invalid_token(app: TestApp) {
    let good = app.key();
    let last = if good.ends_with('0') { '1' } else { '0' };
    let mistyped = format!("{}{last}", &good[..good.len() - 1]);
    let unknown = ApiKeySecret::generate().unwrap().expose().to_owned();
    let longer = format!("{good}0");
    let upper = good.to_ascii_uppercase();
    let doubled = format!("{good} {good}");
    for bad in [
        "nonsense",
        "ck_",
        "ck__",
        &mistyped,
        &unknown,
        &longer,
        &upper,
        &doubled,
        "ck_\u{e9}",
    ] {
        let answer = app.send(app.post(&bodies::person()).key(bad)).await;
        assert_unauthorized(&answer, BAD_TOKEN);
    }
}

/// A valid id and checksum do not replace the secret.
pub async fn another_secret_under_a_known_id_is_refused(app: TestApp) {
    let good = app.key();
    let (front, secret) = good.rsplit_once('_').unwrap();
    let changed = secret.replacen(
        &secret[..1],
        if secret.starts_with('A') { "B" } else { "A" },
        1,
    );
    let body = format!("{front}_{}", &changed[..changed.len() - 6]);
    let forged = format!("{body}{}", checksum(&body));
    assert!(ApiKeySecret::parse(&forged).is_ok(), "the form is right");
    let answer = app.send(app.post(&bodies::person()).key(&forged)).await;
    assert_unauthorized(&answer, BAD_TOKEN);
}

/// Returns the CRC-32 in six digits of base 62, which anyone can compute.
fn checksum(text: &str) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut crc = u32::MAX;
    for byte in text.bytes() {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 & 0_u32.wrapping_sub(crc & 1));
        }
    }
    let mut rest = !crc;
    let mut digits = ['0'; 6];
    for digit in digits.iter_mut().rev() {
        *digit = char::from(DIGITS[(rest % 62) as usize]);
        rest /= 62;
    }
    digits.iter().collect()
}

pub async fn an_expired_key_is_refused_from_the_second_at_which_it_expires(app: TestApp) {
    let scopes = [Scope::CUSTOMERS_WRITE].into_iter().collect();
    let lifetime = Some(TimeDelta::days(90));
    let issued = app.keys().issue(&parse("Acme"), scopes, lifetime).await;
    let key = issued.unwrap().secret.expose().to_owned();
    let call = || app.post(&bodies::person()).key(&key);
    app.clock
        .advance(TimeDelta::days(90) - TimeDelta::microseconds(1));
    assert_eq!(app.send(call()).await.status, 201);
    app.clock.advance(TimeDelta::microseconds(1));
    assert_unauthorized(&app.send(call()).await, BAD_TOKEN);
}

pub async fn a_revoked_key_is_refused_and_the_tenants_other_key_is_not(app: TestApp) {
    let old = app.key_of("Acme", &[Scope::CUSTOMERS_WRITE]).await;
    let id = ApiKeySecret::parse(&old).unwrap().id();
    app.keys().revoke(id).await.unwrap();
    let answer = app.send(app.post(&bodies::person()).key(&old)).await;
    assert_unauthorized(&answer, BAD_TOKEN);
    app.create(&bodies::person()).await;
}

pub async fn the_authentication_scheme_is_case_insensitive(app: TestApp) {
    for scheme in ["bearer", "BEARER"] {
        let call = app.post(&bodies::person());
        let answer = app
            .send(call.header("authorization", format!("{scheme} {}", app.key())))
            .await;
        assert_eq!(answer.status, 201, "{}", answer.text());
    }
}

pub async fn a_key_without_the_scope_is_refused(app: TestApp) {
    let created = app.create(&bodies::person()).await;
    let path = format!("/customers/{}", created.id());
    for scopes in [
        &[Scope::CUSTOMERS_READ, Scope::CUSTOMERS_REVIEW][..],
        &[Scope::CUSTOMERS_REVIEW],
    ] {
        let key = app.key_of("Acme", scopes).await;
        let answer = app.send(app.post(&bodies::person()).key(&key)).await;
        answer.assert_problem("insufficient_scope", &[]);
    }
    let writer = app
        .key_of("Acme", &[Scope::CUSTOMERS_WRITE, Scope::CUSTOMERS_REVIEW])
        .await;
    let answer = app.send(Call::get(&path).key(&writer)).await;
    answer.assert_problem("insufficient_scope", &[]);
    let reader = app.key_of("Acme", &[Scope::CUSTOMERS_READ]).await;
    assert_eq!(app.send(Call::get(&path).key(&reader)).await.status, 200);
}

pub async fn only_the_key_identifies_the_client(app: TestApp) {
    let created = app.create(&bodies::person()).await;
    let path = format!("/customers/{}", created.id());
    let stranger = app.key_of("Globex", &Scope::CUSTOMERS).await;
    let pretending = |call: Call| {
        call.header("x-tenant-id", "Acme")
            .header("x-forwarded-for", "127.0.0.1")
            .header("x-api-key", app.key())
            .header("cookie", format!("key={}", app.key()))
    };
    let answer = app.send(pretending(Call::get(&path).key(&stranger))).await;
    answer.assert_problem("not_found", &[]);
    let nobody = app.send(pretending(Call::get(&path))).await;
    assert_unauthorized(&nobody, NO_TOKEN);
    let own = app
        .send(pretending(app.get(&path)).header("x-tenant-id", "Globex"))
        .await;
    assert_eq!(own.status, 200, "{}", own.text());
}

pub async fn each_key_has_its_own_quota_with_retry_after(mut app: TestApp) {
    app.rate_limit = NonZeroU32::new(2);
    let app = app.rebuilt();
    let other = app.key_of("Acme", &Scope::CUSTOMERS).await;
    // If half a second passes between two requests, the quota allows one more.
    let mut refused = None;
    for _ in 0..50 {
        let answer = app.send(app.get("/customers/nobody")).await;
        if answer.status == 429 {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("more than two requests a second are refused");
    refused.assert_problem("rate_limited", &[("retry-after", "1")]);
    let answer = app.send(Call::get("/customers/nobody").key(&other)).await;
    answer.assert_problem("not_found", &[]);
    assert_eq!(app.send(Call::get("/health/live")).await.status, 200);
}
