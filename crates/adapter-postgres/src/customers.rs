use async_trait::async_trait;
use customers_domain::{
    Customer, CustomerChange, CustomerDecision, CustomerEdit, CustomerId, DecisionId, TenantId,
};
use customers_ports::{
    Conflict, CreateOutcome, Creation, CustomerRepository, DecisionOutcome, EditOutcome,
    HistoryQuery, ListQuery, Page, RecordedDecision, StoreError,
};
use tracing::instrument;

use crate::customers::create::Create;
use crate::customers::decide::StoreDecision;
use crate::customers::update::StoreEdit;
use crate::customers::writer::Writer;
use crate::database::Database;
use crate::statement::Statement;
use crate::{rows, sql};

mod binding;
mod create;
mod create_many;
mod decide;
mod find_decision;
mod find_holder;
mod history;
mod list;
mod update;
mod writer;

/// Customers in Postgres.
#[derive(Debug, Clone)]
pub struct PgCustomerRepository {
    database: Database,
    writer: Writer,
}

impl PgCustomerRepository {
    /// Keeps customers in that database.
    pub fn new(database: Database) -> Self {
        Self {
            writer: Writer::new(database.clone()),
            database,
        }
    }
}

#[async_trait]
impl CustomerRepository for PgCustomerRepository {
    #[instrument(
        name = "postgres.create_customer",
        skip_all,
        fields(otel.kind = "client", db.system.name = "postgresql")
    )]
    async fn create(
        &self,
        tenant: TenantId,
        creation: Creation,
    ) -> Result<CreateOutcome, StoreError> {
        self.writer.create(Create::new(tenant, creation)).await
    }

    #[instrument(
        name = "postgres.find_customer",
        skip_all,
        fields(otel.kind = "client", db.system.name = "postgresql")
    )]
    async fn find(&self, tenant: TenantId, id: CustomerId) -> Result<Option<Customer>, StoreError> {
        let statement = Statement::new(sql::FIND_CUSTOMER)
            .bind(tenant.as_uuid())
            .bind(id.as_uuid());
        let rows = self.database.fetch(statement).await?;
        let customer = rows.first().map(rows::customer).transpose()?;
        Ok(customer)
    }

    #[instrument(
        name = "postgres.list_customers",
        skip_all,
        fields(otel.kind = "client", db.system.name = "postgresql")
    )]
    async fn list(
        &self,
        tenant: TenantId,
        query: &ListQuery,
    ) -> Result<Page<Customer>, StoreError> {
        let rows = self.database.fetch(list::statement(tenant, query)).await?;
        let found = rows.iter().map(rows::customer).collect::<Result<_, _>>()?;
        Ok(Page::cut(found, query.limit))
    }

    #[instrument(
        name = "postgres.update_customer",
        skip_all,
        fields(otel.kind = "client", db.system.name = "postgresql")
    )]
    async fn update(
        &self,
        tenant: TenantId,
        edit: CustomerEdit,
    ) -> Result<EditOutcome, StoreError> {
        let work = StoreEdit::new(tenant, edit)?;
        self.database.call_to_the_end(work).await
    }

    #[instrument(
        name = "postgres.decide_customer",
        skip_all,
        fields(otel.kind = "client", db.system.name = "postgresql")
    )]
    async fn decide(
        &self,
        tenant: TenantId,
        decision: CustomerDecision,
    ) -> Result<DecisionOutcome, StoreError> {
        let work = StoreDecision::new(tenant, decision)?;
        self.database.call_to_the_end(work).await
    }

    #[instrument(
        name = "postgres.find_holder",
        skip_all,
        fields(otel.kind = "client", db.system.name = "postgresql")
    )]
    async fn find_holder(
        &self,
        tenant: TenantId,
        wanted: &Customer,
    ) -> Result<Option<Conflict>, StoreError> {
        let statement = find_holder::statement(tenant, wanted);
        let rows = self.database.fetch(statement).await?;
        let conflict = rows.first().map(find_holder::conflict).transpose()?;
        Ok(conflict)
    }

    #[instrument(
        name = "postgres.history",
        skip_all,
        fields(otel.kind = "client", db.system.name = "postgresql")
    )]
    async fn history(
        &self,
        tenant: TenantId,
        id: CustomerId,
        query: HistoryQuery,
    ) -> Result<Option<Page<CustomerChange>>, StoreError> {
        let statement = history::statement(tenant, id, query);
        let rows = self.database.fetch(statement).await?;
        Ok(history::page(&rows, id, query.limit)?)
    }

    #[instrument(
        name = "postgres.find_decision",
        skip_all,
        fields(otel.kind = "client", db.system.name = "postgresql")
    )]
    async fn find_decision(
        &self,
        tenant: TenantId,
        id: &DecisionId,
    ) -> Result<Option<RecordedDecision>, StoreError> {
        let statement = Statement::new(sql::FIND_DECISION)
            .bind(tenant.as_uuid())
            .bind(id.as_str());
        let rows = self.database.fetch(statement).await?;
        let decision = rows.first().map(find_decision::decision).transpose()?;
        Ok(decision)
    }
}
