use std::borrow::Cow;
use std::cell::RefCell;

use super::location::Location;
use crate::field_code::{FieldCode, MISSING, WRONG_TYPE};
use crate::json::numbers::Number;
use crate::json::tree::Tree;
use crate::problem::FieldErrors;

/// Meaning of an absent member.
#[derive(Clone, Copy, PartialEq)]
pub(in crate::json) enum Absent {
    /// Absent means null, which is an error for a required member.
    IsNull,
    /// Absent means no change, as in an edit (RFC 7396).
    IsSkipped,
}

/// A value, or the location of a missing one. No errors are recorded within a missing value.
pub(super) struct Node<'p, 't, 'b> {
    pub(super) value: Option<&'t Tree<'b>>,
    pub(super) location: Location<'p>,
    pub(super) errors: &'p RefCell<FieldErrors>,
    pub(super) absent: Absent,
    pub(super) is_missing: bool,
}

impl<'t, 'b> Node<'_, 't, 'b> {
    pub(super) fn record(&self, code: &FieldCode) {
        if !self.is_missing {
            self.errors
                .borrow_mut()
                .note(&self.location.pointer(), code);
        }
    }

    pub(super) fn record_member(&self, name: &str, code: &FieldCode) {
        let pointer = Location::Member(&self.location, name).pointer();
        self.errors.borrow_mut().note(&pointer, code);
    }

    pub(super) fn record_mismatch(&self) {
        let absent = matches!(self.value, None | Some(Tree::Null));
        self.record(match self.location {
            Location::Member(..) if absent => &MISSING,
            _ => &WRONG_TYPE,
        });
    }

    pub(super) fn number(&self) -> Option<&'t Number> {
        match self.value {
            Some(Tree::Number(number)) => Some(number),
            _ => None,
        }
    }

    /// Returns the value. If it is `None`, records the mismatch and returns a default.
    pub(super) fn or_mismatch<T: Default>(&self, value: Option<T>) -> T {
        value.unwrap_or_else(|| {
            self.record_mismatch();
            T::default()
        })
    }

    pub(super) fn members(&self) -> Option<&'t [(Cow<'b, str>, Tree<'b>)]> {
        if let Some(Tree::Object(members)) = self.value {
            return Some(members);
        }
        self.record_mismatch();
        None
    }
}
