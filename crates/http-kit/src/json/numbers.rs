//! Numbers of any size and precision.
//!
//! `serde_json` reads a number as a 64-bit integer or a float, so it conflates distinct numbers and refuses others.
//! Here the numbers are removed from the body before it is parsed.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Visitor};

/// A JSON number with its exact value: `1`, `1.0` and `10e-1` are equal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Number(Cow<'static, str>);

/// Maximum number of digits in an exponent that is normalized. A number with a longer exponent keeps its original
/// spelling.
const EXPONENT_DIGITS_MAX: usize = 18;
/// Maximum length in characters of a number that is written without an exponent.
const PLAIN_MAX: usize = 400;

impl Number {
    /// Name by which [`Number`] identifies itself to the strict reader.
    pub(super) const TOKEN: &'static str = "$http_kit::json::Number";
    pub(super) const ZERO: Self = Self(Cow::Borrowed("0"));

    /// Reads a number token of the JSON grammar.
    fn from_token(token: &str) -> Self {
        let (negative, unsigned) = match token.strip_prefix('-') {
            Some(unsigned) => ("-", unsigned),
            None => ("", token),
        };
        let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        let significant = digits.trim_start_matches('0').trim_end_matches('0');
        if significant.is_empty() {
            return Self::ZERO;
        }
        let trailing = digits.len() - digits.trim_end_matches('0').len();
        let (sign, magnitude) = match exponent.strip_prefix('-') {
            Some(magnitude) => (-1, magnitude),
            None => (1, exponent.strip_prefix('+').unwrap_or(exponent)),
        };
        let magnitude = magnitude.trim_start_matches('0');
        let magnitude = match magnitude.len() {
            0 => Some(0),
            1..=EXPONENT_DIGITS_MAX => magnitude.parse::<i128>().ok(),
            _ => None,
        };
        let Some(magnitude) = magnitude else {
            return Self(Cow::Owned(token.to_ascii_lowercase()));
        };
        let shift = trailing as i128 - fraction.len() as i128;
        let exponent = sign * magnitude + shift;
        Self(Cow::Owned(if exponent == 0 {
            format!("{negative}{significant}")
        } else {
            format!("{negative}{significant}e{exponent}")
        }))
    }

    /// Returns the canonical spelling: an integer without trailing zeros, followed by a power of ten if there is one.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the number without an exponent, such as `-12.5`, or `None` if that takes more than 400 characters.
    pub fn to_plain(&self) -> Option<String> {
        let (mantissa, exponent) = self.0.split_once('e').unwrap_or((&self.0, "0"));
        let exponent: i128 = exponent.parse().ok()?;
        let (sign, digits) = match mantissa.strip_prefix('-') {
            Some(digits) => ("-", digits),
            None => ("", mantissa),
        };
        let shift = usize::try_from(exponent.unsigned_abs()).ok()?;
        if digits.contains('.') || digits.len().saturating_add(shift) > PLAIN_MAX {
            return None;
        }
        Some(if exponent >= 0 {
            format!("{sign}{digits}{}", "0".repeat(shift))
        } else {
            let padded = format!("{digits:0>width$}", width = shift + 1);
            let (whole, fraction) = padded.split_at(padded.len() - shift);
            format!("{sign}{whole}.{fraction}")
        })
    }

    /// Returns the number as an integer type, or `None` if it does not fit.
    pub(super) fn to_integer<T: FromStr>(&self) -> Option<T> {
        self.to_plain()?.parse().ok()
    }

    /// Returns the nearest float, or `None` if it is not finite.
    pub(super) fn to_float(&self) -> Option<f64> {
        self.0.parse().ok().filter(|float: &f64| float.is_finite())
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NumberVisitor;

        impl Visitor<'_> for NumberVisitor {
            type Value = Number;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number")
            }

            fn visit_str<E>(self, canonical: &str) -> Result<Number, E> {
                Ok(Number(Cow::Owned(canonical.to_owned())))
            }
        }

        deserializer.deserialize_newtype_struct(Self::TOKEN, NumberVisitor)
    }
}

/// Replaces each number outside strings with `0` and returns the numbers in order, or `None` if there are no numbers.
pub(super) fn extract_numbers(body: &[u8]) -> Option<(Vec<u8>, Vec<Number>)> {
    let mut without = Vec::with_capacity(body.len());
    let mut numbers = Vec::new();
    let mut rest = body;
    while let Some(&byte) = rest.first() {
        let length = match byte {
            b'"' => string_length(rest),
            b'-' | b'0'..=b'9' => number_length(rest),
            _ => 1,
        };
        let (token, after) = rest.split_at(length);
        match str::from_utf8(token) {
            Ok(number) if is_number(token) => {
                numbers.push(Number::from_token(number));
                without.push(b'0');
            }
            _ => without.extend_from_slice(token),
        }
        rest = after;
    }
    (!numbers.is_empty()).then_some((without, numbers))
}

