//! What is counted against the memory limit for each thing that is stored.

use std::sync::Arc;

use customers_domain::{
    AddressLine, ChangedField, Customer, CustomerChange, CustomerDecision, CustomerEdit,
    CustomerId, DecisionId, ExternalId, Metadata, NewCustomer, Reason,
};

use super::index::Facet;
use super::records::{Record, RecordEntry, RecordKey};
use super::tenant::{Decision, Entry};
use crate::size::{allocation, element, hash_entry, text, tree_entry};

/// The facets of a customer in the index.
const FACETS: usize = 4;
/// Metadata is a tree: the size of a leaf, how many members it holds at least, and what the nodes
/// above them take.
const LEAF: usize = 544;
const LEAF_MEMBERS: usize = 6;
const INNER_NODE: usize = 640;

/// The detail of a recorded outcome, which is a few bytes.
const DETAIL: usize = 32;

/// A new customer with the change that created it.
pub(super) fn new_customer(new: &NewCustomer) -> usize {
    tree_entry::<CustomerId, Entry>() + current(new.customer()) + change(new.change())
}

/// An edit: the customer as it is afterwards, and the change.
pub(super) fn edit(edit: &CustomerEdit) -> usize {
    current(edit.customer()) + change(edit.change())
}

/// A decision: the customer as it is afterwards, the change and, where it has an id, the record of it.
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

/// A customer as it is now: its values, and what it is found by. This is released when a change
/// replaces it.
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

/// The record of a request.
pub(crate) const fn record() -> usize {
    hash_entry::<RecordKey, Record>() + element::<RecordEntry>() + allocation(DETAIL)
}

/// A customer's values behind an `Arc`.
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

fn change(change: &CustomerChange) -> usize {
    let decision_id = change.decision_id.as_ref();
    element::<CustomerChange>()
        + allocation(change.changed_fields.len() * size_of::<ChangedField>())
        + reason(change.reason.as_ref())
        + decision_id.map_or(0, |id| text(DecisionId::as_str(id)))
}

fn reason(reason: Option<&Reason>) -> usize {
    reason.map_or(0, |reason| text(reason.expose()))
}
