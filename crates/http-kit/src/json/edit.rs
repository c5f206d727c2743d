use customers_domain::{Edit, Parse};
use garde::Validate;
use serde::de::{Deserialize, Deserializer};

use super::faults::Faults;
use super::field::Field;
use super::request::Refused;

/// Deserializes a member of an edit that may not be null, because it can be replaced but not removed.
///
/// # Errors
/// As the member's own type.
pub fn present<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

/// A member of an edit that null removes.
#[derive(Debug)]
pub struct EditField<T>(Edit<T>);

impl<T> Default for EditField<T> {
    fn default() -> Self {
        Self(Edit::Keep)
    }
}

impl<T> EditField<T> {
    /// Returns the edit.
    pub fn into_edit(self) -> Edit<T> {
        self.0
    }
}

impl<T: Parse> EditField<Field<T>> {
    /// Returns the edit with a valid value.
    ///
    /// # Errors
    /// If the domain refused the value, which validation reports.
    pub fn into_valid(self) -> Result<Edit<T>, Refused> {
        self.0.try_map(Field::into_valid)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for EditField<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Option::deserialize(deserializer)?;
        Ok(Self(value.map_or(Edit::Remove, Edit::Set)))
    }
}

impl<T: Validate<Context = Faults>> Validate for EditField<T> {
    type Context = Faults;

    fn validate_into(
        &self,
        faults: &Faults,
        place: &mut dyn FnMut() -> garde::Path,
        report: &mut garde::Report,
    ) {
        if let Edit::Set(value) = &self.0 {
            value.validate_into(faults, place, report);
        }
    }
}
