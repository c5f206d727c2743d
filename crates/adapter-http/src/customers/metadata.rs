//! The member `metadata` of requests.

use std::collections::BTreeMap;

use customers_domain::{Fault, InvalidMetadata, Metadata, MetadataPatch};
use garde::Validate;
use serde::de::{Deserialize, Deserializer};

/// The member `metadata`, likewise. Its faults lie at its own members, or at the whole.
#[derive(Debug)]
pub(super) struct MetadataField(Result<Metadata, InvalidMetadata>);

impl MetadataField {
    /// The value.
    ///
    /// # Errors
    /// The fault, which validation has reported before.
    pub(super) fn into_valid(self) -> Result<Metadata, Fault> {
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

/// The member `metadata` of an edit: names with a value, and names with null.
#[derive(Debug)]
pub(super) struct MetadataEdit(Result<MetadataPatch, InvalidMetadata>);

impl MetadataEdit {
    /// The edit.
    ///
    /// # Errors
    /// The fault, which validation has reported before.
    pub(super) fn into_valid(self) -> Result<MetadataPatch, Fault> {
        self.0.map_err(|_| Fault::InvalidMetadata)
    }
}

impl<'de> Deserialize<'de> for MetadataEdit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        BTreeMap::deserialize(deserializer).map(|members| Self(MetadataPatch::parse(members)))
    }
}

impl Validate for MetadataEdit {
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
fn report_metadata(
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
