//! The enums whose values the modules declare: problem codes, field codes and scopes.

use serde_json::Value;
use utoipa::ToSchema as _;
use utoipa::openapi::ComponentsBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};

use super::parts::{Parts, listed};
use crate::schema_names::{FieldErrorCodeName, ProblemCodeName, ScopeName};

/// Adds the enums to the schemas of the document.
pub(super) fn schemas(components: ComponentsBuilder, parts: &Parts<'_>) -> ComponentsBuilder {
    let problems = parts
        .problems
        .iter()
        .map(|kind| (kind.code(), kind.title()));
    let fields = parts.field_codes.iter();
    let fields = fields.map(|code| (code.code(), code.meaning()));
    let scopes = parts.scopes.iter().copied();
    components
        .schema(
            ProblemCodeName::name(),
            described("Code of a problem. Later versions can add codes.", problems),
        )
        .schema(
            FieldErrorCodeName::name(),
            described(
                "Code of a faulty member or parameter. Later versions can add codes.",
                fields,
            ),
        )
        .schema(ScopeName::name(), described("Scope of an API key.", scopes))
}

/// An enum with the meaning of each value.
fn described<'a>(
    description: &str,
    values: impl Iterator<Item = (&'a str, &'a str)> + Clone,
) -> Schema {
    let names = values.clone().map(|(name, _)| Value::from(name));
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(names))
        .description(Some(format!("{description}\n\n{}", listed(values))))
        .into()
}
