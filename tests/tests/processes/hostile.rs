//! Hostile clients: idle connections, and heads and bodies sent at one byte per second.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use customers_test_support::postgres::PostgresServer;
use customers_tests::{Call, Caller, Program, bodies, stores};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{interval, timeout};

const IDLE: usize = 1_500;
const SLOW_HEADS: usize = 200;
const SLOW_BODIES: usize = 200;
const ATTACK: Duration = Duration::from_secs(6);
/// Time limit of the contract for a good request.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(2);
const MEMORY: u64 = 256 * 1024 * 1024;

/// A flood that lasts until this is dropped.
struct Flood(Vec<JoinHandle<()>>);

impl Drop for Flood {
    fn drop(&mut self) {
        self.0.iter().for_each(JoinHandle::abort);
    }
}

/// Keeps idle connections open, and reopens closed ones.
async fn idle(address: std::net::SocketAddr) {
    let mut held = VecDeque::new();
    let mut pace = interval(Duration::from_millis(5));
    loop {
        if held.len() >= IDLE {
            pace.tick().await;
            held.pop_front();
        }
        if let Ok(stream) = TcpStream::connect(address).await {
            held.push_back(stream);
        }
    }
}

/// Sends the given bytes, then one byte per second. Starts again on a new connection when it is closed.
async fn drip(address: std::net::SocketAddr, start: Vec<u8>) {
    let mut pace = interval(Duration::from_secs(1));
    loop {
        pace.tick().await;
        let Ok(mut stream) = TcpStream::connect(address).await else {
            continue;
        };
        let mut sent = stream.write_all(&start).await;
        while sent.is_ok() {
            pace.tick().await;
            sent = stream.write_all(b" ").await;
        }
    }
}

fn flood(program: &Program, key: &str) -> Flood {
    let address = program.address();
    let body = bodies::person().to_string();
    let whole = Call::new("POST", "/customers")
        .key(key)
        .bytes(body.clone())
        .into_bytes();
    let head = whole[..whole.len() - body.len()].to_vec();
    let mut tasks = vec![tokio::spawn(idle(address))];
    for _ in 0..SLOW_HEADS {
        tasks.push(tokio::spawn(drip(
            address,
            b"POST /customers HTTP/1.1\r\nX-Slow: ".to_vec(),
        )));
    }
    for _ in 0..SLOW_BODIES {
        tasks.push(tokio::spawn(drip(address, head.clone())));
    }
    Flood(tasks)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_valid_request_gets_a_response_within_two_seconds_during_an_attack() {
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    setrlimit(Resource::RLIMIT_NOFILE, most, most).unwrap();
    let server = PostgresServer::shared().await;
    let database = server.migrated_database(stores::bring_up).await;
    let key = Program::key(database.url(), "Acme");
    let program = Program::serve(database.url(), &[]).await;
    let caller = Caller::new(&program, &key);
    assert_eq!(caller.create(&bodies::person(), None).await.status, 201);

    let _flood = flood(&program, &key);
    let started = Instant::now();
    let mut answered = 0;
    let mut pace = interval(Duration::from_millis(250));
    while started.elapsed() < ATTACK {
        pace.tick().await;
        let mut good = JoinSet::new();
        for caller in [caller.afresh(), caller.clone()] {
            good.spawn(async move { caller.create(&bodies::person(), None).await });
        }
        let answers = timeout(RESPONSE_TIMEOUT, good.join_all()).await;
        for answer in answers.expect("a response within two seconds") {
            assert_eq!(answer.status, 201, "{}", answer.text());
            answered += 1;
        }
    }
    assert!(answered >= 6, "{answered}");
    let peak = program.peak_memory();
    assert!(peak < MEMORY, "{peak} bytes");
}
