use async_trait::async_trait;
use customers_domain::{
    Customer, CustomerChange, CustomerDecision, CustomerEdit, CustomerErasure, CustomerId,
    DecisionId, TenantId, Version,
};
use customers_ports::{
    Conflict, CreateOutcome, Creation, CustomerRepository, DecisionOutcome, EditOutcome,
    ErasureOutcome, FoundCustomer, HistoryQuery, ListQuery, Page, RecordedDecision, StoreError,
};
use tracing::instrument;

use crate::customers::binding::stored_version;
use crate::customers::create::Create;
use crate::customers::create_batcher::CreateBatcher;
use crate::customers::decide::StoreDecision;
use crate::customers::erase::StoreErasure;
use crate::customers::seals::{ChangeSeals, Earlier};
use crate::customers::update::StoreEdit;
use crate::database::Database;
use crate::failure::{Failure, FailureKind};
use crate::sealing::{KeyRing, Place, Slot, TenantKeys};
use crate::statement::Statement;
use crate::{rows, sql};

mod binding;
mod create;
mod create_batcher;
mod create_many;
mod decide;
mod erase;
mod find_decision;
mod find_holder;
mod history;
mod list;
mod seals;
mod update;

/// Customers in Postgres, sealed with the keys of their tenants.
#[derive(Debug, Clone)]
pub struct PgCustomerRepository {
    database: Database,
    keys: TenantKeys,
    batcher: CreateBatcher,
}

impl PgCustomerRepository {
    /// Keeps customers in that database, sealed with those keys.
    pub fn new(database: Database, keys: TenantKeys) -> Self {
        Self {
            batcher: CreateBatcher::new(database.clone()),
            database,
            keys,
        }
    }

    /// Opens what rows hold with the keys of their tenant. Where one was sealed under a key that this
    /// program has not seen, the keys are loaded again, once.
    async fn open<T>(
        &self,
        ring: &KeyRing,
        open: impl Fn(&KeyRing) -> Result<T, Failure>,
    ) -> Result<T, StoreError> {
        match open(ring) {
            Err(failure) if failure.kind == FailureKind::UnknownKey => {
                Ok(open(&*self.keys.reload(ring).await?)?)
            }
            outcome => Ok(outcome?),
        }
    }

    /// What is sealed of the customer in the version before; `None` where it has another version.
    async fn earlier(
        &self,
        changed: &Customer,
        ring: &KeyRing,
    ) -> Result<Option<Earlier>, StoreError> {
        let before = changed.version().number() - 1;
        let Some(version) = Version::from_number(before) else {
            return Ok(None);
        };
        let statement = Statement::new(sql::FIND_SEALED)
            .bind(ring.tenant().as_uuid())
            .bind(changed.id().as_uuid())
            .bind(stored_version(version)?);
        let rows = self.database.fetch(statement).await?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        let place = Place {
            tenant: ring.tenant(),
            customer: changed.id(),
            slot: Slot::Profile(version),
        };
        let earlier = self.open(ring, |ring| Earlier::read(row, place, ring));
        earlier.await.map(Some)
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
        let ring = self.keys.ring(tenant).await?;
        self.batcher.create(Create::new(creation, &ring)?).await
    }

    #[instrument(
        name = "postgres.find_customer",
        skip_all,
        fields(otel.kind = "client", db.system.name = "postgresql")
    )]
    async fn find(
        &self,
        tenant: TenantId,
        id: CustomerId,
    ) -> Result<Option<FoundCustomer>, StoreError> {
        let statement = Statement::new(sql::FIND_CUSTOMER)
            .bind(tenant.as_uuid())
            .bind(id.as_uuid());
        let rows = self.database.fetch(statement).await?;
        let Some(row) = rows.first() else {
            // An erasure is one transaction: where there is no row any more, there is what remains.
            let rows = self.database.fetch(erase::find(tenant, id)).await?;
            let remains = rows
                .first()
                .map(|row| erase::remains(row, id))
                .transpose()?;
            return Ok(remains.flatten().map(FoundCustomer::Erased));
        };
        let ring = self.keys.of_sealed(tenant).await?;
        let customer = self.open(&ring, |ring| rows::customer(row, ring));
        Ok(Some(customer.await?.into()))
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
        let Some(ring) = self.keys.existing(tenant).await? else {
            return Ok(Page::cut(Vec::new(), query.limit));
        };
        let rows = self.database.fetch(list::statement(query, &ring)).await?;
        let customers = |ring: &KeyRing| rows.iter().map(|row| rows::customer(row, ring)).collect();
        Ok(Page::cut(self.open(&ring, customers).await?, query.limit))
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
        let Some(ring) = self.keys.existing(tenant).await? else {
            return Ok(EditOutcome::VersionConflict);
        };
        let (customer, change) = (edit.customer(), edit.change());
        let earlier = self.earlier(customer, &ring).await?;
        let seals = earlier.map(|it| ChangeSeals::of_change(customer, change, &it, &ring));
        let work = StoreEdit {
            tenant,
            email_digest: ring.email_digest(&customer.profile().email),
            seals: seals.transpose()?,
            edit,
        };
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
        let Some(ring) = self.keys.existing(tenant).await? else {
            return Ok(DecisionOutcome::VersionConflict);
        };
        let earlier = self.earlier(decision.customer(), &ring).await?;
        let seals = earlier.map(|it| ChangeSeals::of_decision(&decision, &it, &ring));
        let work = StoreDecision {
            tenant,
            seals: seals.transpose()?,
            decision,
        };
        self.database.call_to_the_end(work).await
    }

    #[instrument(
        name = "postgres.erase_customer",
        skip_all,
        fields(otel.kind = "client", db.system.name = "postgresql")
    )]
    async fn erase(
        &self,
        tenant: TenantId,
        erasure: CustomerErasure,
    ) -> Result<ErasureOutcome, StoreError> {
        let work = StoreErasure { tenant, erasure };
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
        let Some(ring) = self.keys.existing(tenant).await? else {
            return Ok(None);
        };
        let statement = find_holder::statement(wanted, &ring);
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
        if rows.is_empty() {
            return Ok(None);
        }
        let ring = self.keys.of_sealed(tenant).await?;
        let page = self.open(&ring, |ring| history::page(&rows, id, query.limit, ring));
        page.await.map(Some)
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
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        if let Some(recorded) = find_decision::of_erased(row)? {
            return Ok(Some(recorded));
        }
        let ring = self.keys.of_sealed(tenant).await?;
        let decision = self.open(&ring, |ring| find_decision::decision(row, id, ring));
        decision.await.map(Some)
    }
}
