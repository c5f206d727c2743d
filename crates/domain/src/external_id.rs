use crate::fault::{Fault, Parse, is_printable_ascii, refuse_blank};
use crate::personal::Personal;

/// The client's reference for a customer, unique in its tenant: 1 to 255 printable ASCII characters.
///
/// It is stored unchanged and compared byte by byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalId(Personal<String>);

impl ExternalId {
    /// Maximum number of characters.
    pub const MAX: usize = 255;

    /// Rebuilds a stored value that [`Parse::parse`] accepted earlier.
    pub const fn from_stored(id: String) -> Self {
        Self(Personal::new(id))
    }

    /// Returns the reference.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl Parse for ExternalId {
    type Fault = Fault;

    fn parse(raw: &str) -> Result<Self, Fault> {
        refuse_blank(raw)?;
        if raw.chars().nth(Self::MAX).is_some() {
            return Err(Fault::TooLong { max: Self::MAX });
        }
        if !is_printable_ascii(raw) {
            return Err(Fault::InvalidExternalId);
        }
        Ok(Self::from_stored(raw.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printable_ascii_is_accepted_unchanged() {
        for good in ["crm-4711", " padded ", "~", &"x".repeat(255)] {
            assert_eq!(
                ExternalId::parse(good),
                Ok(ExternalId::from_stored(good.into()))
            );
        }
    }

    #[test]
    fn the_fault_is_the_first_broken_rule() {
        assert_eq!(ExternalId::parse("  "), Err(Fault::Blank));
        assert_eq!(
            ExternalId::parse(&"\u{e9}".repeat(256)),
            Err(Fault::TooLong {
                max: ExternalId::MAX
            })
        );
        for bad in ["caf\u{e9}", "a\tb", "a\u{0}", "a\u{7f}"] {
            assert_eq!(
                ExternalId::parse(bad),
                Err(Fault::InvalidExternalId),
                "{bad:?}"
            );
        }
    }
}
