use customers_domain::Customer;
use customers_ports::{ListQuery, Page, StoreError};
use tracing::instrument;

use crate::caller::Caller;
use crate::service::CustomerService;

impl CustomerService {
    /// Returns a page of the customers of the tenant, newest first.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    #[instrument(name = "list_customers", skip_all)]
    pub async fn list(
        &self,
        caller: Caller,
        query: &ListQuery,
    ) -> Result<Page<Customer>, StoreError> {
        self.customers.list(caller.tenant_id, query).await
    }
}
