use std::error::Error;

use axum::extract::{FromRequest, Request};
use customers_domain::Fault;
use garde::Validate;
use http::header;
use http::{HeaderMap, HeaderValue};
use http_body_util::BodyExt as _;
use serde::de::Deserialize;

use super::reader::{self, Absent};
use super::tree::Tree;
use crate::problem::{FieldCode, FieldErrors, Problem, ProblemCode, push_segment};
use crate::server::BodyTimedOut;

/// No valid request comes near this many bytes.
const BODY_MAX: usize = 64 * 1024;

/// The bytes of a body, at most 64 KiB of them, declared or chunked.
#[derive(Debug)]
pub struct JsonBody(Vec<u8>);

impl<S: Sync> FromRequest<S> for JsonBody {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (head, mut body) = request.into_parts();
        let declared = declared_length(&head.headers).unwrap_or_default();
        if declared > BODY_MAX {
            return Err(closing(ProblemCode::PayloadTooLarge));
        }
        // Copied together rather than kept as frames: each frame of a dripping body would hold on to
        // the whole buffer that it was read into.
        let mut bytes = Vec::with_capacity(declared);
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| closing(reason(&error)))?;
            let data = frame.into_data().unwrap_or_default();
            if bytes.len() + data.len() > BODY_MAX {
                return Err(closing(ProblemCode::PayloadTooLarge));
            }
            bytes.extend_from_slice(&data);
        }
        Ok(Self(bytes))
    }
}

impl JsonBody {
    /// Reads the bytes as one JSON value.
    ///
    /// # Errors
    /// `malformed_json`.
    pub fn document(&self) -> Result<Document<'_>, Problem> {
        Tree::parse(&self.0)
            .map(Document)
            .ok_or_else(|| Problem::new(ProblemCode::MalformedJson))
    }
}

/// One JSON value, not yet laid against a request type.
pub struct Document<'b>(Tree<'b>);

impl Document<'_> {
    /// Reads a request: its shape first, then its values.
    ///
    /// # Errors
    /// `invalid_request` with every misfit of the shape, or else `invalid_fields` with every wrong
    /// value.
    pub fn read<'t, T>(&'t self) -> Result<T, Problem>
    where
        T: Deserialize<'t> + Validate<Context = ()>,
    {
        self.read_as(Absent::IsNull)
    }

    /// Reads an edit likewise, where members that are absent stay as they are.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn read_edit<'t, T>(&'t self) -> Result<T, Problem>
    where
        T: Deserialize<'t> + Validate<Context = ()>,
    {
        self.read_as(Absent::IsSkipped)
    }

    fn read_as<'t, T>(&'t self, absent: Absent) -> Result<T, Problem>
    where
        T: Deserialize<'t> + Validate<Context = ()>,
    {
        let request: T = reader::read(&self.0, absent).map_err(|errors| {
            if errors.is_empty() {
                tracing::error!("a request type holds what the reader does not read");
                return Problem::new(ProblemCode::Internal);
            }
            Problem::with_errors(ProblemCode::InvalidRequest, errors)
        })?;
        match request.validate() {
            Ok(()) => Ok(request),
            Err(report) => Err(Problem::with_errors(
                ProblemCode::InvalidFields,
                value_errors(&report),
            )),
        }
    }

    /// A form of the whole value in which equal JSON values are equal bytes.
    pub fn canonical(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.0.write_canonical(&mut out);
        out
    }
}

fn declared_length(headers: &HeaderMap) -> Option<usize> {
    let length = headers.get(header::CONTENT_LENGTH)?;
    length.to_str().ok()?.parse().ok()
}

/// What is left of the body stays unread, so the connection cannot be used again.
fn closing(code: ProblemCode) -> Problem {
    Problem::new(code).with_header(header::CONNECTION, HeaderValue::from_static("close"))
}

fn reason(error: &(dyn Error + 'static)) -> ProblemCode {
    if BodyTimedOut::caused(error) {
        ProblemCode::RequestTimeout
    } else {
        // The connection broke or the chunks make no sense: what arrived is not a whole value.
        ProblemCode::MalformedJson
    }
}

fn value_errors(report: &garde::Report) -> FieldErrors {
    let mut errors = FieldErrors::default();
    for (path, error) in report.iter() {
        let code = Fault::from_code(error.message()).map_or(FieldCode::WrongType, FieldCode::Value);
        errors.note(&pointer(path), code);
    }
    errors
}

/// A garde path as a JSON pointer. Its text joins names with dots, which names of metadata may hold
/// themselves; serialised it is a list of kinds and names.
fn pointer(path: &garde::Path) -> String {
    let mut pointer = String::new();
    if let Ok(serde_json::Value::Array(segments)) = serde_json::to_value(path) {
        for (depth, segment) in segments.iter().enumerate() {
            let name = segment.get(1).and_then(serde_json::Value::as_str);
            let name = name.unwrap_or_default();
            // A field of the request itself may be a raw identifier; a name of metadata is the caller's.
            let name = if depth == 0 {
                name.trim_start_matches("r#")
            } else {
                name
            };
            push_segment(&mut pointer, name);
        }
    }
    pointer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_becomes_a_pointer_name_by_name() {
        let path = garde::Path::new("metadata").join("a.b").join("c/d");
        assert_eq!(pointer(&path), "/metadata/a.b/c~1d");
        assert_eq!(pointer(&garde::Path::new("r#type")), "/type");
        assert_eq!(
            pointer(&garde::Path::new("metadata").join("r#x")),
            "/metadata/r#x"
        );
        assert_eq!(pointer(&garde::Path::empty()), "");
    }
}
