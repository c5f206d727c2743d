use garde::Validate;

use super::faults::Faults;

/// The domain refused a value. Validation reports the value and the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused;

/// A request body: its JSON form, and the domain value that it represents.
pub trait RequestBody: Validate<Context = Faults> {
    /// The domain value.
    type Value;

    /// Builds the domain value.
    ///
    /// # Errors
    /// If the domain refused a member.
    fn into_value(self) -> Result<Self::Value, Refused>;
}
