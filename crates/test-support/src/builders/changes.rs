use chrono::TimeDelta;
use customers_domain::{
    ChangeContext, Customer, CustomerDecision, CustomerEdit, CustomerErasure, Edited, ProfilePatch,
    RetentionPeriod, Verb,
};

use super::values::{context, parse, unique_number};

/// Returns an edit of a customer. The patch must change something.
pub fn edited(customer: &Customer, patch: ProfilePatch) -> CustomerEdit {
    match customer.clone().update(patch, later(customer)) {
        Ok(Edited::Changed(edit)) => edit,
        Ok(Edited::Unchanged(_)) => panic!("the edit changes nothing"),
        Err(refused) => panic!("{refused}"),
    }
}

/// Returns an edit of a customer that conflicts with no other customer: a new first name.
pub fn renamed(customer: &Customer) -> CustomerEdit {
    let patch = ProfilePatch {
        first_name: Some(parse(&format!("Imke the {}th", unique_number()))),
        ..ProfilePatch::default()
    };
    edited(customer, patch)
}

/// Returns a decision on a customer with a unique reason.
pub fn decided(customer: &Customer, verb: Verb, decision_id: Option<&str>) -> CustomerDecision {
    let reason = format!("Case {} \u{2014} {}", unique_number(), verb.as_str());
    decided_because(customer, verb, Some(&reason), decision_id)
}

/// Returns a decision on a customer with the given reason.
pub fn decided_because(
    customer: &Customer,
    verb: Verb,
    reason: Option<&str>,
    decision_id: Option<&str>,
) -> CustomerDecision {
    let (reason, decision_id) = (reason.map(parse), decision_id.map(parse));
    let decided = customer
        .clone()
        .transition(verb, reason, decision_id, later(customer));
    match decided {
        Ok(decision) => decision,
        Err(refused) => panic!("{refused}"),
    }
}

/// Returns the erasure of a rejected or closed customer.
pub fn erasure(customer: &Customer, decision_id: Option<&str>) -> CustomerErasure {
    let erased = customer.clone().erase(
        RetentionPeriod::NONE,
        decision_id.map(parse),
        later(customer),
    );
    match erased {
        Ok(erasure) => erasure,
        Err(refused) => panic!("{refused}"),
    }
}

/// Returns a context shortly after the customer's last change, with a fraction of a second.
fn later(customer: &Customer) -> ChangeContext {
    context(customer.state().updated_at + TimeDelta::microseconds(61_000_001))
}
