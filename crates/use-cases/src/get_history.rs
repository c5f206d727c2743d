use customers_domain::{CustomerChange, CustomerId};
use customers_ports::{HistoryQuery, Page};
use tracing::instrument;

use crate::caller::Caller;
use crate::get_customer::GetCustomerError;
use crate::service::CustomerService;

impl CustomerService {
    /// Returns a page of the changes of a customer, newest first. The history of an erased customer stays,
    /// without the reasons.
    ///
    /// # Errors
    /// Returns an error if the tenant has no customer with this id, or if the store fails.
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
