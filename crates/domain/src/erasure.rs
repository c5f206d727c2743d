use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use thiserror::Error;

use crate::change::{Action, ChangeContext, CustomerChange};
use crate::customer::Customer;
use crate::decision_id::DecisionId;
use crate::ids::CustomerId;
use crate::status::InvalidTransition;
use crate::version::Version;

/// Time that must pass between the last change of status of a customer and its erasure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RetentionPeriod(TimeDelta);

impl RetentionPeriod {
    /// No retention: a customer may be erased as soon as its status allows it.
    pub const NONE: Self = Self(TimeDelta::zero());

    /// Longest period, in days: 100 years of 365 days.
    pub const MAX_DAYS: i64 = 36_500;

    /// Creates a period. Returns `None` if it is longer than [`Self::MAX_DAYS`].
    pub fn new(duration: Duration) -> Option<Self> {
        let period = TimeDelta::from_std(duration).ok()?;
        (period <= TimeDelta::days(Self::MAX_DAYS)).then_some(Self(period))
    }

    /// Returns the end of the period that begins at `since`.
    fn end(self, since: DateTime<Utc>) -> DateTime<Utc> {
        since
            .checked_add_signed(self.0)
            .unwrap_or(DateTime::<Utc>::MAX_UTC)
    }
}

/// What remains of an erased customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErasedCustomer {
    /// Id of the customer. It is never used again.
    pub id: CustomerId,
    /// Version that the erasure made.
    pub version: Version,
    /// Time of the erasure, in microseconds.
    pub erased_at: DateTime<Utc>,
}

/// An erasure that [`Customer::erase`] allowed, with the change that records it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerErasure {
    erased: ErasedCustomer,
    change: CustomerChange,
}

impl CustomerErasure {
    /// What remains of the customer.
    pub const fn erased(&self) -> ErasedCustomer {
        self.erased
    }

    /// The change that records the erasure.
    pub const fn change(&self) -> &CustomerChange {
        &self.change
    }

    /// Separates what remains from the change.
    pub fn into_parts(self) -> (ErasedCustomer, CustomerChange) {
        (self.erased, self.change)
    }
}

/// Reason why a customer may not be erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ErasureRefused {
    /// The status does not allow erasure.
    #[error(transparent)]
    Invalid(#[from] InvalidTransition),
    /// The retention period has not ended.
    #[error("the customer must be kept until {erasable_from}")]
    Retained {
        /// First time at which the customer may be erased.
        erasable_from: DateTime<Utc>,
    },
}

impl Customer {
    /// Erases the customer. The retention period begins with the last change of status.
    ///
    /// # Errors
    /// Returns an error if the status does not allow erasure, or if the retention period has not ended.
    pub fn erase(
        self,
        retention: RetentionPeriod,
        decision_id: Option<DecisionId>,
        context: ChangeContext,
    ) -> Result<CustomerErasure, ErasureRefused> {
        let state = self.state();
        if !state.status.may_be_erased() {
            let from = state.status;
            return Err(InvalidTransition { from, verb: None }.into());
        }
        let context = context.following(state.updated_at);
        let erasable_from = retention.end(state.status_since);
        if context.at < erasable_from {
            return Err(ErasureRefused::Retained { erasable_from });
        }
        let version = state.version.next();
        Ok(CustomerErasure {
            erased: ErasedCustomer {
                id: state.id,
                version,
                erased_at: context.at,
            },
            change: CustomerChange {
                version,
                decision_id,
                ..self.change(Action::Erase, Some(state.status), context)
            },
        })
    }
}

#[cfg(test)]
mod tests;
