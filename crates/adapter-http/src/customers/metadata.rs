//! The member `metadata` of requests.

use std::collections::BTreeMap;

use customers_domain::{Fault, InvalidMetadata, Metadata, MetadataPatch};
use customers_http_kit::json::{Faults, Refused};
use garde::Validate;
use serde::de::{Deserialize, Deserializer};
use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, Schema, SchemaType, Type};

/// The member `metadata` of a new customer. A fault points at one of its members, or at `metadata` itself.
#[derive(Debug)]
pub(super) struct MetadataField(Result<Metadata, InvalidMetadata>);

impl MetadataField {
    /// The value.
    ///
    /// # Errors
    /// When the domain refused it, which validation reports.
    pub(super) fn into_valid(self) -> Result<Metadata, Refused> {
        self.0.map_err(|_| Refused)
    }
}

impl<'de> Deserialize<'de> for MetadataField {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        BTreeMap::deserialize(deserializer).map(|members| Self(Metadata::parse(members)))
    }
}

impl Validate for MetadataField {
    type Context = Faults;

    fn validate_into(
        &self,
        faults: &Faults,
        place: &mut dyn FnMut() -> garde::Path,
        _: &mut garde::Report,
    ) {
        note(self.0.as_ref().err(), faults, place);
    }
}

/// The member `metadata` of an edit: names with a value, and names with null.
#[derive(Debug)]
pub(super) struct MetadataEdit(Result<MetadataPatch, InvalidMetadata>);

impl MetadataEdit {
    /// The edit.
    ///
    /// # Errors
    /// When the domain refused it, which validation reports.
    pub(super) fn into_valid(self) -> Result<MetadataPatch, Refused> {
        self.0.map_err(|_| Refused)
    }
}

impl<'de> Deserialize<'de> for MetadataEdit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        BTreeMap::deserialize(deserializer).map(|members| Self(MetadataPatch::parse(members)))
    }
}

impl Validate for MetadataEdit {
    type Context = Faults;

    fn validate_into(
        &self,
        faults: &Faults,
        place: &mut dyn FnMut() -> garde::Path,
        _: &mut garde::Report,
    ) {
        note(self.0.as_ref().err(), faults, place);
    }
}

/// Notes where metadata is at fault, if it is.
fn note(fault: Option<&InvalidMetadata>, faults: &Faults, place: &mut dyn FnMut() -> garde::Path) {
    match fault {
        None => {}
        Some(InvalidMetadata::Whole) => faults.note(&place(), &Fault::InvalidMetadata),
        Some(InvalidMetadata::Members(names)) => {
            for name in names.expose() {
                faults.note(&place().join(name.as_str()), &Fault::InvalidMetadata);
            }
        }
    }
}

/// An object of texts, with the limits of metadata.
pub(crate) fn metadata_schema() -> Schema {
    metadata_of_type(Type::Object.into())
}

/// The same where it may be null.
pub(crate) fn nullable_metadata_schema() -> Schema {
    metadata_of_type(SchemaType::from_iter([Type::Object, Type::Null]))
}

/// The same where its members may be null too.
pub(crate) fn metadata_edit_schema() -> Schema {
    let nullable = |schema_type| SchemaType::from_iter([schema_type, Type::Null]);
    metadata_of_types(nullable(Type::Object), nullable(Type::String))
}

fn metadata_of_type(schema_type: SchemaType) -> Schema {
    metadata_of_types(schema_type, Type::String.into())
}

fn metadata_of_types(schema_type: SchemaType, value_type: SchemaType) -> Schema {
    let value = ObjectBuilder::new()
        .schema_type(value_type)
        .max_length(Some(Metadata::VALUE_MAX));
    let name = ObjectBuilder::new()
        .schema_type(Type::String)
        .pattern(Some(format!(
            "^[A-Za-z0-9_.-]{{1,{}}}$",
            Metadata::NAME_MAX
        )));
    ObjectBuilder::new()
        .schema_type(schema_type)
        .property_names(Some(name))
        .additional_properties(Some(AdditionalProperties::RefOr(value.into())))
        .max_properties(Some(Metadata::MEMBERS_MAX))
        .examples([serde_json::json!({"segment": "retail"})])
        .into()
}
