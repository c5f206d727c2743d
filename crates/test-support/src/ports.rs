use std::hash::{BuildHasher as _, RandomState};
use std::net::{Ipv4Addr, TcpListener};

const LOWEST: u16 = 20_000;
const HIGHEST: u16 = 32_000;

/// Returns a free port of 127.0.0.1. It is below the range that Linux uses for outgoing connections, so that it
/// is still free when a stopped server is started again.
pub fn free_port() -> u16 {
    let count = HIGHEST - LOWEST;
    // Each `RandomState` has a random seed.
    let start = RandomState::new().hash_one(std::process::id()) % u64::from(count);
    let start = u16::try_from(start).expect("less than the count");
    (0..count)
        .map(|offset| LOWEST + (start + offset) % count)
        .find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
        .expect("a free port")
}
