use crate::fault::{Fault, Parse};
use crate::personal::Personal;

/// A postal code of any country: 1 to 16 ASCII letters, digits, spaces and hyphens. Contains at least one
/// letter or digit. Surrounding whitespace is removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZipCode(Personal<String>);

impl ZipCode {
    /// Maximum number of characters.
    pub const MAX: usize = 16;

    /// Rebuilds a stored value that [`Parse::parse`] accepted earlier.
    pub const fn from_stored(code: String) -> Self {
        Self(Personal::new(code))
    }

    /// Returns the code.
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
            return Err(Fault::TooLong { max: Self::MAX });
        }
        let has_only_allowed = code
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'-'));
        if !has_only_allowed || !code.bytes().any(|byte| byte.is_ascii_alphanumeric()) {
            return Err(Fault::InvalidZipCode);
        }
        Ok(Self::from_stored(code.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_postal_codes_are_accepted_and_trimmed() {
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
    fn the_fault_is_the_first_broken_rule() {
        assert_eq!(ZipCode::parse(" "), Err(Fault::Blank));
        assert_eq!(
            ZipCode::parse(&"_".repeat(17)),
            Err(Fault::TooLong { max: ZipCode::MAX })
        );
        for bad in ["1_2", "- -", "\u{661}\u{662}", "1\t2", "1\u{0}"] {
            assert_eq!(ZipCode::parse(bad), Err(Fault::InvalidZipCode), "{bad:?}");
        }
    }
}
