use std::num::NonZeroU32;

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::billing_address::BillingAddress;
use crate::change::{Action, ChangeContext, CustomerChange};
use crate::customer_type::CustomerType;
use crate::decision_id::DecisionId;
use crate::email::EmailAddress;
use crate::external_id::ExternalId;
use crate::ids::CustomerId;
use crate::kyc_policy::KycPolicy;
use crate::metadata::{InvalidMetadata, Metadata};
use crate::patch::ProfilePatch;
use crate::phone::PhoneNumber;
use crate::status::{CustomerStatus, InvalidTransition, TransitionRefused, Verb};
use crate::text::{PersonName, Reason};

/// The number of a customer's state: 1 at creation, one more with every change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(NonZeroU32);

impl Version {
    /// The version of a customer that was never changed.
    pub const FIRST: Self = Self(NonZeroU32::MIN);

    /// Takes a number from a store or a caller; none for zero.
    pub fn from_number(number: u32) -> Option<Self> {
        NonZeroU32::new(number).map(Self)
    }

    /// The number.
    pub const fn number(self) -> u32 {
        self.0.get()
    }

    /// The version that a change makes of this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// What callers say of a customer and may edit, but for the type. Each member is valid by itself,
/// and no rule ties one to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// First name.
    pub first_name: PersonName,
    /// Last name.
    pub last_name: PersonName,
    /// Email address, unique in the tenant.
    pub email: EmailAddress,
    /// Phone number.
    pub phone: PhoneNumber,
    /// Person or company; never changes.
    pub customer_type: CustomerType,
    /// Where bills go.
    pub billing_address: BillingAddress,
    /// The caller's own reference, unique in the tenant.
    pub external_id: Option<ExternalId>,
    /// The caller's own notes.
    pub metadata: Metadata,
}

/// Everything a store keeps of a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerState {
    /// Names the customer.
    pub id: CustomerId,
    /// What callers say of it.
    pub profile: Profile,
    /// Where it stands in its life.
    pub status: CustomerStatus,
    /// The reason given with the last verb.
    pub status_reason: Option<Reason>,
    /// The number of this state.
    pub version: Version,
    /// When it was created, in microseconds.
    pub created_at: DateTime<Utc>,
    /// When it was last changed, in microseconds; later with every version.
    pub updated_at: DateTime<Utc>,
}

/// What the creator of a customer is told, and told again when the request is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// Names the customer.
    pub id: CustomerId,
    /// The status it started in.
    pub status: CustomerStatus,
    /// When it was created.
    pub created_at: DateTime<Utc>,
}

/// A customer: the record that wallets, payment methods and transactions hang on.
///
/// Its state changes by the verbs of the status table and by edits alone, and each makes the
/// [`CustomerChange`] that tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer(CustomerState);

/// What became of an edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edited {
    /// The customer is another now, and this is the change that tells of it.
    Changed(Customer, CustomerChange),
    /// The edit says what the customer says already; there is nothing to store.
    Unchanged(Customer),
}

/// Why an edit was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UpdateRefused {
    /// The customer is rejected or closed.
    #[error(transparent)]
    Frozen(#[from] InvalidTransition),
    /// Metadata would break its limits.
    #[error("metadata would break its limits")]
    Metadata(InvalidMetadata),
}

impl From<InvalidMetadata> for UpdateRefused {
    fn from(fault: InvalidMetadata) -> Self {
        Self::Metadata(fault)
    }
}

impl Customer {
    /// Creates a customer in the status that the policy has for its type.
    pub fn create(
        id: CustomerId,
        profile: Profile,
        policy: &KycPolicy,
        context: ChangeContext,
    ) -> (Self, CustomerChange) {
        let customer = Self(CustomerState {
            id,
            status: policy.first_status(profile.customer_type),
            status_reason: None,
            version: Version::FIRST,
            created_at: context.at,
            updated_at: context.at,
            profile,
        });
        let change = customer.change(Action::Create, None, context);
        (customer, change)
    }

    /// Takes what a store kept.
    pub const fn from_stored(state: CustomerState) -> Self {
        Self(state)
    }

    /// What a store is to keep.
    pub const fn state(&self) -> &CustomerState {
        &self.0
    }

    /// Takes the customer apart.
    pub fn into_state(self) -> CustomerState {
        self.0
    }

    /// Names the customer.
    pub const fn id(&self) -> CustomerId {
        self.0.id
    }

    /// What callers say of it.
    pub const fn profile(&self) -> &Profile {
        &self.0.profile
    }

    /// Where it stands in its life.
    pub const fn status(&self) -> CustomerStatus {
        self.0.status
    }

    /// The number of this state.
    pub const fn version(&self) -> Version {
        self.0.version
    }

    /// What its creator is told.
    pub const fn receipt(&self) -> Receipt {
        Receipt {
            id: self.0.id,
            status: self.0.status,
            created_at: self.0.created_at,
        }
    }

    /// Edits the profile.
    ///
    /// # Errors
    /// When the customer is rejected or closed, whatever the edit, or when metadata would outgrow its
    /// limits.
    pub fn update(
        self,
        patch: ProfilePatch,
        context: ChangeContext,
    ) -> Result<Edited, UpdateRefused> {
        let status = self.0.status;
        if !status.is_editable() {
            return Err(UpdateRefused::Frozen(InvalidTransition {
                from: status,
                verb: None,
            }));
        }
        let (profile, changed_fields) = patch.apply(self.0.profile.clone())?;
        if changed_fields.is_empty() {
            return Ok(Edited::Unchanged(self));
        }
        let context = context.following(self.0.updated_at);
        let customer = Self(CustomerState {
            profile,
            version: self.0.version.next(),
            updated_at: context.at,
            ..self.0
        });
        let change = CustomerChange {
            changed_fields,
            ..customer.change(Action::Update, Some(status), context)
        };
        Ok(Edited::Changed(customer, change))
    }

    /// Carries out a verb of the status table.
    ///
    /// # Errors
    /// When the table does not allow the verb from the present status, or the verb needs a reason
    /// and has none. The customer is then unchanged and lost to the caller, who has what it loaded.
    pub fn transition(
        self,
        verb: Verb,
        reason: Option<Reason>,
        decision_id: Option<DecisionId>,
        context: ChangeContext,
    ) -> Result<(Self, CustomerChange), TransitionRefused> {
        let from = self.0.status;
        let rule = from.transition(verb)?;
        if rule.reason_required && reason.is_none() {
            return Err(TransitionRefused::ReasonMissing);
        }
        let context = context.following(self.0.updated_at);
        let customer = Self(CustomerState {
            status: rule.to,
            status_reason: reason.clone(),
            version: self.0.version.next(),
            updated_at: context.at,
            ..self.0
        });
        let change = CustomerChange {
            reason,
            decision_id,
            ..customer.change(Action::Transition(verb), Some(from), context)
        };
        Ok((customer, change))
    }

    fn change(
        &self,
        action: Action,
        from: Option<CustomerStatus>,
        context: ChangeContext,
    ) -> CustomerChange {
        CustomerChange {
            id: context.change_id,
            customer_id: self.0.id,
            version: self.0.version,
            action,
            from,
            to: self.0.status,
            changed_fields: Vec::new(),
            reason: None,
            decision_id: None,
            actor: context.actor,
            at: context.at,
        }
    }
}

#[cfg(test)]
mod tests;
