use customers_domain::{Customer, CustomerDecision, CustomerEdit, ErasedCustomer};
use customers_ports::{Conflict, DecisionOutcome, EditOutcome};

/// An edit or a decision, for cases that cover both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    Edit(CustomerEdit),
    Decision(CustomerDecision),
}

impl Change {
    pub(crate) const fn customer(&self) -> &Customer {
        match self {
            Self::Edit(edit) => edit.customer(),
            Self::Decision(decision) => decision.customer(),
        }
    }
}

impl From<CustomerEdit> for Change {
    fn from(edit: CustomerEdit) -> Self {
        Self::Edit(edit)
    }
}

impl From<CustomerDecision> for Change {
    fn from(decision: CustomerDecision) -> Self {
        Self::Decision(decision)
    }
}

/// The outcome of a [`Change`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChangeOutcome {
    Stored,
    VersionConflict,
    Erased(ErasedCustomer),
    Taken(Conflict),
    DecisionTaken,
}

impl From<EditOutcome> for ChangeOutcome {
    fn from(outcome: EditOutcome) -> Self {
        match outcome {
            EditOutcome::Updated => Self::Stored,
            EditOutcome::VersionConflict => Self::VersionConflict,
            EditOutcome::Erased(erased) => Self::Erased(erased),
            EditOutcome::Taken(conflict) => Self::Taken(conflict),
        }
    }
}

impl From<DecisionOutcome> for ChangeOutcome {
    fn from(outcome: DecisionOutcome) -> Self {
        match outcome {
            DecisionOutcome::Decided => Self::Stored,
            DecisionOutcome::VersionConflict => Self::VersionConflict,
            DecisionOutcome::Erased(erased) => Self::Erased(erased),
            DecisionOutcome::DecisionTaken => Self::DecisionTaken,
        }
    }
}
