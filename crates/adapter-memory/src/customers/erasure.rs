use customers_domain::{CustomerErasure, CustomerId, DecisionId, ErasedCustomer};
use customers_ports::ErasureOutcome;

use super::cost;
use super::tenant::{Decision, Remains, Tenant};

impl Tenant {
    /// What remains of a customer, if it was erased.
    pub(super) fn erased(&self, id: CustomerId) -> Option<ErasedCustomer> {
        self.remains.get(&id).map(|remains| remains.erased)
    }

    /// Returns the outcome of an erasure that is not to be stored.
    pub(super) fn erasure_conflict(&self, erasure: &CustomerErasure) -> Option<ErasureOutcome> {
        let (erased, change) = (erasure.erased(), erasure.change());
        if let Some(remains) = self.remains.get(&erased.id)
            && remains
                .changes
                .last()
                .is_some_and(|last| last.id == change.id)
        {
            return Some(ErasureOutcome::Erased);
        }
        let id = change.decision_id.as_ref().map(DecisionId::as_str);
        if id.is_some_and(|id| self.decisions.contains_key(id)) {
            return Some(ErasureOutcome::DecisionTaken);
        }
        if let Some(earlier) = self.erased(erased.id) {
            return Some(ErasureOutcome::AlreadyErased(earlier));
        }
        let present = self.find(erased.id);
        let is_next = present.is_some_and(|before| before.version().next() == erased.version);
        (!is_next).then_some(ErasureOutcome::VersionConflict)
    }

    /// Erases a customer for which [`Self::erasure_conflict`] found nothing, and returns how many bytes that
    /// frees: those of the customer, of its reasons and of its decisions, less those of what remains.
    pub(super) fn erase(&mut self, erasure: &CustomerErasure) -> usize {
        let (erased, change) = (erasure.erased(), erasure.change());
        let Some(entry) = self.customers.remove(&erased.id) else {
            return 0;
        };
        self.release(&entry.customer);
        self.index.remove(&entry.customer);
        let mut freed = cost::erased(&entry.customer);
        let mut changes = entry.changes;
        for change in &mut changes {
            freed += cost::reason(change.reason.take().as_ref());
            if let Some(id) = &change.decision_id {
                freed += self.forget_decision(id);
            }
        }
        changes.push(change.clone());
        if let Some(id) = &change.decision_id {
            let decision = Decision::Erasure(erased.id);
            self.decisions.insert(id.as_str().to_owned(), decision);
        }
        self.remains.insert(erased.id, Remains { erased, changes });
        freed.saturating_sub(cost::erasure(erasure))
    }

    /// Drops the content of a decision, and returns how many bytes it took.
    fn forget_decision(&mut self, id: &DecisionId) -> usize {
        let Some(decision) = self.decisions.get_mut(id.as_str()) else {
            return 0;
        };
        let Decision::Made(made) = decision else {
            return 0;
        };
        let (customer, freed) = (made.customer.id(), cost::made_decision(made));
        *decision = Decision::OfErased(customer);
        freed
    }
}
