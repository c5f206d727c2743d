use thiserror::Error;

use crate::scope::Scope;

/// Where a customer stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
    pub const ALL: [Self; 7] = [
        Self::PendingKyc,
        Self::InReview,
        Self::ActionRequired,
        Self::Active,
        Self::Suspended,
        Self::Rejected,
        Self::Closed,
    ];

    /// The public name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PendingKyc => "pending_kyc",
            Self::InReview => "in_review",
            Self::ActionRequired => "action_required",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Rejected => "rejected",
            Self::Closed => "closed",
        }
    }

    /// The status of that public name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }

    /// Whether the customer may transact: hold wallets, pay and be paid.
    pub const fn may_transact(self) -> bool {
        matches!(self, Self::Active)
    }

    /// Whether the customer's data may be edited: not once it is rejected or closed.
    pub const fn is_editable(self) -> bool {
        !matches!(self, Self::Rejected | Self::Closed)
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

/// A decision on a customer, or a step in its verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verb {
    /// Hand the customer in for review.
    Submit,
    /// Verification passed.
    Approve,
    /// The customer must hand something in.
    RequestAction,
    /// Verification failed.
    Reject,
    /// Verify a rejected customer anew.
    Reopen,
    /// Stop the customer from transacting.
    Suspend,
    /// Lift a suspension.
    Reinstate,
    /// Verify a suspended customer anew.
    ReReview,
    /// End the relation for good.
    Close,
}

impl Verb {
    /// Every verb, in the table's order.
    pub const ALL: [Self; 9] = [
        Self::Submit,
        Self::Approve,
        Self::RequestAction,
        Self::Reject,
        Self::Reopen,
        Self::Suspend,
        Self::Reinstate,
        Self::ReReview,
        Self::Close,
    ];

    /// The public name, as in a path.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::Approve => "approve",
            Self::RequestAction => "request-action",
            Self::Reject => "reject",
            Self::Reopen => "reopen",
            Self::Suspend => "suspend",
            Self::Reinstate => "reinstate",
            Self::ReReview => "re-review",
            Self::Close => "close",
        }
    }

    /// The verb of that public name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verb| verb.as_str() == name)
    }

    /// The verb's row in the table.
    pub const fn rule(self) -> &'static Transition {
        // The table is in the order of the variants; a test holds it to that.
        &TRANSITIONS[self as usize]
    }
}

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

/// The status rules: everything that depends on a customer's status is derived from this table.
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
