use std::cell::RefCell;

use customers_domain::FieldFault;
use serde_json::Value;

use crate::field_code::{FieldCode, INVALID};
use crate::problem::{FieldErrors, push_segment};

/// The faults of a request's values, with their locations.
///
/// It is the context of garde's validation. garde walks the request and knows the location of each value. Each value
/// that the domain refused records its fault here.
#[derive(Debug, Default)]
pub struct Faults(RefCell<FieldErrors>);

impl Faults {
    /// Records a fault of the value at `place`.
    pub fn note(&self, place: &garde::Path, fault: &impl FieldFault) {
        self.note_code(place, &FieldCode::of(fault));
    }

    /// Records the violations of garde's own rules, which have no typed fault.
    pub(super) fn note_report(&self, report: &garde::Report) {
        for (place, _) in report.iter() {
            self.note_code(place, &INVALID);
        }
    }

    /// Returns the faults in the order in which they were recorded.
    pub(super) fn into_errors(self) -> FieldErrors {
        self.0.into_inner()
    }

    fn note_code(&self, place: &garde::Path, code: &FieldCode) {
        self.0.borrow_mut().note(&pointer(place), code);
    }
}

/// Converts a garde path to a JSON pointer. The path's `Display` joins names with dots, which names may contain. Its
/// serialized form is a list of kinds and names.
fn pointer(path: &garde::Path) -> String {
    let mut pointer = String::new();
    if let Ok(Value::Array(segments)) = serde_json::to_value(path) {
        for (depth, segment) in segments.iter().enumerate() {
            let name = segment.get(1).and_then(Value::as_str).unwrap_or_default();
            // A field of the request itself may be a raw identifier. Deeper names may come from the client.
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
    fn a_path_becomes_a_json_pointer() {
        let path = garde::Path::new("metadata").join("a.b").join("c/d");
        assert_eq!(pointer(&path), "/metadata/a.b/c~1d");
        assert_eq!(pointer(&garde::Path::new("lines").join(2)), "/lines/2");
        assert_eq!(pointer(&garde::Path::new("r#type")), "/type");
        let path = garde::Path::new("metadata").join("r#x");
        assert_eq!(pointer(&path), "/metadata/r#x");
        assert_eq!(pointer(&garde::Path::empty()), "");
    }
}
