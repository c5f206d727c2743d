use std::borrow::Cow;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;

/// A member that problems of some kind add to the body, such as `conflict` (RFC 9457 section 3.2).
pub trait ProblemExtension: Serialize + ToSchema {
    /// The member's name.
    const MEMBER: &'static str;
    /// What the member is, for the OpenAPI document.
    const DESCRIPTION: &'static str;

    /// A value that the OpenAPI document shows.
    fn example() -> Value;
}

/// A [`ProblemExtension`] as the OpenAPI document describes it.
#[derive(Debug, Clone, Copy)]
pub struct ExtensionSchema {
    pub(crate) member: &'static str,
    pub(crate) description: &'static str,
    pub(crate) schema_name: fn() -> Cow<'static, str>,
    pub(crate) schema: fn() -> RefOr<Schema>,
    pub(crate) referenced: fn(&mut Vec<(String, RefOr<Schema>)>),
    pub(crate) example: fn() -> Value,
}

impl ExtensionSchema {
    /// Describes an extension.
    pub const fn of<E: ProblemExtension>() -> Self {
        Self {
            member: E::MEMBER,
            description: E::DESCRIPTION,
            schema_name: E::name,
            schema: E::schema,
            referenced: E::schemas,
            example: E::example,
        }
    }
}
