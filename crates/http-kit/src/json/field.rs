use std::fmt;
use std::marker::PhantomData;

use customers_domain::Parse;
use garde::Validate;
use serde::de::{Deserialize, Deserializer, Visitor};

use super::faults::Faults;
use super::numbers::Number;
use super::request::Refused;

/// A string that the domain parsed while it was read: its value, or the fault.
///
/// Validation records the fault with its location, and [`Field::into_valid`] returns the value.
pub struct Field<T: Parse>(Result<T, T::Fault>);

impl<T: Parse> Field<T> {
    /// Returns the value.
    ///
    /// # Errors
    /// If the domain refused it, which validation reports.
    pub fn into_valid(self) -> Result<T, Refused> {
        self.0.map_err(|_| Refused)
    }
}

impl<T: Parse> fmt::Debug for Field<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Field")
            .field(&self.0.as_ref().err())
            .finish()
    }
}

impl<'de, T: Parse> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FieldVisitor<T>(PhantomData<T>);

        impl<T: Parse> Visitor<'_> for FieldVisitor<T> {
            type Value = Field<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_str<E>(self, text: &str) -> Result<Field<T>, E> {
                Ok(Field(T::parse(text)))
            }
        }

        deserializer.deserialize_str(FieldVisitor(PhantomData))
    }
}

impl<T: Parse> Validate for Field<T> {
    type Context = Faults;

    fn validate_into(
        &self,
        faults: &Faults,
        place: &mut dyn FnMut() -> garde::Path,
        _: &mut garde::Report,
    ) {
        if let Err(fault) = &self.0 {
            faults.note(&place(), fault);
        }
    }
}

/// A number that the domain parsed while it was read: its value, or the fault.
///
/// The domain's `parse` gets the number without an exponent, such as `-12.5`. A number that would take more than 400
/// characters keeps its exponent, such as `1e999`.
pub struct NumberField<T: Parse>(Field<T>);

impl<T: Parse> NumberField<T> {
    /// Returns the value.
    ///
    /// # Errors
    /// If the domain refused it, which validation reports.
    pub fn into_valid(self) -> Result<T, Refused> {
        self.0.into_valid()
    }
}

impl<T: Parse> fmt::Debug for NumberField<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de, T: Parse> Deserialize<'de> for NumberField<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = Number::deserialize(deserializer)?;
        let plain = number.to_plain();
        let text = plain.as_deref().unwrap_or(number.as_str());
        Ok(Self(Field(T::parse(text))))
    }
}

impl<T: Parse> Validate for NumberField<T> {
    type Context = Faults;

    fn validate_into(
        &self,
        faults: &Faults,
        place: &mut dyn FnMut() -> garde::Path,
        report: &mut garde::Report,
    ) {
        self.0.validate_into(faults, place, report);
    }
}
