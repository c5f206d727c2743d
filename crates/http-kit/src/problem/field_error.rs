use serde::Serialize;
use utoipa::ToSchema;

use crate::field_code::FieldCode;
use crate::schema_names::FieldErrorCodeName;

/// At most this many places at fault are listed.
const LISTED_MAX: usize = 100;
/// A pointer may name a member that the caller sent; more than this of it is not repeated.
const POINTER_MAX: usize = 128;

/// A faulty member or parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// JSON pointer (RFC 6901) into the body, or `/` and the name of a query parameter. Empty for the whole body.
    #[schema(example = "/billing_address/country")]
    pointer: String,
    /// Code of the fault.
    #[schema(value_type = FieldErrorCodeName)]
    code: &'static str,
    /// The rule for this value, as text for people. The text can change.
    #[schema(
        example = "must be an assigned ISO 3166-1 alpha-2 country code in upper case, such as NG"
    )]
    message: String,
}

/// The places at fault in one request: one error a pointer, the first that was noted.
#[derive(Debug, Default)]
pub struct FieldErrors(Vec<FieldError>);

impl FieldErrors {
    /// Notes a place, unless it was noted before or enough places were.
    pub fn note(&mut self, pointer: &str, code: &FieldCode) {
        let pointer = cut(pointer);
        if self.0.len() < LISTED_MAX && self.0.iter().all(|noted| noted.pointer != pointer) {
            self.0.push(FieldError {
                pointer: pointer.to_owned(),
                code: code.code(),
                message: code.meaning().to_owned(),
            });
        }
    }

    /// Whether nothing was noted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The places, in the order in which they were noted.
    pub fn into_list(self) -> Vec<FieldError> {
        self.0
    }
}

/// Appends a name to a pointer, escaped as RFC 6901 section 3 says.
pub fn push_segment(pointer: &mut String, name: &str) {
    pointer.push('/');
    for character in name.chars() {
        match character {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            other => pointer.push(other),
        }
    }
}

fn cut(pointer: &str) -> &str {
    let Some((end, _)) = pointer.char_indices().nth(POINTER_MAX) else {
        return pointer;
    };
    // Half an escape is not a pointer any more.
    pointer[..end].strip_suffix('~').unwrap_or(&pointer[..end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field_code::{DUPLICATE_FIELD, UNKNOWN_FIELD, WRONG_TYPE};

    #[test]
    fn one_place_is_noted_once_and_a_hundred_places_are_enough() {
        let mut errors = FieldErrors::default();
        errors.note("/a", &DUPLICATE_FIELD);
        errors.note("/a", &WRONG_TYPE);
        assert_eq!(errors.0.len(), 1);
        for n in 0..200 {
            errors.note(&format!("/n{n}"), &UNKNOWN_FIELD);
        }
        assert_eq!(errors.into_list().len(), 100);
    }

    #[test]
    fn a_pointer_is_cut_at_128_characters_but_not_within_an_escape() {
        assert_eq!(cut(&"/\u{e9}".repeat(100)).chars().count(), 128);
        let escape_at_the_edge = format!("/{}~1x", "a".repeat(126));
        assert_eq!(cut(&escape_at_the_edge), format!("/{}", "a".repeat(126)));
    }

    #[test]
    fn names_are_escaped() {
        let mut pointer = String::from("/metadata");
        push_segment(&mut pointer, "a/b~c");
        assert_eq!(pointer, "/metadata/a~1b~0c");
    }
}
