use crate::fault::{Fault, Parse};
use crate::personal::Personal;

/// A postal code of any country: 1 to 16 ASCII letters, digits, spaces and hyphens, trimmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZipCode(Personal<String>);

impl ZipCode {
    /// The greatest number of characters.
    pub const MAX: usize = 16;

    /// Takes a value that [`Parse::parse`] produced earlier.
    pub const fn from_stored(code: String) -> Self {
        Self(Personal::new(code))
    }

    /// The code.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl Parse for ZipCode {
    type Fault = Fault;

    fn parse(raw: &str) -> Result<Self, Fault> {
        let code = raw.trim();
        if code.is_empty() {
            return Err(Fault::Blank);
        }
        if code.chars().nth(Self::MAX).is_some() {
            return Err(Fault::TooLong);
        }
        let shaped = code
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'-'));
        if !shaped || !code.bytes().any(|byte| byte.is_ascii_alphanumeric()) {
            return Err(Fault::InvalidZipCode);
        }
        Ok(Self::from_stored(code.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn postal_codes_of_many_shapes_are_accepted() {
        for (raw, stored) in [
            ("100001", "100001"),
            (" EC1A 1BB ", "EC1A 1BB"),
            ("12345-6789", "12345-6789"),
        ] {
            assert_eq!(ZipCode::parse(raw), Ok(ZipCode::from_stored(stored.into())));
        }
        assert!(ZipCode::parse(&"1".repeat(16)).is_ok());
    }

    #[test]
    fn the_first_rule_that_is_broken_is_named() {
        assert_eq!(ZipCode::parse(" "), Err(Fault::Blank));
        assert_eq!(ZipCode::parse(&"_".repeat(17)), Err(Fault::TooLong));
        for bad in ["1_2", "- -", "\u{661}\u{662}", "1\t2", "1\u{0}"] {
            assert_eq!(ZipCode::parse(bad), Err(Fault::InvalidZipCode), "{bad:?}");
        }
    }
}
