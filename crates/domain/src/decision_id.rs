use crate::fault::{Fault, Parse, is_printable_ascii, refuse_blank};

/// The caller's own name for a decision, unique in its tenant, by which a decision that is sent
/// twice is carried out once: 1 to 255 printable ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionId(String);

impl DecisionId {
    /// The greatest number of characters.
    pub const MAX: usize = 255;

    /// Takes a value that [`Parse::parse`] produced earlier.
    pub const fn from_stored(id: String) -> Self {
        Self(id)
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Parse for DecisionId {
    type Fault = Fault;

    fn parse(raw: &str) -> Result<Self, Fault> {
        refuse_blank(raw)?;
        if raw.chars().nth(Self::MAX).is_some() {
            return Err(Fault::TooLong);
        }
        if !is_printable_ascii(raw) {
            return Err(Fault::InvalidDecisionId);
        }
        Ok(Self(raw.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_id_is_printable_ascii_of_255_at_most() {
        assert_eq!(
            DecisionId::parse("kyc-1").map(|id| id.as_str().to_owned()),
            Ok("kyc-1".into())
        );
        assert_eq!(DecisionId::parse(""), Err(Fault::Blank));
        assert_eq!(DecisionId::parse(&"x".repeat(256)), Err(Fault::TooLong));
        assert_eq!(DecisionId::parse("a\nb"), Err(Fault::InvalidDecisionId));
    }
}
