use customers_domain::{Customer, DecisionId};
use customers_ports::{MadeDecision, RecordedDecision};

use super::tenant::{Decision, Tenant};

impl Tenant {
    /// Returns what was done under a decision id.
    pub(super) fn decision(&self, id: &DecisionId) -> Option<RecordedDecision> {
        match self.decisions.get(id.as_str())? {
            Decision::Made(made) => Some(RecordedDecision::Made(MadeDecision {
                verb: made.verb,
                reason: made.reason.clone(),
                customer: Customer::clone(&made.customer),
            })),
            Decision::Erasure(id) => self.erased(*id).map(RecordedDecision::Erasure),
            Decision::OfErased(id) => self.erased(*id).map(RecordedDecision::OfErased),
        }
    }
}
