use customers_domain::{CustomerChange, CustomerId};
use customers_ports::{HistoryQuery, Page};
use tracing::instrument;

use crate::caller::Caller;
use crate::get_customer::GetCustomerError;
use crate::service::CustomerService;

impl CustomerService {
    /// A page of what was done to a customer of the caller's tenant, newest first.
    ///
    /// # Errors
    /// When the tenant has no customer of that id, or the store fails.
    #[instrument(name = "get_history", skip_all, fields(customer.id = %id))]
    pub async fn history(
        &self,
        caller: Caller,
        id: CustomerId,
        query: HistoryQuery,
    ) -> Result<Page<CustomerChange>, GetCustomerError> {
        self.customers
            .history(caller.tenant_id, id, query)
            .await?
            .ok_or(GetCustomerError::NotFound)
    }
}
