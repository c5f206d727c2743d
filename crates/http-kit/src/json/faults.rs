use std::cell::RefCell;

use customers_domain::FieldFault;
use serde_json::Value;

use crate::field_code::{FieldCode, INVALID};
use crate::problem::{FieldErrors, push_segment};

/// The faults of a request's values, with their places.
///
/// It is the context of garde's validation: garde walks the request and knows where it is, and each value that the
/// domain has refused notes its own fault here.
#[derive(Debug, Default)]
pub struct Faults(RefCell<FieldErrors>);

impl Faults {
    /// Notes a fault of the value at a place.
    pub fn note(&self, place: &garde::Path, fault: &impl FieldFault) {
        self.note_code(place, &FieldCode::of(fault));
    }

    /// Notes what garde's own rules have found, for which there is no typed fault.
    pub(super) fn note_report(&self, report: &garde::Report) {
        for (place, _) in report.iter() {
            self.note_code(place, &INVALID);
        }
    }

    /// The faults in the order in which they were noted.
    pub(super) fn into_errors(self) -> FieldErrors {
        self.0.into_inner()
    }

    fn note_code(&self, place: &garde::Path, code: &FieldCode) {
        self.0.borrow_mut().note(&pointer(place), code);
    }
}

/// A garde path as a JSON pointer. Its text joins names with dots, which names of members may hold themselves;
/// serialised it is a list of kinds and names.
fn pointer(path: &garde::Path) -> String {
    let mut pointer = String::new();
    if let Ok(Value::Array(segments)) = serde_json::to_value(path) {
        for (depth, segment) in segments.iter().enumerate() {
            let name = segment.get(1).and_then(Value::as_str).unwrap_or_default();
            // A field of the request itself may be a raw identifier; deeper names may be the client's.
            let name = match depth {
                0 => name.trim_start_matches("r#"),
                _ => name,
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
        assert_eq!(pointer(&garde::Path::new("lines").join(2)), "/lines/2");
        assert_eq!(pointer(&garde::Path::new("r#type")), "/type");
        let path = garde::Path::new("metadata").join("r#x");
        assert_eq!(pointer(&path), "/metadata/r#x");
        assert_eq!(pointer(&garde::Path::empty()), "");
    }
}
