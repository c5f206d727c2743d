//! Types that stand for the enums of the OpenAPI document whose values all modules declare together.
//!
//! A request or response type names them in `#[schema(value_type = …)]`. The document adds their values.

use std::borrow::Cow;

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// The enum of all scopes.
pub enum ScopeName {}

/// The enum of all problem codes.
pub enum ProblemCodeName {}

/// The enum of all codes of faulty members and parameters.
pub enum FieldErrorCodeName {}

macro_rules! named {
    ($type:ty, $name:literal) => {
        impl PartialSchema for $type {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new().schema_type(Type::String).into()
            }
        }

        impl ToSchema for $type {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed($name)
            }
        }
    };
}

named!(ScopeName, "Scope");
named!(ProblemCodeName, "ProblemCode");
named!(FieldErrorCodeName, "FieldErrorCode");
