//! Times as the API writes them.

use chrono::{DateTime, SecondsFormat, Utc};

/// RFC 3339 in UTC with a `Z`, whole seconds.
pub fn rfc3339(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn times_are_cut_to_whole_seconds() {
        let time = DateTime::UNIX_EPOCH + TimeDelta::milliseconds(1_999);
        assert_eq!(rfc3339(time), "1970-01-01T00:00:01Z");
    }
}
