//! Memory sizes on the command line.

use thiserror::Error;

/// Units other than bytes.
const UNITS: [(&str, usize); 4] = [
    ("", 1),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
];

/// Minimum memory limit: enough for the key of memory mode and some customers.
const MINIMUM: usize = 1 << 20;

/// The text is not an accepted memory size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum InvalidSize {
    /// Not a whole number, with or without a unit.
    #[error("must be a whole number, optionally followed by KiB, MiB or GiB, such as 512MiB")]
    Form,
    /// Less than 1 MiB.
    #[error("must be at least 1MiB")]
    TooSmall,
    /// More than the machine can address.
    #[error("must be at most what this machine can address")]
    TooLarge,
}

/// Parses a memory limit: a whole number of bytes, or with `KiB`, `MiB` or `GiB`.
///
/// # Errors
/// Returns an error for any other form, for less than 1 MiB, and for more than the machine can address.
pub(crate) fn parse_memory_limit(text: &str) -> Result<usize, InvalidSize> {
    let digits_end = text
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits_end);
    let bytes_each = UNITS
        .into_iter()
        .find_map(|(name, bytes)| (name == unit).then_some(bytes))
        .ok_or(InvalidSize::Form)?;
    if number.is_empty() {
        return Err(InvalidSize::Form);
    }
    let bytes = number
        .parse::<usize>()
        .ok()
        .and_then(|count| count.checked_mul(bytes_each))
        .ok_or(InvalidSize::TooLarge)?;
    if bytes < MINIMUM {
        return Err(InvalidSize::TooSmall);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_number_of_each_unit_is_read() {
        for (text, bytes) in [
            ("1048576", 1 << 20),
            ("1024KiB", 1 << 20),
            ("512MiB", 512 << 20),
            ("1GiB", 1 << 30),
        ] {
            assert_eq!(parse_memory_limit(text), Ok(bytes), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for bad in [
            "",
            "MiB",
            "1 GiB",
            " 1GiB",
            "-1GiB",
            "+1GiB",
            "1.5GiB",
            "1GB",
            "1G",
            "1gib",
            "1B",
            "1TiB",
            "\u{0661}GiB",
            "unlimited",
        ] {
            assert_eq!(parse_memory_limit(bad), Err(InvalidSize::Form), "{bad:?}");
        }
        for small in ["0", "0GiB", "1048575", "1023KiB"] {
            assert_eq!(
                parse_memory_limit(small),
                Err(InvalidSize::TooSmall),
                "{small}"
            );
        }
        for large in ["18446744073709551616", "99999999999999999GiB"] {
            assert_eq!(
                parse_memory_limit(large),
                Err(InvalidSize::TooLarge),
                "{large}"
            );
        }
    }
}
