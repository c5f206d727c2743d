//! Codes for errors in a member of a body or in a query parameter.

use std::borrow::Cow;

use customers_domain::FieldFault;

/// A code for an error at one location, with its meaning. Modules declare their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldCode {
    code: &'static str,
    meaning: Cow<'static, str>,
}

impl FieldCode {
    /// Declares a code. The meaning completes the sentence "the value …" and never contains the value.
    pub const fn new(code: &'static str, meaning: &'static str) -> Self {
        Self {
            code,
            meaning: Cow::Borrowed(meaning),
        }
    }

    /// Returns the code of a fault that a value object reports.
    pub fn of(fault: &impl FieldFault) -> Self {
        Self {
            code: fault.code(),
            meaning: Cow::Owned(fault.to_string()),
        }
    }

    /// Returns the public code.
    pub const fn code(&self) -> &'static str {
        self.code
    }

    /// Returns the meaning, for people.
    pub fn meaning(&self) -> &str {
        &self.meaning
    }
}

/// A required member is absent or null.
pub static MISSING: FieldCode = FieldCode::new("missing", "is required");
/// A member must have the JSON type that the documentation names.
pub static WRONG_TYPE: FieldCode = FieldCode::new(
    "wrong_type",
    "must have the JSON type that the documentation names",
);
/// The request has no member of this name.
pub static UNKNOWN_FIELD: FieldCode = FieldCode::new(
    "unknown_field",
    "must not be sent: there is no such member here",
);
/// The member occurs more than once.
pub static DUPLICATE_FIELD: FieldCode = FieldCode::new("duplicate_field", "must come only once");
/// The route has no query parameter of this name.
pub static UNKNOWN_PARAMETER: FieldCode = FieldCode::new(
    "unknown_parameter",
    "must not be sent: there is no such parameter here",
);
/// The query parameter occurs more than once.
pub static DUPLICATE_PARAMETER: FieldCode =
    FieldCode::new("duplicate_parameter", "must come only once");
/// The value of the query parameter is not valid.
pub static INVALID_PARAMETER: FieldCode = FieldCode::new(
    "invalid_parameter",
    "must have a value that the documentation of this parameter allows",
);
/// The value violates a rule that has no code of its own.
pub static INVALID: FieldCode = FieldCode::new(
    "invalid",
    "must keep the rules that the documentation of this field names",
);

/// Returns the codes of `invalid_request`, which are the same in every module.
pub(crate) fn shape_codes() -> Vec<FieldCode> {
    let codes = [
        &MISSING,
        &WRONG_TYPE,
        &UNKNOWN_FIELD,
        &DUPLICATE_FIELD,
        &UNKNOWN_PARAMETER,
        &DUPLICATE_PARAMETER,
        &INVALID_PARAMETER,
    ];
    codes.map(FieldCode::clone).to_vec()
}
