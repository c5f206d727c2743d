use thiserror::Error;

use crate::scope::Scope;
use crate::verb::Verb;

/// Where a customer stands in its life.
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
    /// Waits for verification to begin.
    PendingKyc,
    /// Is being verified.
    InReview,
    /// Must hand something in before verification can go on.
    ActionRequired,
    /// May transact.
    Active,
    /// May not transact for now.
    Suspended,
    /// Failed verification.
    Rejected,
    /// Gone for good.
    Closed,
}

impl CustomerStatus {
    /// Every status, in the order in which it is documented.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// The public name.
    pub const fn as_str(self) -> &'static str {
        <Self as strum::VariantNames>::VARIANTS[self as usize]
    }

    /// The status of that public name.
    pub fn from_name(name: &str) -> Option<Self> {
        name.parse().ok()
    }

    /// The status's row in the table.
    pub const fn rule(self) -> &'static StatusRule {
        // The table is in the order of the variants; a test holds it to that.
        &STATUSES[self as usize]
    }

    /// Whether the customer may transact: hold wallets, pay and be paid.
    pub const fn may_transact(self) -> bool {
        self.rule().may_transact
    }

    /// Whether the customer's data may be edited.
    pub const fn is_editable(self) -> bool {
        self.rule().is_editable
    }

    /// The verbs that may follow, in the table's order.
    pub fn allowed_transitions(self) -> impl Iterator<Item = Verb> {
        TRANSITIONS
            .iter()
            .filter(move |transition| transition.from.contains(&self))
            .map(|transition| transition.verb)
    }

    /// The rule by which the verb moves a customer on from here.
    ///
    /// # Errors
    /// When the table does not allow the verb from this status.
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
    /// The verb's row in the table.
    pub const fn rule(self) -> &'static Transition {
        // The table is in the order of the variants; a test holds it to that.
        &TRANSITIONS[self as usize]
    }
}

/// What a customer may do in one status.
#[derive(Debug, PartialEq, Eq)]
pub struct StatusRule {
    /// The status.
    pub status: CustomerStatus,
    /// Whether the customer may transact.
    pub may_transact: bool,
    /// Whether the customer's data may be edited.
    pub is_editable: bool,
}

/// What a customer may do in each status.
pub const STATUSES: &[StatusRule; 7] = &[
    StatusRule {
        status: CustomerStatus::PendingKyc,
        may_transact: false,
        is_editable: true,
    },
    StatusRule {
        status: CustomerStatus::InReview,
        may_transact: false,
        is_editable: true,
    },
    StatusRule {
        status: CustomerStatus::ActionRequired,
        may_transact: false,
        is_editable: true,
    },
    StatusRule {
        status: CustomerStatus::Active,
        may_transact: true,
        is_editable: true,
    },
    StatusRule {
        status: CustomerStatus::Suspended,
        may_transact: false,
        is_editable: true,
    },
    StatusRule {
        status: CustomerStatus::Rejected,
        may_transact: false,
        is_editable: false,
    },
    StatusRule {
        status: CustomerStatus::Closed,
        may_transact: false,
        is_editable: false,
    },
];

/// One row of the status rules.
#[derive(Debug, PartialEq, Eq)]
pub struct Transition {
    /// What is asked for.
    pub verb: Verb,
    /// From where it may be asked.
    pub from: &'static [CustomerStatus],
    /// Where it leads.
    pub to: CustomerStatus,
    /// What a key needs in order to ask.
    pub scope: Scope,
    /// Whether the caller must say why.
    pub reason_required: bool,
}

/// What moves a customer from one status to another. With [`STATUSES`] it is all that depends on a
/// customer's status; everything else is derived from the two.
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

/// The status rules forbid what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the status rules do not allow this from the customer's present status")]
pub struct InvalidTransition {
    /// The status that the customer has.
    pub from: CustomerStatus,
    /// The verb that was asked for; none for an edit of a customer whose data is frozen.
    pub verb: Option<Verb>,
}

/// Why a verb was not carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TransitionRefused {
    /// The table does not allow it.
    #[error(transparent)]
    Invalid(#[from] InvalidTransition),
    /// The verb needs a reason and none was given.
    #[error("this decision needs a reason")]
    ReasonMissing,
}

#[cfg(test)]
mod tests;
