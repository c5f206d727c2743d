//! Durations on the command line.

use std::time::Duration;

use thiserror::Error;

/// Units and their lengths in milliseconds.
const UNITS: [(&str, u64); 5] = [
    ("ms", 1),
    ("s", 1_000),
    ("m", 60_000),
    ("h", 3_600_000),
    ("d", 86_400_000),
];

/// The text is not an accepted duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum InvalidDuration {
    /// Not a whole number with a unit.
    #[error("must be a whole number followed by ms, s, m, h or d, such as 5s")]
    Form,
    /// Not a whole number with a unit of at least a second.
    #[error("must be a whole number followed by s, m, h or d, such as 90d")]
    LifetimeForm,
    /// Zero.
    #[error("must be greater than zero")]
    Zero,
    /// More milliseconds than fit into 64 bits.
    #[error("must be at most 2^64 - 1 milliseconds")]
    TooLong,
}

/// Parses a whole number followed by `ms`, `s`, `m`, `h` or `d`.
///
/// # Errors
/// Returns an error for any other form, and for more than 2^64 - 1 milliseconds.
pub(crate) fn parse(text: &str) -> Result<Duration, InvalidDuration> {
    let digits_end = text
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits_end);
    let milliseconds_each = UNITS
        .into_iter()
        .find_map(|(name, milliseconds)| (name == unit).then_some(milliseconds))
        .ok_or(InvalidDuration::Form)?;
    if number.is_empty() {
        return Err(InvalidDuration::Form);
    }
    number
        .parse::<u64>()
        .ok()
        .and_then(|count| count.checked_mul(milliseconds_each))
        .map(Duration::from_millis)
        .ok_or(InvalidDuration::TooLong)
}

/// Parses a duration greater than zero.
///
/// # Errors
/// As [`parse`], and for zero.
pub(crate) fn parse_positive(text: &str) -> Result<Duration, InvalidDuration> {
    let duration = parse(text)?;
    if duration.is_zero() {
        return Err(InvalidDuration::Zero);
    }
    Ok(duration)
}

/// Parses the lifetime of an API key, in units of at least a second.
///
/// # Errors
/// As [`parse_positive`], and for milliseconds.
pub(crate) fn parse_lifetime(text: &str) -> Result<Duration, InvalidDuration> {
    if text.ends_with("ms") {
        return Err(InvalidDuration::LifetimeForm);
    }
    parse_positive(text).map_err(|invalid| match invalid {
        InvalidDuration::Form => InvalidDuration::LifetimeForm,
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_number_with_each_unit_is_accepted() {
        for (text, seconds) in [
            ("0s", 0),
            ("5s", 5),
            ("2m", 120),
            ("1h", 3600),
            ("90d", 7_776_000),
        ] {
            assert_eq!(parse(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        assert_eq!(parse("250ms"), Ok(Duration::from_millis(250)));
    }

    #[test]
    fn other_forms_and_overflows_are_refused() {
        for bad in [
            "",
            "5",
            "s",
            "ms",
            "5 s",
            " 5s",
            "5s ",
            "-5s",
            "+5s",
            "1.5s",
            "5S",
            "5sec",
            "1h30m",
            "\u{0665}s",
        ] {
            assert_eq!(parse(bad), Err(InvalidDuration::Form), "{bad:?}");
        }
        for long in [
            "18446744073709551616ms",
            "18446744073709551615s",
            "99999999999999999999d",
        ] {
            assert_eq!(parse(long), Err(InvalidDuration::TooLong), "{long}");
        }
    }

    #[test]
    fn a_lifetime_is_positive_and_not_in_milliseconds() {
        assert_eq!(parse_lifetime("90d"), Ok(Duration::from_hours(90 * 24)));
        assert_eq!(parse_lifetime("0d"), Err(InvalidDuration::Zero));
        for bad in ["5000ms", "5", "soon"] {
            assert_eq!(
                parse_lifetime(bad),
                Err(InvalidDuration::LifetimeForm),
                "{bad}"
            );
        }
    }

    #[test]
    fn a_positive_duration_is_not_zero() {
        assert_eq!(parse_positive("1ms"), Ok(Duration::from_millis(1)));
        assert_eq!(parse_positive("0ms"), Err(InvalidDuration::Zero));
    }
}
