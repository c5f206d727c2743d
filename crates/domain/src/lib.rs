//! The Customer aggregate, its value objects and its status rules.
//!
//! Every function is pure. This crate has no I/O, no async, no clock, no randomness and no
//! serialisation format. Times and ids are passed in as arguments. Adapters convert values to and
//! from their stored and transmitted forms.
//!
//! A value object is always valid: `parse` checks its rule, and `from_stored` is only for values
//! that `parse` accepted earlier.

mod api_key;
mod billing_address;
mod change;
mod country;
mod customer;
mod customer_type;
mod decision_id;
mod email;
mod erasure;
mod event;
mod external_id;
mod fault;
mod ids;
mod kyc_policy;
mod metadata;
mod patch;
mod personal;
mod phone;
mod profile;
mod scope;
mod status;
mod text;
mod verb;
mod version;
mod zip_code;

pub use api_key::{ApiKey, ApiKeyId, SecretHash};
pub use billing_address::BillingAddress;
pub use change::{Action, ChangeContext, ChangedField, CustomerChange};
pub use country::CountryCode;
pub use customer::{
    Customer, CustomerDecision, CustomerEdit, CustomerState, Edited, NewCustomer, Receipt,
    UpdateRefused,
};
pub use customer_type::CustomerType;
pub use decision_id::DecisionId;
pub use email::EmailAddress;
pub use erasure::{CustomerErasure, ErasedCustomer, ErasureRefused, RetentionPeriod};
pub use event::{
    CustomerEvent, Event, EventBody, EventData, EventType, EventValue, ModuleEvent, Sequence,
    SequencedEvent,
};
pub use external_id::ExternalId;
pub use fault::{Fault, FieldFault, Parse};
pub use ids::{ChangeId, CustomerId, EventId, TenantId, parse_canonical_uuid};
pub use kyc_policy::KycPolicy;
pub use metadata::{InvalidMetadata, Metadata, MetadataPatch};
pub use patch::{AddressPatch, Edit, ProfilePatch};
pub use personal::Personal;
pub use phone::{PhoneNumber, load_numbering_plans};
pub use profile::{CustomerField, Profile};
pub use scope::{Scope, Scopes};
pub use status::{
    CustomerStatus, InvalidTransition, STATUSES, StatusRule, TRANSITIONS, Transition,
    TransitionRefused,
};
pub use text::{AddressLine, Locality, PersonName, Reason, TenantName};
pub use verb::Verb;
pub use version::Version;
pub use zip_code::ZipCode;
