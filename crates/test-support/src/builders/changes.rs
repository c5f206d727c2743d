use chrono::TimeDelta;
use customers_domain::{ChangeContext, Customer, Edited, ProfilePatch, Verb};
use customers_ports::Update;

use super::values::{context, parse, unique_number};

/// What stores that edit of a customer, which must change something.
pub fn edited(customer: &Customer, patch: ProfilePatch) -> Update {
    match customer.clone().update(patch, later(customer)) {
        Ok(Edited::Changed(customer, change)) => Update { customer, change },
        Ok(Edited::Unchanged(_)) => panic!("the edit changes nothing"),
        Err(refused) => panic!("{refused}"),
    }
}

/// What stores an edit of a customer that stands in no other customer's way: a new first name.
pub fn renamed(customer: &Customer) -> Update {
    let patch = ProfilePatch {
        first_name: Some(parse(&format!("Imke the {}th", unique_number()))),
        ..ProfilePatch::default()
    };
    edited(customer, patch)
}

/// What stores that decision on a customer, with a reason of its own.
pub fn decided(customer: &Customer, verb: Verb, decision_id: Option<&str>) -> Update {
    let reason = format!("Case {} \u{2014} {}", unique_number(), verb.as_str());
    decided_because(customer, verb, Some(&reason), decision_id)
}

/// What stores that decision on a customer for that reason.
pub fn decided_because(
    customer: &Customer,
    verb: Verb,
    reason: Option<&str>,
    decision_id: Option<&str>,
) -> Update {
    let (reason, decision_id) = (reason.map(parse), decision_id.map(parse));
    let decided = customer
        .clone()
        .transition(verb, reason, decision_id, later(customer));
    match decided {
        Ok((customer, change)) => Update { customer, change },
        Err(refused) => panic!("{refused}"),
    }
}

/// A little after the customer's last change, and not on a whole second.
fn later(customer: &Customer) -> ChangeContext {
    context(customer.state().updated_at + TimeDelta::microseconds(61_000_001))
}
