use std::sync::Arc;

use customers_domain::{ChangeContext, ChangeId, KycPolicy, RetentionPeriod};
use customers_ports::{Clock, CustomerRepository, IdGenerator};

use crate::caller::Caller;

/// The use cases of customers. Each one is a method in its own file.
#[derive(Clone)]
pub struct CustomerService {
    pub(crate) customers: Arc<dyn CustomerRepository>,
    pub(crate) ids: Arc<dyn IdGenerator>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) kyc_policy: KycPolicy,
    pub(crate) retention: RetentionPeriod,
}

impl CustomerService {
    /// Creates the service from its ports.
    pub fn new(
        customers: Arc<dyn CustomerRepository>,
        ids: Arc<dyn IdGenerator>,
        clock: Arc<dyn Clock>,
        kyc_policy: KycPolicy,
    ) -> Self {
        Self {
            customers,
            ids,
            clock,
            kyc_policy,
            retention: RetentionPeriod::NONE,
        }
    }

    /// Keeps rejected and closed customers for this period before they may be erased.
    #[must_use]
    pub const fn retaining_for(mut self, period: RetentionPeriod) -> Self {
        self.retention = period;
        self
    }

    /// Returns the actor, the time and the id of a new change.
    pub(crate) fn context(&self, caller: Caller) -> ChangeContext {
        let at = self.clock.now();
        ChangeContext {
            change_id: ChangeId::from_uuid(self.ids.uuid(at)),
            actor: caller.api_key_id,
            at,
        }
    }
}
