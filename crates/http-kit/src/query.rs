//! Query parameters. Unknown ones are refused, because a misspelt filter would otherwise be ignored.

use axum::extract::FromRequestParts;
use http::Uri;
use http::request::Parts;

use crate::field_code::{DUPLICATE_PARAMETER, FieldCode, INVALID_PARAMETER, UNKNOWN_PARAMETER};
use crate::problem::{FieldErrors, Problem, common, push_segment};

/// Default page size.
pub const LIMIT_DEFAULT: u32 = 50;
/// Maximum page size.
pub const LIMIT_MAX: u32 = 200;

/// Parses the parameter `limit`: 1 to [`LIMIT_MAX`], in decimal digits.
pub fn limit(value: &str) -> Option<u32> {
    let limit = value
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| value.parse().ok())??;
    (1..=LIMIT_MAX).contains(&limit).then_some(limit)
}

/// The problem of a parameter whose value turns out to be invalid after all parameters were read.
pub fn invalid_parameter(name: &str) -> Problem {
    let mut errors = FieldErrors::default();
    let mut pointer = String::new();
    push_segment(&mut pointer, name);
    errors.note(&pointer, &INVALID_PARAMETER);
    Problem::with_errors(&common::INVALID_REQUEST, errors)
}

/// The parameters of a request, and their errors.
pub struct Query {
    values: Vec<(String, String)>,
    errors: FieldErrors,
}

impl Query {
    /// Reads the parameters. Records unknown parameters, and repeated ones that are not in `repeatable`.
    pub fn read(uri: &Uri, known: &[&str], repeatable: &[&str]) -> Self {
        let mut query = Self {
            values: Vec::new(),
            errors: FieldErrors::default(),
        };
        let text = uri.query().unwrap_or_default();
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            let repeated = query.values.iter().any(|(seen, _)| *seen == name);
            if repeatable.contains(&&*name) || (known.contains(&&*name) && !repeated) {
                query.values.push((name.into_owned(), value.into_owned()));
            } else if repeated {
                query.record(&name, &DUPLICATE_PARAMETER);
            } else {
                query.record(&name, &UNKNOWN_PARAMETER);
            }
        }
        query
    }

    /// Returns the value of a parameter if it is present and valid.
    pub fn one<T>(&mut self, name: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        self.all(name, parse).pop()
    }

    /// Returns every valid value of a repeatable parameter.
    pub fn all<T>(&mut self, name: &str, parse: impl Fn(&str) -> Option<T>) -> Vec<T> {
        let values = self.values.iter().filter(|(known, _)| known == name);
        let parsed: Option<Vec<T>> = values.map(|(_, value)| parse(value)).collect();
        parsed.unwrap_or_else(|| {
            self.record(name, &INVALID_PARAMETER);
            Vec::new()
        })
    }

    /// Finishes reading.
    ///
    /// # Errors
    /// `invalid_request` with every error.
    pub fn finish(self) -> Result<(), Problem> {
        if self.errors.is_empty() {
            return Ok(());
        }
        Err(Problem::with_errors(&common::INVALID_REQUEST, self.errors))
    }

    fn record(&mut self, name: &str, code: &FieldCode) {
        let mut pointer = String::new();
        push_segment(&mut pointer, name);
        self.errors.note(&pointer, code);
    }
}

/// Extractor of a route without parameters.
pub struct NoParameters;

impl<S: Sync> FromRequestParts<S> for NoParameters {
    type Rejection = Problem;

    async fn from_request_parts(head: &mut Parts, _: &S) -> Result<Self, Problem> {
        Query::read(&head.uri, &[], &[]).finish()?;
        Ok(Self)
    }
}

/// Returns whether a request of a route with [`ValidateOnly`] is only to be validated.
pub(crate) fn is_validate_only(uri: &Uri) -> bool {
    let text = uri.query().unwrap_or_default();
    form_urlencoded::parse(text.as_bytes())
        .any(|(name, value)| name == "validate_only" && value == "true")
}

/// Extractor of a route that can validate a request without executing it: `validate_only=true`.
pub struct ValidateOnly(pub bool);

impl<S: Sync> FromRequestParts<S> for ValidateOnly {
    type Rejection = Problem;

    async fn from_request_parts(head: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut query = Query::read(&head.uri, &["validate_only"], &[]);
        let only = query.one("validate_only", |value| value.parse().ok());
        query.finish()?;
        Ok(Self(only.unwrap_or(false)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(uri: &'static str) -> Vec<(String, String)> {
        let mut query = Query::read(&Uri::from_static(uri), &["limit"], &["status"]);
        query.one("limit", |value| value.parse::<u8>().ok());
        let errors = serde_json::to_value(query.errors.into_list()).unwrap();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let errors = errors.as_array().unwrap().iter();
        errors
            .map(|error| (text(&error["pointer"]), text(&error["code"])))
            .collect()
    }

    #[test]
    fn every_unknown_repeated_and_invalid_parameter_is_recorded_once() {
        assert_eq!(errors("/x?limit=5&status=a&status=b"), []);
        let found = errors("/x?a~%2Fb=1&limit=5&limit=6&a~%2Fb=2");
        let noted = [
            ("/a~0~1b", "unknown_parameter"),
            ("/limit", "duplicate_parameter"),
        ];
        assert_eq!(
            found,
            noted.map(|(pointer, code)| (pointer.to_owned(), code.to_owned()))
        );
        assert_eq!(errors("/x?limit=x")[0].1, "invalid_parameter");
    }
}
