//! Timestamps in requests and responses.

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveTime, SecondsFormat, TimeDelta, Utc};

/// Formats a time as RFC 3339 in UTC with `Z`, cut to whole seconds.
pub fn rfc3339(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Parses an RFC 3339 date-time as a bound, with any offset and any number of fractional digits.
///
/// Times in a store are whole microseconds, so a finer bound is rounded up to the next microsecond, which selects the
/// same times. A leap second, which RFC 3339 allows at the end of a month in UTC, is read as the first instant of the
/// next month, because clocks do not show it.
pub fn parse_bound(text: &str) -> Option<DateTime<Utc>> {
    let (date, rest) = text.split_at_checked(10)?;
    let rest = rest.strip_prefix(['T', 't'])?;
    let (time, rest) = rest.split_at_checked(8)?;
    let (fraction, offset) = match rest.strip_prefix('.') {
        Some(rest) => rest.split_at(digits(rest)),
        None => ("0", rest),
    };
    let microseconds = microseconds_rounded_up(fraction)?;
    let date = full_date(date)?;
    let (time, leap) = match time.strip_suffix(":60") {
        Some(minute) => (partial_time(&format!("{minute}:59"))?, true),
        None => (partial_time(time)?, false),
    };
    let second = date
        .and_time(time)
        .checked_sub_signed(time_offset(offset)?)?;
    if !leap {
        let bound = second.checked_add_signed(microseconds)?;
        return Some(bound.and_utc());
    }
    let following = second.checked_add_signed(TimeDelta::seconds(1))?;
    (following.day() == 1 && following.time() == NaiveTime::MIN).then(|| following.and_utc())
}

/// `YYYY-MM-DD`.
fn full_date(text: &str) -> Option<NaiveDate> {
    let [year, month, day] = fields(text, '-', [4, 2, 2])?;
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
}

/// `HH:MM:SS`, without a leap second.
fn partial_time(text: &str) -> Option<NaiveTime> {
    let [hour, minute, second] = fields(text, ':', [2, 2, 2])?;
    NaiveTime::from_hms_opt(hour, minute, second)
}

/// Parses `Z`, `+HH:MM` or `-HH:MM`, and returns how far local time is ahead of UTC.
fn time_offset(text: &str) -> Option<TimeDelta> {
    if matches!(text, "Z" | "z") {
        return Some(TimeDelta::zero());
    }
    let ahead = text.strip_prefix('+');
    let [hours, minutes] = fields(ahead.or_else(|| text.strip_prefix('-'))?, ':', [2, 2])?;
    if hours > 23 || minutes > 59 {
        return None;
    }
    let offset = TimeDelta::minutes(i64::from(hours * 60 + minutes));
    Some(if ahead.is_some() { offset } else { -offset })
}

/// Parses numbers with the given widths, with a separator between them.
fn fields<const N: usize>(text: &str, separator: char, widths: [usize; N]) -> Option<[u32; N]> {
    let mut numbers = [0; N];
    let mut parts = text.split(separator);
    for (number, width) in numbers.iter_mut().zip(widths) {
        let part = parts.next()?;
        if part.len() != width || digits(part) != width {
            return None;
        }
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(numbers)
}

/// Returns the number of ASCII digits at the start of the text.
fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

fn microseconds_rounded_up(fraction: &str) -> Option<TimeDelta> {
    if fraction.is_empty() {
        return None;
    }
    let (whole, finer) = fraction.split_at(fraction.len().min(6));
    let microseconds: i64 = format!("{whole:0<6}").parse().ok()?;
    let round_up = finer.bytes().any(|digit| digit != b'0');
    Some(TimeDelta::microseconds(microseconds + i64::from(round_up)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn micros(text: &str) -> Option<i64> {
        parse_bound(text).map(|time| time.timestamp_micros())
    }

    #[test]
    fn every_spelling_of_rfc_3339_is_read() {
        let noon = 1_758_542_400_000_000;
        for (text, after_noon) in [
            ("2025-09-22T12:00:00Z", 0),
            ("2025-09-22t12:00:00z", 0),
            ("2025-09-22T12:00:00+00:00", 0),
            ("2025-09-22T12:00:00-00:00", 0),
            ("2025-09-22T13:30:00+01:30", 0),
            ("2025-09-21T12:01:00-23:59", 0),
            ("2025-09-22T12:00:00.5Z", 500_000),
            ("2025-09-22T12:00:00.000001Z", 1),
            ("2025-09-22T12:00:00.0000010000000000000000000Z", 1),
            ("2025-09-22T13:00:00.25+01:00", 250_000),
        ] {
            assert_eq!(micros(text), Some(noon + after_noon), "{text}");
        }
        assert!(micros("0000-01-01T00:00:00+23:59").is_some());
        assert!(micros("9999-12-31T23:59:59.9999999-23:59").is_some());
    }

    #[test]
    fn a_bound_finer_than_a_microsecond_is_rounded_up() {
        let second = micros("2025-09-22T12:00:00Z").unwrap();
        for (text, microseconds) in [
            ("2025-09-22T12:00:00.0000000001Z", 1),
            ("2025-09-22T12:00:00.1234561Z", 123_457),
            ("2025-09-22T12:00:00.9999999Z", 1_000_000),
        ] {
            assert_eq!(micros(text), Some(second + microseconds), "{text}");
        }
    }

    #[test]
    fn a_leap_second_is_the_beginning_of_the_next_month() {
        let new_year = micros("2017-01-01T00:00:00Z");
        for leap in [
            "2016-12-31T23:59:60Z",
            "2016-12-31T23:59:60.75Z",
            "2017-01-01T00:59:60+01:00",
            "2016-12-31T15:59:60-08:00",
        ] {
            assert_eq!(micros(leap), new_year, "{leap}");
        }
        for none in [
            "2016-12-31T23:58:60Z",
            "2016-12-30T23:59:60Z",
            "2016-12-31T23:59:60+01:00",
            "2016-12-31T23:59:61Z",
        ] {
            assert_eq!(micros(none), None, "{none}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for bad in [
            "",
            "2025-09-22",
            "2025-09-22T12:00:00",
            "2025-09-22 12:00:00Z",
            "2025-09-22T12:00Z",
            "2025-09-22T12:00:00.Z",
            "2025-09-22T12:00:00,5Z",
            "2025-09-22T12:00:00+0100",
            "2025-09-22T12:00:00+01",
            "2025-09-22T12:00:00+24:00",
            "2025-09-22T12:00:00+01:60",
            "2025-09-22T12:00:00 01:00",
            "2025-09-22T12:00:00Z ",
            "2025-02-29T12:00:00Z",
            "2025-09-22T24:00:00Z",
            "2025-9-22T12:00:00Z",
            "-025-09-22T12:00:00Z",
            "+2025-09-22T12:00:00Z",
            "2025-09-22T+1:00:00Z",
            "2025\u{2010}09-22T12:00:00Z",
            "\u{662}025-09-22T12:00:00Z",
        ] {
            assert_eq!(micros(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn random_text_never_panics(text in "\\PC{0,40}|[0-9TZtz:.+-]{0,40}") {
            let _ = parse_bound(&text);
        }

        #[test]
        fn a_formatted_time_is_parsed_as_the_same_time(at in 0..253_402_300_799_999_999_i64) {
            let time = DateTime::from_timestamp_micros(at).unwrap();
            let text = time.to_rfc3339_opts(SecondsFormat::Micros, true);
            prop_assert_eq!(micros(&text), Some(at));
        }
    }

    #[test]
    fn times_are_cut_to_whole_seconds() {
        let time = DateTime::UNIX_EPOCH + TimeDelta::milliseconds(1_999);
        assert_eq!(rfc3339(time), "1970-01-01T00:00:01Z");
    }
}
