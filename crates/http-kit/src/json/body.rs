use std::error::Error;

use axum::extract::{FromRequest, Request};
use http::{HeaderMap, header};
use http_body_util::BodyExt as _;
use serde::de::Deserialize;

use super::faults::Faults;
use super::reader::{self, Absent};
use super::request::RequestBody;
use super::tree::Tree;
use crate::problem::{Problem, ProblemKind, common};
use crate::server::BodyTimedOut;

/// Maximum size of a body in bytes. Valid requests are much smaller.
const BODY_MAX: usize = 64 * 1024;

/// The bytes of a body: at most 64 KiB, with a declared length or chunked.
#[derive(Debug)]
pub struct JsonBody(Vec<u8>);

impl<S: Sync> FromRequest<S> for JsonBody {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (head, mut body) = request.into_parts();
        let declared = declared_length(&head.headers).unwrap_or_default();
        if declared > BODY_MAX {
            return Err(closing(&common::PAYLOAD_TOO_LARGE));
        }
        // The frames are copied, because each frame of a slowly sent body would keep the whole buffer that it was read
        // into.
        let mut bytes = Vec::with_capacity(declared);
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| closing(problem_kind(&error)))?;
            let data = frame.into_data().unwrap_or_default();
            if bytes.len() + data.len() > BODY_MAX {
                return Err(closing(&common::PAYLOAD_TOO_LARGE));
            }
            bytes.extend_from_slice(&data);
        }
        Ok(Self(bytes))
    }
}

impl JsonBody {
    /// Parses the bytes as one JSON value.
    ///
    /// # Errors
    /// `malformed_json`.
    pub fn document(&self) -> Result<Document<'_>, Problem> {
        Tree::parse(&self.0)
            .map(Document)
            .ok_or_else(|| Problem::new(&common::MALFORMED_JSON))
    }
}

/// A JSON value that was not deserialized yet.
pub struct Document<'b>(Tree<'b>);

impl Document<'_> {
    /// Deserializes a request, first its shape, then its values.
    ///
    /// # Errors
    /// `invalid_request` with every shape error, or else `invalid_fields` with every invalid value.
    pub fn read<'t, T>(&'t self) -> Result<T::Value, Problem>
    where
        T: Deserialize<'t> + RequestBody,
    {
        self.read_as::<T>(Absent::IsNull)
    }

    /// Deserializes an edit, in which absent members mean no change.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn read_edit<'t, T>(&'t self) -> Result<T::Value, Problem>
    where
        T: Deserialize<'t> + RequestBody,
    {
        self.read_as::<T>(Absent::IsSkipped)
    }

    fn read_as<'t, T>(&'t self, absent: Absent) -> Result<T::Value, Problem>
    where
        T: Deserialize<'t> + RequestBody,
    {
        let request: T = reader::read(&self.0, absent).map_err(|errors| {
            if errors.is_empty() {
                tracing::error!("a request type has a member that the reader does not support");
                return Problem::new(&common::INTERNAL);
            }
            Problem::with_errors(&common::INVALID_REQUEST, errors)
        })?;
        let faults = Faults::default();
        if let Err(report) = request.validate_with(&faults) {
            faults.note_report(&report);
        }
        let errors = faults.into_errors();
        match request.into_value() {
            Ok(value) if errors.is_empty() => Ok(value),
            _ => Err(Problem::with_errors(&common::INVALID_FIELDS, errors)),
        }
    }

    /// Returns a form in which equal JSON values are equal bytes, whatever the order of members and the spelling of
    /// strings and numbers. The fingerprint of an idempotency key is computed from it.
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

/// The rest of the body stays unread, so the connection cannot be used again.
fn closing(kind: &'static ProblemKind) -> Problem {
    Problem::new(kind).with_close()
}

fn problem_kind(error: &(dyn Error + 'static)) -> &'static ProblemKind {
    if BodyTimedOut::caused(error) {
        &common::REQUEST_TIMEOUT
    } else {
        // The connection failed or the chunks are invalid. The received bytes are not a whole value.
        &common::MALFORMED_JSON
    }
}
