use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use customers_domain::{Fault, InvalidMetadata, Metadata, Parse};
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

/// The member `metadata`, likewise. Its faults lie at its own members, or at the whole.
#[derive(Debug)]
pub struct MetadataField(Result<Metadata, InvalidMetadata>);

impl MetadataField {
    /// The value.
    ///
    /// # Errors
    /// The fault, which validation has reported before.
    pub fn into_valid(self) -> Result<Metadata, Fault> {
        self.0.map_err(|_| Fault::InvalidMetadata)
    }
}

impl<'de> Deserialize<'de> for MetadataField {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        BTreeMap::deserialize(deserializer).map(|members| Self(Metadata::parse(members)))
    }
}

impl Validate for MetadataField {
    type Context = ();

    fn validate_into(
        &self,
        (): &(),
        place: &mut dyn FnMut() -> garde::Path,
        report: &mut garde::Report,
    ) {
        report_metadata(self.0.as_ref().err(), place, report);
    }
}

/// Reports where metadata is at fault, if it is.
pub(super) fn report_metadata(
    fault: Option<&InvalidMetadata>,
    place: &mut dyn FnMut() -> garde::Path,
    report: &mut garde::Report,
) {
    let error = || garde::Error::new(Fault::InvalidMetadata.code());
    match fault {
        None => {}
        Some(InvalidMetadata::Whole) => report.append(place(), error()),
        Some(InvalidMetadata::Members(names)) => {
            for name in names.expose() {
                report.append(place().join(name.as_str()), error());
            }
        }
    }
}
