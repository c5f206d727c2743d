use std::fmt;
use std::marker::PhantomData;

use customers_domain::{Fault, Parse};
use garde::Validate;
use serde::de::{Deserialize, Deserializer, Visitor};

/// A member that was handed to the domain while it was read: its value, or why the domain refuses it.
///
/// garde reports the refusal with its path, and [`Field::into_valid`] then takes the value out.
#[derive(Debug)]
pub struct Field<T>(Result<T, Fault>);

impl<T> Field<T> {
    /// The value.
    ///
    /// # Errors
    /// The fault, which validation has reported before.
    pub fn into_valid(self) -> Result<T, Fault> {
        self.0
    }
}

impl<'de, T: Parse> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FieldVisitor<T>(PhantomData<T>);

        impl<T: Parse> Visitor<'_> for FieldVisitor<T> {
            type Value = Field<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_str<E>(self, text: &str) -> Result<Field<T>, E> {
                Ok(Field(T::parse(text)))
            }
        }

        deserializer.deserialize_str(FieldVisitor(PhantomData))
    }
}

impl<T> Validate for Field<T> {
    type Context = ();

    fn validate_into(
        &self,
        (): &(),
        place: &mut dyn FnMut() -> garde::Path,
        report: &mut garde::Report,
    ) {
        if let Err(fault) = &self.0 {
            report.append(place(), garde::Error::new(fault.code()));
        }
    }
}
