use std::str::FromStr as _;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use sqlx::ConnectOptions as _;
use sqlx::postgres::PgConnectOptions;

use crate::sql::{PLANNER, THIS_TRANSACTION};
use crate::startup_error::StartupError;

/// How long creates that share a statement wait for a row that another transaction holds, before each
/// goes on alone.
pub(crate) const LOCK_WAIT_TOGETHER: Duration = Duration::from_millis(100);

/// Settings of a session with which the server finds out that its client is gone, and sends something
/// over an idle connection before a firewall or a load balancer forgets it. Times are in seconds, the
/// last in milliseconds. Over a socket in the file system they change nothing.
const KEEPALIVE: [(&str, &str); 4] = [
    ("tcp_keepalives_idle", "30"),
    ("tcp_keepalives_interval", "10"),
    ("tcp_keepalives_count", "3"),
    ("tcp_user_timeout", "60000"),
];

/// Where the database is and how it is used.
#[derive(Debug, Clone)]
pub struct PgSettings {
    /// `postgres://user:password@host:port/database?sslmode=…`
    pub url: SecretString,
    /// Maximum number of connections that the repositories share, and of backends that work for them.
    /// A quarter of them, at least one, is kept for reads. The health check has one of its own besides.
    pub max_connections: usize,
    /// How long to wait for a connection, and for a statement.
    pub timeout: Duration,
    /// What stands between the program and the database.
    pub pooler: Pooler,
    /// How long a call waits for a row that another transaction holds, before it is told so.
    pub lock_wait: Duration,
    /// The most creates that share one statement and so one commit; 1 lets each have its own.
    pub create_batch: usize,
}

/// What stands between the program and the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pooler {
    /// Nothing, or something that keeps a session on one connection.
    #[default]
    None,
    /// A pooler such as `PgBouncer` that gives a connection to one transaction at a time. Nothing can
    /// be kept on a session then: no prepared statement and no setting.
    Transaction,
}

impl PgSettings {
    /// The defaults: 16 connections, 5 seconds, no pooler, 2 seconds for a row, 128 creates.
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

    /// For connections that serve requests: limits on the server's side, statements kept prepared.
    pub(crate) fn serving(&self) -> Result<PgConnectOptions, StartupError> {
        let options = self.direct()?;
        Ok(match self.pooler {
            Pooler::Transaction => options.statement_cache_capacity(0),
            Pooler::None => options.options(self.session()).options(KEEPALIVE),
        })
    }

    /// For a connection that may take its time, as a migration does.
    pub(crate) fn direct(&self) -> Result<PgConnectOptions, StartupError> {
        let url = self.url.expose_secret();
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return Err(StartupError::InvalidUrl);
        }
        let options = PgConnectOptions::from_str(url).map_err(|_| StartupError::InvalidUrl)?;
        Ok(options
            .application_name("customers")
            // Nothing here is a float, and poolers refuse what they do not know.
            .extra_float_digits(None)
            .disable_statement_logging())
    }

    /// How a transaction begins where no setting outlives it, and which one it is.
    pub(crate) fn begin(&self) -> String {
        let settings = self
            .session()
            .map(|(name, value)| format!("; SET LOCAL {name} = {value}"));
        let settings = settings.collect::<String>();
        format!("BEGIN{settings}; {THIS_TRANSACTION}")
    }

    /// What holds for every statement that serves a request.
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

/// At least one, since zero would mean no limit.
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
    fn limits_travel_with_the_session_or_with_the_transaction() {
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
