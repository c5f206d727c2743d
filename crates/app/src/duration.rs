//! Lengths of time as they are written on the command line.

use std::time::Duration;

use thiserror::Error;

/// The units, longest name first, so that `ms` is not read as `m` and a stray `s`.
const UNITS: [(&str, u64); 5] = [
    ("ms", 1),
    ("s", 1_000),
    ("m", 60_000),
    ("h", 3_600_000),
    ("d", 86_400_000),
];

/// The text is no length of time that can be taken here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum InvalidDuration {
    /// Not a number with a unit.
    #[error("expected a whole number with ms, s, m, h or d, such as 5s")]
    Form,
    /// Not a number with one of the longer units.
    #[error("expected a whole number with s, m, h or d, such as 90d")]
    LifetimeForm,
    /// No time at all.
    #[error("must be longer than nothing")]
    Zero,
    /// More than can be counted.
    #[error("is too long")]
    TooLong,
}

/// Reads a whole number with `ms`, `s`, `m`, `h` or `d`.
///
/// # Errors
/// When it is anything else, or longer than 64 bits of milliseconds hold.
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

/// Reads a length of time that is not zero.
///
/// # Errors
/// As [`parse`], and when it is zero.
pub(crate) fn parse_positive(text: &str) -> Result<Duration, InvalidDuration> {
    let duration = parse(text)?;
    if duration.is_zero() {
        return Err(InvalidDuration::Zero);
    }
    Ok(duration)
}

/// Reads how long a key lives: whole seconds or more.
///
/// # Errors
/// As [`parse_positive`], and when it is in milliseconds.
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
    fn a_whole_number_with_each_unit_is_read() {
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
    fn anything_else_is_refused() {
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
    fn a_lifetime_is_at_least_a_second_and_has_no_milliseconds() {
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
    fn a_time_limit_of_zero_is_refused() {
        assert_eq!(parse_positive("1ms"), Ok(Duration::from_millis(1)));
        assert_eq!(parse_positive("0ms"), Err(InvalidDuration::Zero));
    }
}
