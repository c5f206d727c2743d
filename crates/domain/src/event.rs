use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};

use crate::change::ChangedField;
use crate::change::{Action, CustomerChange};
use crate::ids::{CustomerId, EventId};
use crate::status::CustomerStatus;
use crate::version::Version;

/// Type of an event, named `subject.occurrence`, such as `customer.created`.
///
/// The set is open: each module declares its own.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EventType(Cow<'static, str>);

impl EventType {
    /// A customer was created.
    pub const CUSTOMER_CREATED: Self = Self(Cow::Borrowed("customer.created"));
    /// The data of a customer was edited.
    pub const CUSTOMER_UPDATED: Self = Self(Cow::Borrowed("customer.updated"));
    /// The status of a customer changed.
    pub const CUSTOMER_STATUS_CHANGED: Self = Self(Cow::Borrowed("customer.status_changed"));
    /// A customer was erased.
    pub const CUSTOMER_ERASED: Self = Self(Cow::Borrowed("customer.erased"));

    /// Declares an event type of a module.
    ///
    /// # Panics
    /// When the name is not `subject.occurrence`, both of 1 to 32 lower-case ASCII letters, digits and underscores, or
    /// when the subject is `customer`. In a constant that is a compile error.
    pub const fn declare(name: &'static str) -> Self {
        assert!(
            is_event_type(name.as_bytes()),
            "an event type is subject.occurrence"
        );
        assert!(
            !is_of_customers(name.as_bytes()),
            "the subject `customer` is reserved"
        );
        Self(Cow::Borrowed(name))
    }

    /// Rebuilds a type from its stored name.
    pub const fn from_stored(name: String) -> Self {
        Self(Cow::Owned(name))
    }

    /// Returns the public name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Maximum length of each half of an event type.
const HALF_MAX: usize = 32;

const fn is_event_type(name: &[u8]) -> bool {
    let (mut dots, mut half, mut index) = (0, 0, 0);
    while index < name.len() {
        match name[index] {
            b'.' if half > 0 => {
                dots += 1;
                half = 0;
            }
            b'a'..=b'z' | b'0'..=b'9' | b'_' if half < HALF_MAX => half += 1,
            _ => return false,
        }
        index += 1;
    }
    dots == 1 && half > 0
}

const fn is_of_customers(name: &[u8]) -> bool {
    matches!(
        name,
        [b'c', b'u', b's', b't', b'o', b'm', b'e', b'r', b'.', ..]
    )
}

/// Position of an event in the feed of its tenant: 1, 2, 3, … without a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Sequence(u64);

impl Sequence {
    /// The position before the first event.
    pub const START: Self = Self(0);
    /// The greatest position.
    pub const MAX: Self = Self(i64::MAX.unsigned_abs());

    /// Creates a position. Returns `None` above [`Self::MAX`].
    pub const fn from_number(number: u64) -> Option<Self> {
        if number > Self::MAX.0 {
            return None;
        }
        Some(Self(number))
    }

    /// Returns the number.
    pub const fn number(self) -> u64 {
        self.0
    }

    /// Returns the position that lies `count` events later.
    #[must_use]
    pub const fn advanced_by(self, count: u64) -> Self {
        Self(self.0.saturating_add(count))
    }
}

/// An event that has no position in the feed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Id. Consumers recognize an event that is delivered again by it.
    pub id: EventId,
    /// Time of the change, to the microsecond.
    pub at: DateTime<Utc>,
    /// What happened.
    pub body: EventBody,
}

impl Event {
    /// Returns the type.
    pub fn event_type(&self) -> EventType {
        match &self.body {
            EventBody::Customer(event) => event.action.event_type(),
            EventBody::Module(event) => event.event_type.clone(),
        }
    }
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventBody {
    /// A customer changed.
    Customer(CustomerEvent),
    /// An event of a module.
    Module(ModuleEvent),
}

/// A change of a customer, without personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerEvent {
    /// The customer.
    pub customer_id: CustomerId,
    /// The version that the change made.
    pub version: Version,
    /// What was done.
    pub action: Action,
    /// The status after the change.
    pub status: CustomerStatus,
    /// The status before the change; `None` for a creation.
    pub previous_status: Option<CustomerStatus>,
    /// The fields that an edit changed.
    pub changed_fields: Vec<ChangedField>,
}

impl From<&CustomerChange> for Event {
    fn from(change: &CustomerChange) -> Self {
        Self {
            id: EventId::from_uuid(change.id.as_uuid()),
            at: change.at,
            body: EventBody::Customer(CustomerEvent {
                customer_id: change.customer_id,
                version: change.version,
                action: change.action,
                status: change.to,
                previous_status: change.from,
                changed_fields: change.changed_fields.clone(),
            }),
        }
    }
}

