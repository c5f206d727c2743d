//! Query parameters: none is ignored, since a misspelt one could mean anything.

use axum::extract::FromRequestParts;
use http::Uri;
use http::request::Parts;

use crate::field_code::{DUPLICATE_PARAMETER, FieldCode, INVALID_PARAMETER, UNKNOWN_PARAMETER};
use crate::problem::{FieldErrors, Problem, common, push_segment};

/// The size of a page when the client names none.
pub const LIMIT_DEFAULT: u32 = 50;
/// Maximum size of a page.
pub const LIMIT_MAX: u32 = 200;

/// Reads the parameter `limit`: 1 to [`LIMIT_MAX`] in plain digits.
pub fn limit(value: &str) -> Option<u32> {
    let limit = value
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| value.parse().ok())??;
    (1..=LIMIT_MAX).contains(&limit).then_some(limit)
}

/// The parameters of a request, and what is wrong with them.
pub struct Query {
    values: Vec<(String, String)>,
    errors: FieldErrors,
}

impl Query {
    /// Reads the parameters and notes those that are unknown, and those that come more than once though
    /// they may not.
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
                query.note(&name, &DUPLICATE_PARAMETER);
            } else {
                query.note(&name, &UNKNOWN_PARAMETER);
            }
        }
        query
    }

    /// The value of a parameter, where it is there and can be used.
    pub fn one<T>(&mut self, name: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        self.all(name, parse).pop()
    }

    /// Every value of a parameter that may be repeated.
    pub fn all<T>(&mut self, name: &str, parse: impl Fn(&str) -> Option<T>) -> Vec<T> {
        let values = self.values.iter().filter(|(known, _)| known == name);
        let parsed: Option<Vec<T>> = values.map(|(_, value)| parse(value)).collect();
        parsed.unwrap_or_else(|| {
            self.note(name, &INVALID_PARAMETER);
            Vec::new()
        })
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// `invalid_request` with everything that is wrong.
    pub fn finish(self) -> Result<(), Problem> {
        if self.errors.is_empty() {
            return Ok(());
        }
        Err(Problem::with_errors(&common::INVALID_REQUEST, self.errors))
    }

    fn note(&mut self, name: &str, code: &FieldCode) {
        let mut pointer = String::new();
        push_segment(&mut pointer, name);
        self.errors.note(&pointer, code);
    }
}

/// A route that knows no parameters.
pub struct NoParameters;

impl<S: Sync> FromRequestParts<S> for NoParameters {
    type Rejection = Problem;

    async fn from_request_parts(head: &mut Parts, _: &S) -> Result<Self, Problem> {
        Query::read(&head.uri, &[], &[]).finish()?;
        Ok(Self)
    }
}

/// Whether a request is only to be checked, where its route knows [`ValidateOnly`].
pub(crate) fn is_validate_only(uri: &Uri) -> bool {
    let text = uri.query().unwrap_or_default();
    form_urlencoded::parse(text.as_bytes())
        .any(|(name, value)| name == "validate_only" && value == "true")
}

/// A route that may be asked only to check: `validate_only=true`.
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
    fn every_unknown_repeated_and_unusable_parameter_is_noted_once() {
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
