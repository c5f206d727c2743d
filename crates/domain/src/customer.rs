use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::change::{Action, ChangeContext, CustomerChange};
use crate::decision_id::DecisionId;
use crate::ids::CustomerId;
use crate::kyc_policy::KycPolicy;
use crate::metadata::InvalidMetadata;
use crate::patch::ProfilePatch;
use crate::profile::Profile;
use crate::status::{CustomerStatus, InvalidTransition, TransitionRefused};
use crate::text::Reason;
use crate::verb::Verb;
use crate::version::Version;

/// Stored state of a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerState {
    /// Id.
    pub id: CustomerId,
    /// Client-supplied data.
    pub profile: Profile,
    /// Status.
    pub status: CustomerStatus,
    /// The reason of the last change of status, if one was given.
    pub status_reason: Option<Reason>,
    /// Time of the last change of status, or of creation, in microseconds.
    pub status_since: DateTime<Utc>,
    /// Version; it increases by one with each change.
    pub version: Version,
    /// Time of creation, in microseconds.
    pub created_at: DateTime<Utc>,
    /// Time of the last change, in microseconds. It increases with every version.
    pub updated_at: DateTime<Utc>,
}

/// Result of a create, which is also returned to retries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// Id.
    pub id: CustomerId,
    /// The first status.
    pub status: CustomerStatus,
    /// Time of creation.
    pub created_at: DateTime<Utc>,
}

/// The customer aggregate, which wallets, payment methods and transactions refer to.
///
/// Its state changes by edits and the verbs of the status table, each with its [`CustomerChange`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer(CustomerState);

/// Declares a customer paired with the change that produced it. Only the aggregate creates such a pair.
macro_rules! changed_customer {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name {
            customer: Customer,
            change: CustomerChange,
            $($field: $type,)?
        }

        impl $name {
            /// Returns the customer after the change.
            pub const fn customer(&self) -> &Customer {
                &self.customer
            }

            /// Returns the change.
            pub const fn change(&self) -> &CustomerChange {
                &self.change
            }

            /// Returns the customer and its change by value.
            pub fn into_parts(self) -> (Customer, CustomerChange) {
                (self.customer, self.change)
            }
        }
    };
}

changed_customer!(
    /// A customer created by [`Customer::create`], with the change that records the creation.
    NewCustomer {}
);
changed_customer!(
    /// A customer edited by [`Customer::update`], with the change that records the edit.
    CustomerEdit {}
);
changed_customer!(
    /// A customer after [`Customer::transition`], with the change that records the decision.
    CustomerDecision { verb: Verb }
);

impl CustomerDecision {
    /// Returns the verb of the decision.
    pub const fn verb(&self) -> Verb {
        self.verb
    }
}

/// Outcome of an edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edited {
    /// At least one field has a new value.
    Changed(CustomerEdit),
    /// Every edited field already had its new value. There is nothing to store.
    Unchanged(Customer),
}

/// Reason why an edit was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UpdateRefused {
    /// The customer is rejected or closed.
    #[error(transparent)]
    Frozen(#[from] InvalidTransition),
    /// The edited metadata exceeds its limits.
    #[error("metadata would exceed its limits")]
    Metadata(InvalidMetadata),
}

impl From<InvalidMetadata> for UpdateRefused {
    fn from(fault: InvalidMetadata) -> Self {
        Self::Metadata(fault)
    }
}

impl Customer {
    /// Creates a customer. The policy determines the first status.
    pub fn create(
        id: CustomerId,
        profile: Profile,
        policy: &KycPolicy,
        context: ChangeContext,
    ) -> NewCustomer {
        let customer = Self(CustomerState {
            id,
            status: policy.first_status(profile.customer_type),
            status_reason: None,
            status_since: context.at,
            version: Version::FIRST,
            created_at: context.at,
            updated_at: context.at,
            profile,
        });
        let change = customer.change(Action::Create, None, context);
        NewCustomer { customer, change }
    }

    /// Rebuilds a customer from stored state.
    pub const fn from_stored(state: CustomerState) -> Self {
        Self(state)
    }

    /// Returns the state to store.
    pub const fn state(&self) -> &CustomerState {
        &self.0
    }

    /// Returns the state by value.
    pub fn into_state(self) -> CustomerState {
        self.0
    }

    /// Returns the id.
    pub const fn id(&self) -> CustomerId {
        self.0.id
    }

    /// Returns the client-supplied data.
    pub const fn profile(&self) -> &Profile {
        &self.0.profile
    }

    /// Returns the status.
    pub const fn status(&self) -> CustomerStatus {
        self.0.status
    }

    /// Returns the version.
    pub const fn version(&self) -> Version {
        self.0.version
    }

    /// Returns the result of the creation.
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
    /// Returns an error if the status does not allow edits, or if metadata would exceed its limits.
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
        Ok(Edited::Changed(CustomerEdit { customer, change }))
    }

    /// Applies a verb of the status table.
    ///
    /// # Errors
    /// Returns an error if the status does not allow the verb, or if a required reason is missing.
    pub fn transition(
        self,
        verb: Verb,
        reason: Option<Reason>,
        decision_id: Option<DecisionId>,
        context: ChangeContext,
    ) -> Result<CustomerDecision, TransitionRefused> {
        let from = self.0.status;
        let rule = from.transition(verb)?;
        if rule.reason_required && reason.is_none() {
            return Err(TransitionRefused::ReasonMissing);
        }
        let context = context.following(self.0.updated_at);
        let customer = Self(CustomerState {
            status: rule.to,
            status_reason: reason.clone(),
            status_since: context.at,
            version: self.0.version.next(),
            updated_at: context.at,
            ..self.0
        });
        let change = CustomerChange {
            reason,
            decision_id,
            ..customer.change(Action::Transition(verb), Some(from), context)
        };
        Ok(CustomerDecision {
            customer,
            change,
            verb,
        })
    }

    /// Returns the change that made the present version, without fields, reason and decision id.
    pub(crate) fn change(
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
