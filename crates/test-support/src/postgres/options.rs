/// Options of a server.
#[derive(Debug, Clone, Default)]
pub struct PostgresOptions {
    durable: bool,
    settings: Vec<(String, String)>,
}

impl PostgresOptions {
    /// Creates options with the default settings and `fsync` off, which is fast and loses data in a power cut.
    pub fn new() -> Self {
        Self::default()
    }

    /// Turns `fsync` on, as on a server in production.
    #[must_use]
    pub fn durable(mut self) -> Self {
        self.durable = true;
        self
    }

    /// Sets a parameter, such as `log_statement` to `all`. The last value for a name takes precedence.
    #[must_use]
    pub fn setting(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Returns the arguments of `postgres`.
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
    fn durable_turns_fsync_on_and_settings_come_last() {
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
