//! The numbers that stand for statuses, types and actions in the database.
//!
//! A number that was released keeps its meaning for ever. A new status, type or action takes the next
//! one, one release before anything writes it.

use customers_domain::{Action, CustomerStatus, CustomerType, Verb};

/// The number of a status.
pub(crate) const fn of_status(status: CustomerStatus) -> i16 {
    match status {
        CustomerStatus::PendingKyc => 1,
        CustomerStatus::InReview => 2,
        CustomerStatus::ActionRequired => 3,
        CustomerStatus::Active => 4,
        CustomerStatus::Suspended => 5,
        CustomerStatus::Rejected => 6,
        CustomerStatus::Closed => 7,
    }
}

/// The status of a number.
pub(crate) fn status(code: i16) -> Option<CustomerStatus> {
    let mut all = CustomerStatus::ALL.iter().copied();
    all.find(|status| of_status(*status) == code)
}

/// The number of a type of customer.
pub(crate) const fn of_type(customer_type: CustomerType) -> i16 {
    match customer_type {
        CustomerType::Individual => 1,
        CustomerType::Business => 2,
    }
}

/// The type of customer of a number.
pub(crate) fn customer_type(code: i16) -> Option<CustomerType> {
    let mut all = CustomerType::ALL.iter().copied();
    all.find(|customer_type| of_type(*customer_type) == code)
}

/// The number of an action. [`sql::create`](crate::sql) has that of a creation as a literal.
pub(crate) const fn of_action(action: Action) -> i16 {
    match action {
        Action::Create => 1,
        Action::Update => 2,
        Action::Transition(verb) => match verb {
            Verb::Submit => 3,
            Verb::Approve => 4,
            Verb::RequestAction => 5,
            Verb::Reject => 6,
            Verb::Reopen => 7,
            Verb::Suspend => 8,
            Verb::Reinstate => 9,
            Verb::ReReview => 10,
            Verb::Close => 11,
        },
        Action::Erase => 12,
    }
}

/// The action of a number.
pub(crate) fn action(code: i16) -> Option<Action> {
    let verbs = Verb::ALL.iter().copied().map(Action::Transition);
    let others = [Action::Create, Action::Update, Action::Erase];
    let mut all = others.into_iter().chain(verbs);
    all.find(|action| of_action(*action) == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_read_back() {
        for &known in CustomerStatus::ALL {
            assert_eq!(status(of_status(known)), Some(known));
        }
        for &known in CustomerType::ALL {
            assert_eq!(customer_type(of_type(known)), Some(known));
        }
        let verbs = Verb::ALL.iter().copied().map(Action::Transition);
        for known in verbs.chain([Action::Create, Action::Update, Action::Erase]) {
            assert_eq!(action(of_action(known)), Some(known));
        }
    }

    #[test]
    fn numbers_that_mean_nothing_are_not_read() {
        for unknown in [-1, 0, 100] {
            assert_eq!(status(unknown), None);
            assert_eq!(customer_type(unknown), None);
            assert_eq!(action(unknown), None);
        }
    }
}
