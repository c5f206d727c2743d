/// How a server is set up.
#[derive(Debug, Clone, Default)]
pub struct PostgresOptions {
    durable: bool,
    settings: Vec<(String, String)>,
}

impl PostgresOptions {
    /// Postgres' own settings, but nothing is synced to the disk: fast, and lost with the power.
    pub fn new() -> Self {
        Self::default()
    }

    /// Syncs what it commits, as a server in production does.
    #[must_use]
    pub fn durable(mut self) -> Self {
        self.durable = true;
        self
    }

    /// Sets a parameter, such as `log_statement` to `all`. The last of two for one name counts.
    #[must_use]
    pub fn setting(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The arguments of `postgres`.
    pub(super) fn arguments(&self) -> Vec<String> {
        let defaults: &[(&str, &str)] = if self.durable {
            &[("max_connections", "300")]
        } else {
            &[
                ("max_connections", "300"),
                ("fsync", "off"),
                ("full_page_writes", "off"),
            ]
        };
        defaults
            .iter()
            .copied()
            .chain(self.settings.iter().map(|(n, v)| (n.as_str(), v.as_str())))
            .flat_map(|(name, value)| ["-c".to_owned(), format!("{name}={value}")])
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_durable_server_syncs_and_settings_come_last() {
        let options = PostgresOptions::new().setting("fsync", "on");
        assert_eq!(
            options.arguments()[2..],
            [
                "-c",
                "fsync=off",
                "-c",
                "full_page_writes=off",
                "-c",
                "fsync=on"
            ]
        );
        let durable = PostgresOptions::new().durable();
        assert_eq!(durable.arguments(), ["-c", "max_connections=300"]);
    }
}
