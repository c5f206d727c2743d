use std::str::FromStr as _;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use sqlx::ConnectOptions as _;
use sqlx::postgres::PgConnectOptions;

use crate::sql::{PLANNER, THIS_TRANSACTION};
use crate::startup_error::StartupError;

/// Maximum time that creates in one statement wait for a row that another transaction holds. Afterwards each one
/// continues alone.
pub(crate) const LOCK_WAIT_TOGETHER: Duration = Duration::from_millis(100);

/// Session settings that let the server detect lost clients, and that keep idle connections alive in firewalls and load
/// balancers. Times are in seconds, and the last one in milliseconds. They have no effect on Unix sockets.
const KEEPALIVE: [(&str, &str); 4] = [
    ("tcp_keepalives_idle", "30"),
    ("tcp_keepalives_interval", "10"),
    ("tcp_keepalives_count", "3"),
    ("tcp_user_timeout", "60000"),
];

/// Settings of the database and its connections.
#[derive(Debug, Clone)]
pub struct PgSettings {
    /// `postgres://user:password@host:port/database?sslmode=…`
    pub url: SecretString,
    /// Maximum number of connections that the repositories share, and of their backends. A quarter of them, at least
    /// one, is reserved for reads. The health check has another one.
    pub max_connections: usize,
    /// Timeout for a connection, and for a statement.
    pub timeout: Duration,
    /// Type of the pooler.
    pub pooler: Pooler,
    /// Maximum time that a call waits for a row that another transaction holds.
    pub lock_wait: Duration,
    /// Maximum number of creates that share one statement and one commit; 1 gives each its own.
    pub create_batch: usize,
}

/// Type of the pooler between the program and the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pooler {
    /// No pooler, or one that keeps a session on one connection.
    #[default]
    None,
    /// A pooler such as `PgBouncer` that assigns connections per transaction. Sessions then keep no prepared statements
    /// and no settings.
    Transaction,
}

impl PgSettings {
    /// Creates settings with the defaults: 16 connections, a timeout of 5 seconds, no pooler, 2 seconds of waiting for
    /// a row, and 128 creates.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: SecretString::from(url.into()),
            max_connections: 16,
            timeout: Duration::from_secs(5),
            pooler: Pooler::None,
            lock_wait: Duration::from_secs(2),
            create_batch: 128,
        }
    }

    /// Returns the options of connections that serve requests: limits enforced by the server, and prepared statements.
    pub(crate) fn serving(&self) -> Result<PgConnectOptions, StartupError> {
        let options = self.direct()?;
        Ok(match self.pooler {
            Pooler::Transaction => options.statement_cache_capacity(0),
            Pooler::None => options.options(self.session()).options(KEEPALIVE),
        })
    }

    /// Returns the options of a connection without time limits, as for a migration.
    pub(crate) fn direct(&self) -> Result<PgConnectOptions, StartupError> {
        let url = self.url.expose_secret();
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return Err(StartupError::InvalidUrl);
        }
        let options = PgConnectOptions::from_str(url).map_err(|_| StartupError::InvalidUrl)?;
        Ok(options
            .application_name("customers")
            // No value is a float, and poolers refuse unknown settings.
            .extra_float_digits(None)
            .disable_statement_logging())
    }

    /// Returns the statement that begins a transaction. Behind a pooler it includes the settings, and identifies the
    /// transaction.
    pub(crate) fn begin(&self) -> String {
        let settings = self
            .session()
            .map(|(name, value)| format!("; SET LOCAL {name} = {value}"));
        let settings = settings.collect::<String>();
        format!("BEGIN{settings}; {THIS_TRANSACTION}")
    }

    /// Returns the settings of every statement that serves a request.
    fn session(&self) -> impl Iterator<Item = (&'static str, String)> {
        let alone = self.lock_wait.saturating_sub(LOCK_WAIT_TOGETHER);
        let limits = [
            ("statement_timeout", milliseconds(self.timeout)),
            ("lock_timeout", milliseconds(alone)),
        ];
        let planner = PLANNER.map(|(name, value)| (name, value.to_owned()));
        limits.into_iter().chain(planner)
    }
}

/// Returns milliseconds, at least 1, because zero means no limit.
pub(crate) fn milliseconds(duration: Duration) -> String {
    duration.as_millis().max(1).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_of_another_kind_is_refused_without_repeating_it() {
        for bad in [
            "",
            "not a url planted-password",
            "mysql://app:planted-password@db.example.com/customers",
            "postgres://app:planted-password@db.example.com:notaport/customers",
            "postgres://app:planted-password@db.example.com/customers?sslmode=planted-password",
        ] {
            let Err(error) = PgSettings::new(bad).serving() else {
                panic!("accepted: {bad}");
            };
            assert!(matches!(error, StartupError::InvalidUrl), "{bad}");
            assert!(!format!("{error} {error:?}").contains("planted-password"));
        }
    }

    #[test]
    fn debug_does_not_show_the_url() {
        let settings = PgSettings::new("postgres://app:planted-password@db.example.com/customers");
        assert!(!format!("{settings:?}").contains("planted-password"));
    }

    #[test]
    fn limits_are_set_for_the_session_or_for_the_transaction() {
        let mut settings = PgSettings::new("postgres://app@db.example.com/customers");
        let direct = settings.serving().unwrap();
        let options = direct.get_options().unwrap();
        assert!(
            options.contains("lock_timeout=1900") && options.contains("tcp_user_timeout=60000")
        );
        settings.pooler = Pooler::Transaction;
        assert_eq!(settings.serving().unwrap().get_options(), None);
        assert!(
            settings
                .begin()
                .contains("; SET LOCAL statement_timeout = 5000;")
        );
    }
}