impl Action {
    /// Returns the type of the event for a change by this action.
    pub const fn event_type(self) -> EventType {
        match self {
            Self::Create => EventType::CUSTOMER_CREATED,
            Self::Update => EventType::CUSTOMER_UPDATED,
            Self::Transition(_) => EventType::CUSTOMER_STATUS_CHANGED,
            Self::Erase => EventType::CUSTOMER_ERASED,
        }
    }
}

/// An event of a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleEvent {
    /// Type, which the module declares.
    pub event_type: EventType,
    /// Data of the event. It MUST NOT contain personal data: it is stored and logged in clear.
    pub data: EventData,
}

/// Data of a module's event: named values, in the order of their names.
///
/// Events are thin. They contain the ids that a consumer needs to read the rest.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventData(BTreeMap<Cow<'static, str>, EventValue>);

/// A value in the data of a module's event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventValue {
    /// Text of at most [`EventData::TEXT_MAX`] bytes.
    Text(String),
    /// Integer.
    Number(i64),
    /// Truth value.
    Boolean(bool),
    /// No value.
    Null,
}

impl EventData {
    /// Maximum number of values.
    pub const VALUES_MAX: usize = 16;
    /// Maximum length of a name, in bytes.
    pub const NAME_MAX: usize = 40;
    /// Maximum length of a text, in bytes.
    pub const TEXT_MAX: usize = 255;

    /// Creates data without values.
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Adds a value. Returns `None` if the name is used already or one of the limits is exceeded.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: EventValue) -> Option<Self> {
        let text_fits = match &value {
            EventValue::Text(text) => text.len() <= Self::TEXT_MAX && !text.contains('\0'),
            EventValue::Number(_) | EventValue::Boolean(_) | EventValue::Null => true,
        };
        let is_new = !self.0.contains_key(name);
        let fits = self.0.len() < Self::VALUES_MAX && name.len() <= Self::NAME_MAX && text_fits;
        if !is_new || !fits {
            return None;
        }
        self.0.insert(Cow::Borrowed(name), value);
        Some(self)
    }

    /// Rebuilds stored data.
    pub fn from_stored(values: impl IntoIterator<Item = (String, EventValue)>) -> Self {
        let values = values.into_iter();
        Self(
            values
                .map(|(name, value)| (Cow::Owned(name), value))
                .collect(),
        )
    }

    /// Returns the values with their names.
    pub fn values(&self) -> impl ExactSizeIterator<Item = (&str, &EventValue)> {
        self.0.iter().map(|(name, value)| (&**name, value))
    }
}

/// An event with its position in the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SequencedEvent {
    /// Position.
    pub sequence: Sequence,
    /// The event.
    pub event: Event,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verb::Verb;

    #[test]
    fn an_event_type_is_a_subject_and_an_occurrence() {
        for good in ["wallet.opened", "payment_method.added", "a1.b2"] {
            assert!(is_event_type(good.as_bytes()), "{good}");
        }
        let long = format!("{}.opened", "a".repeat(33));
        for bad in [
            "", ".", "a", "a.", ".a", "a.b.c", "A.b", "a-b.c", "a b.c", &long,
        ] {
            assert!(!is_event_type(bad.as_bytes()), "{bad}");
        }
    }

    #[test]
    #[should_panic(expected = "reserved")]
    fn a_module_cannot_declare_a_type_of_customers() {
        let _ = EventType::declare("customer.merged");
    }

    #[test]
    fn each_action_has_an_event_type_of_the_form_that_modules_must_keep() {
        let verbs = Verb::ALL.iter().copied().map(Action::Transition);
        for action in verbs.chain([Action::Create, Action::Update, Action::Erase]) {
            assert!(is_event_type(action.event_type().as_str().as_bytes()));
            assert!(is_of_customers(action.event_type().as_str().as_bytes()));
        }
    }

    #[test]
    fn data_keeps_its_values_within_the_limits() {
        let text = |length| EventValue::Text("x".repeat(length));
        let data = EventData::new()
            .with("wallet_id", text(EventData::TEXT_MAX))
            .and_then(|data| data.with("balance", EventValue::Number(-1)))
            .unwrap();
        let names: Vec<&str> = data.values().map(|(name, _)| name).collect();
        assert_eq!(names, ["balance", "wallet_id"]);
        assert_eq!(data.clone().with("balance", EventValue::Null), None);
        assert_eq!(
            data.clone().with("note", text(EventData::TEXT_MAX + 1)),
            None
        );
        let nul = EventValue::Text("\0".to_owned());
        assert_eq!(data.with("note", nul), None);
    }

    #[test]
    fn a_sequence_fits_a_signed_64_bit_integer() {
        let max = u64::try_from(i64::MAX).unwrap();
        assert_eq!(Sequence::from_number(max), Some(Sequence::MAX));
        assert_eq!(Sequence::from_number(max + 1), None);
        assert_eq!(Sequence::START.advanced_by(7).number(), 7);
    }
}
