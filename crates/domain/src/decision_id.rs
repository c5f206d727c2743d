use crate::fault::{Fault, Parse, is_printable_ascii, refuse_blank};

/// The client's id for a decision, unique in its tenant: 1 to 255 printable ASCII characters.
///
/// A decision with this id is carried out at most once, so that a client can retry it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionId(String);

impl DecisionId {
    /// Maximum number of characters.
    pub const MAX: usize = 255;

    /// Rebuilds a stored value that [`Parse::parse`] accepted earlier.
    pub const fn from_stored(id: String) -> Self {
        Self(id)
    }

    /// Returns the id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Parse for DecisionId {
    type Fault = Fault;

    fn parse(raw: &str) -> Result<Self, Fault> {
        refuse_blank(raw)?;
        if raw.chars().nth(Self::MAX).is_some() {
            return Err(Fault::TooLong { max: Self::MAX });
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
    fn a_decision_id_is_1_to_255_printable_ascii_characters() {
        assert_eq!(
            DecisionId::parse("kyc-1").map(|id| id.as_str().to_owned()),
            Ok("kyc-1".into())
        );
        assert_eq!(DecisionId::parse(""), Err(Fault::Blank));
        assert_eq!(
            DecisionId::parse(&"x".repeat(256)),
            Err(Fault::TooLong {
                max: DecisionId::MAX
            })
        );
        assert_eq!(DecisionId::parse("a\nb"), Err(Fault::InvalidDecisionId));
    }
}
