use async_trait::async_trait;
use customers_domain::{Customer, CustomerId, TenantId};
use customers_ports::{CreateOutcome, Creation, CustomerRepository, StoreError};

use crate::customers::create::Create;
use crate::database::Database;
use crate::statement::Statement;
use crate::{rows, sql};

mod create;

/// Customers in Postgres.
#[derive(Debug, Clone)]
pub struct PgCustomerRepository {
    database: Database,
}

impl PgCustomerRepository {
    /// Keeps customers in that database.
    pub const fn new(database: Database) -> Self {
        Self { database }
    }
}

#[async_trait]
impl CustomerRepository for PgCustomerRepository {
    async fn create(
        &self,
        tenant: TenantId,
        creation: Creation,
    ) -> Result<CreateOutcome, StoreError> {
        let work = Create::new(tenant, creation)?;
        self.database.call_to_the_end(work).await
    }

    async fn find(&self, tenant: TenantId, id: CustomerId) -> Result<Option<Customer>, StoreError> {
        let statement = Statement::new(sql::FIND_CUSTOMER)
            .bind(tenant.as_uuid())
            .bind(id.as_uuid());
        let rows = self.database.fetch(statement).await?;
        let customer = rows.first().map(rows::customer).transpose()?;
        Ok(customer)
    }
}
