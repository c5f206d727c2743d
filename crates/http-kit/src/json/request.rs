use garde::Validate;

use super::faults::Faults;

/// The domain has refused a value. Which one and why is noted by validation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused;

/// The body of a request: what it looks like as JSON, and the domain value that it stands for.
pub trait RequestBody: Validate<Context = Faults> {
    /// What the members make together.
    type Value;

    /// Puts the value together.
    ///
    /// # Errors
    /// When a member was refused.
    fn into_value(self) -> Result<Self::Value, Refused>;
}
