use std::io::Write as _;
use std::sync::{Mutex, PoisonError};

/// What the environment says; an empty value is none.
#[expect(
    clippy::disallowed_methods,
    reason = "tests have no command line of their own; all of their variables are read here"
)]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Says something once, past the test harness, which keeps what a passing test prints.
pub fn say(what: &str) {
    static SAID: Mutex<Vec<String>> = Mutex::new(Vec::new());
    let mut said = SAID.lock().unwrap_or_else(PoisonError::into_inner);
    if !said.iter().any(|earlier| earlier == what) {
        // The tests go on without their words.
        let _ = writeln!(std::io::stderr(), "{what}");
        said.push(what.to_owned());
    }
}
