use customers_domain::Fault;
use serde::Serialize;
use utoipa::ToSchema;

/// At most this many places at fault are listed.
const LISTED_MAX: usize = 100;
/// A pointer may name a member that the caller sent; more than this of it is not repeated.
const POINTER_MAX: usize = 128;

/// Why a place is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FieldCode {
    /// A required member is absent or null.
    Missing,
    /// A member has another JSON type than it should.
    WrongType,
    /// There is no member of that name.
    UnknownField,
    /// The member comes more than once.
    DuplicateField,
    /// There is no query parameter of that name.
    UnknownParameter,
    /// The query parameter comes more than once.
    DuplicateParameter,
    /// The query parameter's value cannot be used.
    InvalidParameter,
    /// The value breaks its rule.
    Value(Fault),
}

impl FieldCode {
    /// The public code.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::WrongType => "wrong_type",
            Self::UnknownField => "unknown_field",
            Self::DuplicateField => "duplicate_field",
            Self::UnknownParameter => "unknown_parameter",
            Self::DuplicateParameter => "duplicate_parameter",
            Self::InvalidParameter => "invalid_parameter",
            Self::Value(fault) => fault.code(),
        }
    }

    fn message(self) -> String {
        match self {
            Self::Missing => "is required".into(),
            Self::WrongType => "has the wrong JSON type".into(),
            Self::UnknownField => "is not a member that is known here".into(),
            Self::DuplicateField => "comes more than once".into(),
            Self::UnknownParameter => "is not a parameter that is known here".into(),
            Self::DuplicateParameter => "may come only once".into(),
            Self::InvalidParameter => "has a value that cannot be used".into(),
            Self::Value(fault) => fault.to_string(),
        }
    }
}

/// A place at fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// JSON pointer (RFC 6901) into the body, or `/` and the name of a query parameter; empty for the
    /// whole body.
    #[schema(example = "/billing_address/country")]
    pointer: String,
    /// What is wrong there.
    #[schema(example = "unknown_country")]
    code: &'static str,
    /// The same in words. For people; it may change.
    #[schema(example = "is not an assigned ISO 3166-1 alpha-2 country code")]
    message: String,
}

/// The places at fault in one request: one error a pointer, the first that was noted.
#[derive(Debug, Default)]
pub struct FieldErrors(Vec<FieldError>);

impl FieldErrors {
    /// Notes a place, unless it was noted before or enough places were.
    pub fn note(&mut self, pointer: &str, code: FieldCode) {
        let pointer = cut(pointer);
        if self.0.len() < LISTED_MAX && self.0.iter().all(|noted| noted.pointer != pointer) {
            self.0.push(FieldError {
                pointer: pointer.to_owned(),
                code: code.as_str(),
                message: code.message(),
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

    #[test]
    fn one_place_is_noted_once_and_a_hundred_places_are_enough() {
        let mut errors = FieldErrors::default();
        errors.note("/a", FieldCode::DuplicateField);
        errors.note("/a", FieldCode::WrongType);
        assert_eq!(errors.0.len(), 1);
        for n in 0..200 {
            errors.note(&format!("/n{n}"), FieldCode::UnknownField);
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
