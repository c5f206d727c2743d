//! Bytes that are counted against the memory limit for each stored value.

use std::sync::Arc;

use customers_domain::{
    AddressLine, ChangedField, Customer, CustomerChange, CustomerDecision, CustomerEdit,
    CustomerErasure, CustomerId, DecisionId, ExternalId, Metadata, NewCustomer, Reason,
};

use super::index::Facet;
use super::records::{Record, RecordEntry, RecordKey};
use super::tenant::{Decision, Entry, Made, Remains};
use crate::feeds::customer_event;
use crate::size::{allocation, element, hash_entry, text, tree_entry};

/// Number of facets of a customer in the index.
const FACETS: usize = 4;
/// Metadata is a B-tree. These are the size of a leaf, the minimum number of members in a leaf, and the size of the
/// inner nodes above it.
const LEAF: usize = 544;
const LEAF_MEMBERS: usize = 6;
const INNER_NODE: usize = 640;

/// Maximum size of the detail of a recorded outcome.
const DETAIL: usize = 32;

/// Returns the cost of a new customer and the change that created it.
pub(super) fn new_customer(new: &NewCustomer) -> usize {
    tree_entry::<CustomerId, Entry>() + current(new.customer()) + change(new.change())
}

/// Returns the cost of an edit: the new state of the customer, and the change.
pub(super) fn edit(edit: &CustomerEdit) -> usize {
    current(edit.customer()) + change(edit.change())
}

/// Returns the cost of a decision: the new state of the customer, the change and, if it has an id, its record.
pub(super) fn decision(decision: &CustomerDecision) -> usize {
    let (customer, made) = (decision.customer(), decision.change());
    let recorded = made.decision_id.as_ref().map_or(0, |id| {
        hash_entry::<String, Decision>()
            + text(id.as_str())
            + reason(made.reason.as_ref())
            + shared(customer)
    });
    current(customer) + change(made) + recorded
}

/// An erasure: what remains, the change and, where it has an id, the record of it.
pub(super) fn erasure(erasure: &CustomerErasure) -> usize {
    let made = erasure.change();
    let recorded = made
        .decision_id
        .as_ref()
        .map_or(0, |id| hash_entry::<String, Decision>() + text(id.as_str()));
    hash_entry::<CustomerId, Remains>() + change(made) + recorded
}

/// A customer that is erased, without its changes and decisions.
pub(super) fn erased(customer: &Customer) -> usize {
    tree_entry::<CustomerId, Entry>() + current(customer)
}

/// The content of a decision.
pub(super) fn made_decision(made: &Made) -> usize {
    reason(made.reason.as_ref()) + shared(&made.customer)
}

/// Returns the cost of the current state of a customer: its values and index entries. It is released when a change
/// replaces the state.
pub(super) fn current(customer: &Customer) -> usize {
    let profile = customer.profile();
    let found_by = hash_entry::<String, CustomerId>();
    let external_id = profile.external_id.as_ref();
    shared(customer)
        + FACETS * tree_entry::<(Facet, CustomerId), ()>()
        + text(profile.phone.expose())
        + found_by
        + text(profile.email.expose())
        + external_id.map_or(0, |id| found_by + text(id.expose()))
}

/// Returns the cost of an idempotency record.
pub(crate) const fn record() -> usize {
    hash_entry::<RecordKey, Record>() + element::<RecordEntry>() + allocation(DETAIL)
}

/// Returns the size of a customer behind an `Arc`.
fn shared(customer: &Customer) -> usize {
    let (state, profile) = (customer.state(), customer.profile());
    let address = &profile.billing_address;
    let texts = [
        profile.first_name.expose(),
        profile.last_name.expose(),
        profile.email.expose(),
        profile.phone.expose(),
        address.line1.expose(),
        address.line2.as_ref().map_or("", AddressLine::expose),
        address.city.expose(),
        address.state.expose(),
        address.zip_code.expose(),
        profile.external_id.as_ref().map_or("", ExternalId::expose),
    ];
    let counts = size_of::<Arc<()>>() * 2;
    allocation(counts + size_of::<Customer>())
        + texts.into_iter().map(text).sum::<usize>()
        + metadata(&profile.metadata)
        + reason(state.status_reason.as_ref())
}

fn metadata(metadata: &Metadata) -> usize {
    let members = metadata.expose();
    let leaves = members.len().div_ceil(LEAF_MEMBERS);
    let nodes = leaves * allocation(LEAF)
        + if leaves > 1 {
            allocation(INNER_NODE)
        } else {
            0
        };
    let texts = members.iter().map(|(name, value)| text(name) + text(value));
    nodes + texts.sum::<usize>()
}

/// A change and its event.
fn change(change: &CustomerChange) -> usize {
    let decision_id = change.decision_id.as_ref();
    customer_event(change.changed_fields.len())
        + element::<CustomerChange>()
        + allocation(change.changed_fields.len() * size_of::<ChangedField>())
        + reason(change.reason.as_ref())
        + decision_id.map_or(0, |id| text(DecisionId::as_str(id)))
}

pub(super) fn reason(reason: Option<&Reason>) -> usize {
    reason.map_or(0, |reason| text(reason.expose()))
}
