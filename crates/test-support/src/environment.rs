use std::io::Write as _;
use std::sync::{Mutex, PoisonError};

/// Returns an environment variable, or `None` if it is unset or empty.
#[expect(
    clippy::disallowed_methods,
    reason = "tests have no command line; all of their variables are read here"
)]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Prints a message once to stderr, bypassing the test harness, which captures the output of passing tests.
pub fn say(what: &str) {
    static SAID: Mutex<Vec<String>> = Mutex::new(Vec::new());
    let mut said = SAID.lock().unwrap_or_else(PoisonError::into_inner);
    if !said.iter().any(|earlier| earlier == what) {
        // An error while printing does not fail the tests.
        let _ = writeln!(std::io::stderr(), "{what}");
        said.push(what.to_owned());
    }
}
