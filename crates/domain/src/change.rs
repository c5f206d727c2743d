use chrono::{DateTime, TimeDelta, Utc};

use crate::api_key::ApiKeyId;
use crate::decision_id::DecisionId;
use crate::ids::{ChangeId, CustomerId};
use crate::profile::CustomerField;
use crate::status::CustomerStatus;
use crate::text::Reason;
use crate::verb::Verb;
use crate::version::Version;

/// Who asked for a change, when, and what the change is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangeContext {
    /// Names the change.
    pub change_id: ChangeId,
    /// The API key that asks.
    pub actor: ApiKeyId,
    /// The present time, in microseconds. A change of an existing customer is at least one microsecond
    /// later than its last change, whatever this says.
    pub at: DateTime<Utc>,
}

impl ChangeContext {
    /// The context of a change that follows one at `last`: time never runs backwards within one
    /// customer, whatever the clocks of several copies of the program say.
    pub(crate) fn following(self, last: DateTime<Utc>) -> Self {
        let earliest = last.checked_add_signed(TimeDelta::microseconds(1));
        Self {
            at: earliest.map_or(self.at, |earliest| self.at.max(earliest)),
            ..self
        }
    }
}

/// What was done to a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// It was created.
    Create,
    /// Its data was edited.
    Update,
    /// Its status was changed.
    Transition(Verb),
    /// Its data was erased.
    Erase,
}

impl Action {
    /// The public name, as in the history.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Transition(verb) => verb.as_str(),
            Self::Erase => "erase",
        }
    }

    /// The action of that public name.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "create" => Some(Self::Create),
            "update" => Some(Self::Update),
            "erase" => Some(Self::Erase),
            verb => Verb::from_name(verb).map(Self::Transition),
        }
    }
}

/// A field that an edit changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangedField {
    /// A field that this program knows.
    Known(CustomerField),
    /// The JSON pointer of a field that only a newer program knows; in stored changes alone.
    Newer(String),
}

impl ChangedField {
    /// The field of that pointer, as a store kept it.
    pub fn from_stored(pointer: String) -> Self {
        match CustomerField::from_pointer(&pointer) {
            Some(field) => Self::Known(field),
            None => Self::Newer(pointer),
        }
    }

    /// The JSON pointer (RFC 6901) of the field. It names a field, never a value.
    pub fn pointer(&self) -> &str {
        match self {
            Self::Known(field) => field.pointer(),
            Self::Newer(pointer) => pointer,
        }
    }
}

impl PartialEq<CustomerField> for ChangedField {
    fn eq(&self, field: &CustomerField) -> bool {
        *self == Self::Known(*field)
    }
}

/// One change of a customer: at once its entry in the history and the event that tells of it. It
/// holds no personal data but the reviewer's reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerChange {
    /// Names the change.
    pub id: ChangeId,
    /// The customer that was changed.
    pub customer_id: CustomerId,
    /// The version that the change made.
    pub version: Version,
    /// What was done.
    pub action: Action,
    /// The status before; none at creation.
    pub from: Option<CustomerStatus>,
    /// The status after.
    pub to: CustomerStatus,
    /// Which fields were edited, in the order in which they are documented.
    pub changed_fields: Vec<ChangedField>,
    /// Why, where a reason was given.
    pub reason: Option<Reason>,
    /// The caller's own name for the decision, where one was given.
    pub decision_id: Option<DecisionId>,
    /// The API key that asked for it.
    pub actor: ApiKeyId,
    /// When.
    pub at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_read_back_from_their_names() {
        let verbs = Verb::ALL.iter().copied().map(Action::Transition);
        for action in verbs.chain([Action::Create, Action::Update, Action::Erase]) {
            assert_eq!(Action::from_name(action.as_str()), Some(action));
        }
        assert_eq!(Action::from_name("delete"), None);
    }
}
