//! The service without configuration, from its greeting to its end.

use crate::support::{Service, between, customers, exchange, run, text, wait_for};
use customers_use_cases::ApiKeySecret;
use nix::sys::signal::Signal;

/// Returns the request that the curl command of the greeting sends.
fn request_of_the_curl(service: &Service) -> String {
    let curl = service.greeting.split_once("\ncurl ").unwrap().1;
    let headers: Vec<&str> = curl
        .split("-H \"")
        .skip(1)
        .map(|rest| rest.split_once('"').unwrap().0)
        .collect();
    let body = between(curl, "-d '", "'\n");
    format!(
        "POST /customers HTTP/1.1\r\nHost: {}\r\n{}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        service.address,
        headers.join("\r\n"),
        body.len(),
    )
}

fn key_in_the_greeting(service: &Service) -> ApiKeySecret {
    ApiKeySecret::parse(between(&service.greeting, "API key: ", "\n")).unwrap()
}

#[test]
fn the_curl_of_the_greeting_creates_a_customer() {
    let service = Service::start(&[], &[]);
    let request = request_of_the_curl(&service);
    let answer = exchange(service.address, &request);
    assert!(answer.starts_with("HTTP/1.1 201 Created\r\n"), "{answer}");
    assert!(answer.contains(r#""status":"pending_kyc""#), "{answer}");
    let again = exchange(service.address, &request);
    assert!(again.starts_with("HTTP/1.1 409 Conflict\r\n"), "{again}");
}

#[test]
fn types_that_are_not_verified_start_as_active() {
    let service = Service::start(&["--kyc-required", "none"], &[]);
    let answer = exchange(service.address, &request_of_the_curl(&service));
    assert!(answer.contains(r#""status":"active""#), "{answer}");
}

#[test]
fn a_fixed_development_key_is_the_key_of_the_greeting() {
    let key = ApiKeySecret::generate().unwrap();
    let service = Service::start(&[], &[("CUSTOMERS_DEV_API_KEY", key.expose())]);
    assert_eq!(key_in_the_greeting(&service), key);
    let answer = exchange(service.address, &request_of_the_curl(&service));
    assert!(answer.starts_with("HTTP/1.1 201 Created\r\n"), "{answer}");
}

#[test]
fn every_start_has_a_new_key() {
    let (one, two) = (Service::start(&[], &[]), Service::start(&[], &[]));
    assert_ne!(key_in_the_greeting(&one), key_in_the_greeting(&two));
}

#[test]
fn the_json_log_has_one_warning_and_one_line_per_request_without_personal_data() {
    let service = Service::start(&["--drain-delay", "0s"], &[]);
    let key = key_in_the_greeting(&service);
    let answer = exchange(service.address, &request_of_the_curl(&service));
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
    service.signal(Signal::SIGTERM);
    let (status, _, log) = service.end();
    assert_eq!(status.code(), Some(0));
    let lines: Vec<serde_json::Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let count =
        |member: &str, value: &str| lines.iter().filter(|line| line[member] == value).count();
    assert_eq!(count("level", "WARN"), 1, "{log}");
    assert_eq!(count("route", "/customers"), 1, "{log}");
    assert_eq!(count("message", "listening"), 1, "{log}");
    for private in [
        "James",
        "Okafor",
        "james.okafor",
        "8012345678",
        "Test Lane",
        key.expose(),
    ] {
        assert!(!log.contains(private), "{private}");
    }
}

#[test]
fn the_log_is_text_on_request() {
    let service = Service::start(&["--log-format", "text", "--drain-delay", "0s"], &[]);
    service.signal(Signal::SIGINT);
    let (_, _, log) = service.end();
    assert!(log.contains(" WARN ") && !log.contains('{'), "{log}");
    assert!(!log.contains('\u{1b}'), "colours where nobody sees them");
}

#[test]
fn text_log_lines_of_a_traced_request_end_with_the_trace_id() {
    // No collector listens on the discard port, but a trace has an id nevertheless.
    let endpoint = ["--otlp-endpoint", "http://127.0.0.1:9"];
    let flags = [&["--log-format", "text"][..], &endpoint].concat();
    let service = Service::start(&flags, &[]);
    service.get("/health/live");
    service.signal(Signal::SIGINT);
    let (status, _, log) = service.end();
    assert_eq!(status.code(), Some(0), "{log}");
    let (traced, others): (Vec<_>, Vec<_>) = log
        .lines()
        .partition(|line| line.contains(" request method=\"GET\""));
    let [line] = traced[..] else {
        panic!("not one request: {log}");
    };
    let (_, id) = line.rsplit_once(" trace_id=").unwrap();
    assert!(id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()));
    assert!(!others.concat().contains("trace_id"), "{log}");
}

#[test]
fn a_blocked_log_does_not_block_responses() {
    let (reader, writer) = std::io::pipe().unwrap();
    let mut command = customers(&["serve", "--listen", "127.0.0.1:0"], &[]);
    command.stderr(writer);
    drop(reader);
    let service = Service::of(command);
    let answer = exchange(service.address, &request_of_the_curl(&service));
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
    service.signal(Signal::SIGINT);
    assert_eq!(service.end().0.code(), Some(0));
}

#[test]
fn after_sigterm_the_service_is_unready_but_serves_requests_and_then_ends() {
    let service = Service::start(&["--drain-delay", "3s"], &[]);
    assert!(service.get("/health/ready").starts_with("HTTP/1.1 200 "));
    service.signal(Signal::SIGTERM);
    wait_for("readiness to say no", || {
        service
            .get("/health/ready")
            .starts_with("HTTP/1.1 503 ")
            .then_some(())
    });
    assert!(service.get("/health/live").starts_with("HTTP/1.1 200 "));
    let created = exchange(service.address, &request_of_the_curl(&service));
    assert!(created.starts_with("HTTP/1.1 201 "), "{created}");
    let (status, _, _) = service.end();
    assert_eq!(status.code(), Some(0));
}

#[test]
fn sigint_ends_the_service_without_the_drain_delay() {
    let service = Service::start(&["--drain-delay", "1h"], &[]);
    service.signal(Signal::SIGINT);
    let (status, _, _) = service.end();
    assert_eq!(status.code(), Some(0));
}

#[test]
fn a_second_signal_ends_the_service_at_once() {
    let service = Service::start(&["--drain-delay", "1h"], &[]);
    service.signal(Signal::SIGTERM);
    wait_for("readiness to say no", || {
        service
            .get("/health/ready")
            .starts_with("HTTP/1.1 503 ")
            .then_some(())
    });
    service.signal(Signal::SIGTERM);
    let (status, _, log) = service.end();
    assert_eq!(status.code(), Some(1), "{log}");
}

#[test]
fn the_healthcheck_succeeds_for_a_ready_service_and_fails_after_its_end() {
    let service = Service::start(&["--drain-delay", "0s"], &[]);
    let address = service.address.to_string();
    let unspecified = format!("0.0.0.0:{}", service.address.port());
    for listen in [&address, &unspecified] {
        let output = run(&["healthcheck"], &[("CUSTOMERS_LISTEN", listen)]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    }
    service.signal(Signal::SIGTERM);
    service.end();
    let output = run(&["healthcheck", "--listen", &address], &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("not ready"));
}

#[test]
fn memory_mode_on_a_public_address_works_on_request() {
    let service = Service::start_on("0.0.0.0:0", &["--in-memory"], &[]);
    let answer = exchange(service.address, &request_of_the_curl(&service));
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
}

/// Creates the customer of the greeting with another email, on a new connection.
fn create(service: &Service, number: u32) -> String {
    let request = request_of_the_curl(service);
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let body = body.replace("james.okafor", &format!("james.okafor+{number}"));
    let old_length = format!("Content-Length: {}", request.len() - head.len() - 4);
    let head = head.replace(&old_length, &format!("Content-Length: {}", body.len()));
    exchange(service.address, &format!("{head}\r\n\r\n{body}"))
}

#[test]
fn full_memory_refuses_writes_serves_reads_and_is_logged_once() {
    let service = Service::start(&["--memory-limit", "1MiB", "--drain-delay", "0s"], &[]);
    let mut stored = 0;
    let refused = loop {
        let answer = create(&service, stored);
        if !answer.starts_with("HTTP/1.1 201 ") {
            break answer;
        }
        stored += 1;
        assert!(stored < 2_000, "the limit is not kept");
    };
    assert!(
        stored > 100,
        "{stored} customers fill the memory: {refused}"
    );
    assert!(refused.starts_with("HTTP/1.1 503 "), "{refused}");
    assert!(refused.contains(r#""code":"unavailable""#), "{refused}");
    assert!(refused.contains("\r\nretry-after: "), "{refused}");
    for number in 1..=3 {
        assert!(create(&service, stored + number).starts_with("HTTP/1.1 503 "));
    }
    // A conflict is reported without storing anything.
    assert!(create(&service, 0).starts_with("HTTP/1.1 409 "));
    let key = key_in_the_greeting(&service);
    let list = format!(
        "GET /customers?limit=1 HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\r\n",
        service.address,
        key.expose(),
    );
    assert!(exchange(service.address, &list).starts_with("HTTP/1.1 200 "));
    assert!(service.get("/health/ready").starts_with("HTTP/1.1 200 "));
    service.signal(Signal::SIGINT);
    let (_, _, log) = service.end();
    assert_eq!(log.matches("the store is full").count(), 1, "{log}");
}
