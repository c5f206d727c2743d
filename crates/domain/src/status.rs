use thiserror::Error;

use crate::scope::Scope;
use crate::verb::Verb;

/// Status of a customer.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    strum::EnumString,
    strum::VariantArray,
    strum::VariantNames,
)]
#[strum(serialize_all = "snake_case")]
pub enum CustomerStatus {
    /// Verification has not started.
    PendingKyc,
    /// Verification is in progress.
    InReview,
    /// Verification waits for information from the customer.
    ActionRequired,
    /// The customer may transact.
    Active,
    /// The customer may not transact until it is reinstated.
    Suspended,
    /// Verification failed.
    Rejected,
    /// The relation has ended. This status is final.
    Closed,
}

impl CustomerStatus {
    /// Every status, in the order of the documentation.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// Returns the public name.
    pub const fn as_str(self) -> &'static str {
        <Self as strum::VariantNames>::VARIANTS[self as usize]
    }

    /// Returns the status with this public name.
    pub fn from_name(name: &str) -> Option<Self> {
        name.parse().ok()
    }

    /// Returns the rule of the status.
    pub const fn rule(self) -> &'static StatusRule {
        // The table has the order of the variants; a test checks it.
        &STATUSES[self as usize]
    }

    /// Returns whether the customer may transact: hold wallets, pay and be paid.
    pub const fn may_transact(self) -> bool {
        self.rule().may_transact
    }

    /// Returns whether the customer's data may be edited.
    pub const fn is_editable(self) -> bool {
        self.rule().is_editable
    }

    /// Returns whether a customer in this status may be erased.
    pub const fn may_be_erased(self) -> bool {
        self.rule().may_be_erased
    }

    /// Returns the verbs that this status allows, in the order of the table.
    pub fn allowed_transitions(self) -> impl Iterator<Item = Verb> {
        TRANSITIONS
            .iter()
            .filter(move |transition| transition.from.contains(&self))
            .map(|transition| transition.verb)
    }

    /// Returns the transition for a verb from this status.
    ///
    /// # Errors
    /// Returns an error if the table does not allow the verb from this status.
    pub fn transition(self, verb: Verb) -> Result<&'static Transition, InvalidTransition> {
        let transition = verb.rule();
        if transition.from.contains(&self) {
            Ok(transition)
        } else {
            Err(InvalidTransition {
                from: self,
                verb: Some(verb),
            })
        }
    }
}

impl Verb {
    /// Returns the transition of the verb.
    pub const fn rule(self) -> &'static Transition {
        // The table has the order of the variants; a test checks it.
        &TRANSITIONS[self as usize]
    }
}

/// Permissions of a customer in one status.
#[derive(Debug, PartialEq, Eq)]
pub struct StatusRule {
    /// The status.
    pub status: CustomerStatus,
    /// Whether the customer may transact.
    pub may_transact: bool,
    /// Whether the customer's data may be edited.
    pub is_editable: bool,
    /// Whether the customer may be erased.
    pub may_be_erased: bool,
}

/// Permissions of a customer in each status.
pub const STATUSES: &[StatusRule; 7] = &[
    StatusRule {
        status: CustomerStatus::PendingKyc,
        may_transact: false,
        is_editable: true,
        may_be_erased: false,
    },
    StatusRule {
        status: CustomerStatus::InReview,
        may_transact: false,
        is_editable: true,
        may_be_erased: false,
    },
    StatusRule {
        status: CustomerStatus::ActionRequired,
        may_transact: false,
        is_editable: true,
        may_be_erased: false,
    },
    StatusRule {
        status: CustomerStatus::Active,
        may_transact: true,
        is_editable: true,
        may_be_erased: false,
    },
    StatusRule {
        status: CustomerStatus::Suspended,
        may_transact: false,
        is_editable: true,
        may_be_erased: false,
    },
    StatusRule {
        status: CustomerStatus::Rejected,
        may_transact: false,
        is_editable: false,
        may_be_erased: true,
    },
    StatusRule {
        status: CustomerStatus::Closed,
        may_transact: false,
        is_editable: false,
        may_be_erased: true,
    },
];

/// A row of the status rules.
#[derive(Debug, PartialEq, Eq)]
pub struct Transition {
    /// The verb.
    pub verb: Verb,
    /// Statuses that allow the verb.
    pub from: &'static [CustomerStatus],
    /// Status after the verb.
    pub to: CustomerStatus,
    /// Scope that an API key needs for the verb.
    pub scope: Scope,
    /// Whether the client must give a reason.
    pub reason_required: bool,
}

/// The transitions between statuses. Together with [`STATUSES`] they are the only rules that depend on a customer's
/// status; everything else is derived from the two tables.
pub const TRANSITIONS: &[Transition; 9] = {
    use CustomerStatus::{
        ActionRequired, Active, Closed, InReview, PendingKyc, Rejected, Suspended,
    };
    &[
        Transition {
            verb: Verb::Submit,
            from: &[PendingKyc, ActionRequired],
            to: InReview,
            scope: Scope::CUSTOMERS_WRITE,
            reason_required: false,
        },
        Transition {
            verb: Verb::Approve,
            from: &[PendingKyc, InReview],
            to: Active,
            scope: Scope::CUSTOMERS_REVIEW,
            reason_required: false,
        },
        Transition {
            verb: Verb::RequestAction,
            from: &[InReview],
            to: ActionRequired,
            scope: Scope::CUSTOMERS_REVIEW,
            reason_required: true,
        },
        Transition {
            verb: Verb::Reject,
            from: &[PendingKyc, InReview, ActionRequired],
            to: Rejected,
            scope: Scope::CUSTOMERS_REVIEW,
            reason_required: true,
        },
        Transition {
            verb: Verb::Reopen,
            from: &[Rejected],
            to: PendingKyc,
            scope: Scope::CUSTOMERS_REVIEW,
            reason_required: true,
        },
        Transition {
            verb: Verb::Suspend,
            from: &[Active],
            to: Suspended,
            scope: Scope::CUSTOMERS_REVIEW,
            reason_required: true,
        },
        Transition {
            verb: Verb::Reinstate,
            from: &[Suspended],
            to: Active,
            scope: Scope::CUSTOMERS_REVIEW,
            reason_required: true,
        },
        Transition {
            verb: Verb::ReReview,
            from: &[Suspended],
            to: InReview,
            scope: Scope::CUSTOMERS_REVIEW,
            reason_required: true,
        },
        Transition {
            verb: Verb::Close,
            from: &[
                PendingKyc,
                InReview,
                ActionRequired,
                Active,
                Suspended,
                Rejected,
            ],
            to: Closed,
            scope: Scope::CUSTOMERS_REVIEW,
            reason_required: true,
        },
    ]
};

/// The status rules forbid an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the status rules do not allow this in the customer's current status")]
pub struct InvalidTransition {
    /// The current status.
    pub from: CustomerStatus,
    /// The requested verb, or `None` for an edit or an erasure.
    pub verb: Option<Verb>,
}

/// Reason why a verb was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TransitionRefused {
    /// The table does not allow it.
    #[error(transparent)]
    Invalid(#[from] InvalidTransition),
    /// The verb requires a reason and none was given.
    #[error("this decision requires a reason")]
    ReasonMissing,
}

#[cfg(test)]
mod tests;
