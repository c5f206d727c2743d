use bytes::Bytes;
use http::HeaderMap;
use serde_json::Value;

use crate::problems;

/// A response.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Bytes,
}

impl Answer {
    /// Returns the body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| {
            panic!("{error} in {}: {}", self.status, self.text());
        })
    }

    /// Returns the body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Returns the value of a header, or an empty string if it is absent. Panics if it is repeated.
    pub fn header(&self, name: &str) -> &str {
        let mut values = self.headers.get_all(name).iter();
        let value = values.next().map_or("", |value| {
            value.to_str().expect("headers of answers are ASCII")
        });
        assert_eq!(values.next(), None, "{name} came more than once");
        value
    }

    /// Returns the id in the body of a success.
    #[track_caller]
    pub fn id(&self) -> String {
        let body = self.json();
        let id = body["data"]["id"].as_str();
        id.unwrap_or_else(|| panic!("no id: {body}")).to_owned()
    }

    /// Returns the code of a problem.
    #[track_caller]
    pub fn code(&self) -> String {
        let body = self.json();
        let code = body["code"].as_str();
        code.unwrap_or_else(|| panic!("no code: {body}")).to_owned()
    }

    /// Panics unless the response has exactly these headers, besides those of every response and the length.
    #[track_caller]
    pub fn assert_headers(&self, expected: &[(&str, &str)]) {
        let mut seen: Vec<(&str, &str)> = self
            .headers
            .keys()
            .map(|name| (name.as_str(), self.header(name.as_str())))
            .filter(|(name, _)| !["x-request-id", "cache-control", "content-length"].contains(name))
            .collect();
        let mut expected = expected.to_vec();
        seen.sort_unstable();
        expected.sort_unstable();
        assert_eq!(
            seen,
            expected,
            "headers of {}: {}",
            self.status,
            self.text()
        );
    }

    /// Panics unless the body is exactly the given problem, without `errors` and other optional members.
    #[track_caller]
    pub fn assert_problem(&self, code: &str, headers: &[(&str, &str)]) {
        self.assert_problem_with(code, headers, |_| ());
    }

    /// Like [`Self::assert_problem`], with `errors` in any order.
    #[track_caller]
    pub fn assert_errors(&self, code: &str, errors: &[(&str, &str)]) {
        self.assert_problem_with(code, &[], |problem| {
            problem["errors"] = problems::errors(errors);
        });
    }

    /// Like [`Self::assert_problem`], with the members that `complete` adds.
    #[track_caller]
    pub fn assert_problem_with(
        &self,
        code: &str,
        headers: &[(&str, &str)],
        complete: impl FnOnce(&mut Value),
    ) {
        let mut expected = problems::problem(code);
        complete(&mut expected);
        let mut seen = self.json();
        if let Some(Value::Array(errors)) = seen.get_mut("errors") {
            errors.sort_by_key(|error| error["pointer"].to_string());
        }
        assert_eq!(seen, expected);
        assert_eq!(Value::from(self.status), expected["status"]);
        let content_type = [("content-type", "application/problem+json")];
        self.assert_headers(&[&content_type, headers].concat());
    }
}