/// Returns the length of a string: up to the next quote that is not escaped, or to the end.
fn string_length(bytes: &[u8]) -> usize {
    let mut escaped = false;
    let end = bytes.iter().skip(1).position(|byte| {
        let ends = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        ends
    });
    end.map_or(bytes.len(), |end| end + 2)
}

fn number_length(bytes: &[u8]) -> usize {
    let part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
    bytes
        .iter()
        .position(|byte| !part(byte))
        .unwrap_or(bytes.len())
}

/// Returns whether the token is a number of RFC 8259 section 6.
fn is_number(token: &[u8]) -> bool {
    let digits = |bytes: &[u8]| !bytes.is_empty() && bytes.iter().all(u8::is_ascii_digit);
    let unsigned = token.strip_prefix(b"-").unwrap_or(token);
    let mut parts = unsigned.splitn(2, |byte| matches!(byte, b'e' | b'E'));
    let mantissa = parts.next().unwrap_or_default();
    let exponent_fits = parts.next().is_none_or(|exponent| {
        digits(
            exponent
                .strip_prefix(b"-")
                .or(exponent.strip_prefix(b"+"))
                .unwrap_or(exponent),
        )
    });
    let mut parts = mantissa.splitn(2, |byte| *byte == b'.');
    let whole = parts.next().unwrap_or_default();
    let fraction_fits = parts.next().is_none_or(digits);
    let whole_fits = digits(whole) && (whole.len() == 1 || whole[0] != b'0');
    whole_fits && fraction_fits && exponent_fits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_follow_the_grammar() {
        for good in ["0", "-0", "10", "1.5", "1e5", "-1.05E-10", "1e+999"] {
            assert!(is_number(good.as_bytes()), "{good}");
        }
        for bad in [
            "", "-", "01", "1.", ".5", "1e", "1e+", "+1", "1e5e5", "1-2", "1.5.5",
        ] {
            assert!(!is_number(bad.as_bytes()), "{bad}");
        }
    }

    #[test]
    fn numbers_are_extracted_and_strings_are_unchanged() {
        let (without, numbers) =
            extract_numbers(br#"{"1":"2\"," \"3":12e999,"x":[4.50]}"#).unwrap();
        assert_eq!(without, br#"{"1":"2\"," \"3":0,"x":[0]}"#);
        let numbers: Vec<&str> = numbers.iter().map(Number::as_str).collect();
        assert_eq!(numbers, ["12e999", "45e-1"]);
        assert_eq!(extract_numbers(br#"{"a":"12"}"#), None);
    }

    #[test]
    fn equal_numbers_have_one_spelling() {
        for (number, spellings) in [
            ("1", &["1", "1.0", "1e0", "10e-1", "0.1E1", "1.000e+00"][..]),
            ("0", &["0", "-0", "0.0", "0e999999999999999999999"]),
            ("-12e2", &["-1200", "-1.2e3", "-12E+02"]),
            ("5e-3", &["0.005", "5e-3", "50e-4"]),
            ("1e999", &["1e999", "10e998", "0.1e1000"]),
        ] {
            for spelling in spellings {
                assert_eq!(Number::from_token(spelling).as_str(), number, "{spelling}");
            }
        }
    }

    #[test]
    fn distinct_numbers_have_distinct_spellings() {
        let tokens = [
            "1",
            "-1",
            "1e999",
            "1e1000",
            "2e999",
            "9007199254740993",
            "9007199254740992",
            "0.1",
            "0.10000000000000000001",
            "1e1000000000000000000000",
            "1e-1000000000000000000000",
        ];
        let spellings: std::collections::HashSet<String> = tokens
            .map(|token| Number::from_token(token).as_str().to_owned())
            .into();
        assert_eq!(spellings.len(), tokens.len());
    }

    #[test]
    fn a_number_is_written_without_exponent_if_that_is_short() {
        for (token, plain) in [
            ("12e2", "1200"),
            ("-12.50", "-12.5"),
            ("5e-3", "0.005"),
            ("0", "0"),
        ] {
            assert_eq!(Number::from_token(token).to_plain().unwrap(), plain);
        }
        for long in [
            "1e400",
            "1e-400",
            "1e9999999999999999999999",
            "1.5e9999999999999999999999",
        ] {
            assert_eq!(Number::from_token(long).to_plain(), None, "{long}");
        }
        assert_eq!(Number::from_token("255.0").to_integer::<u8>(), Some(255));
        assert_eq!(Number::from_token("256").to_integer::<u8>(), None);
        assert_eq!(Number::from_token("1.5").to_integer::<i64>(), None);
        assert_eq!(Number::from_token("1e999").to_float(), None);
    }
}
