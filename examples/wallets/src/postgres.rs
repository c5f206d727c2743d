//! Wallets in PostgreSQL, on the connections of the service.

use async_trait::async_trait;
use customers_adapter_postgres::{
    Database, Ending, Failure, OutcomeRecord, Statement, Transaction, UnitOfWork, column,
};
use customers_domain::{CustomerId, Parse as _, TenantId};
use customers_ports::{EarlierRequest, IdempotencyClaim, RecordedOutcome, StoreError};
use sqlx::postgres::PgRow;
use tracing::instrument;

use crate::domain::{Currency, Wallet, WalletId};
use crate::repository::{Earlier, OpenOutcome, WalletRepository};

/// $1 tenant, $2 id, $3 customer, $4 currency, $5 time. A unit of work that is run again finds its own row.
const INSERT: &str = "
INSERT INTO wallets (tenant_id, id, customer_id, currency, created_at)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING";

/// $1 tenant, $2 id.
const FIND: &str = "
SELECT id, customer_id, currency, created_at
FROM wallets
WHERE tenant_id = $1 AND id = $2";

/// Code of the recorded outcome.
const OPENED: i16 = 1;

/// Wallets in PostgreSQL.
pub struct PgWallets {
    database: Database,
}

impl PgWallets {
    /// Creates a repository on the connections of the service.
    pub const fn new(database: Database) -> Self {
        Self { database }
    }
}

/// Stores a wallet and, with a claim, its idempotency record.
struct OpenWallet {
    tenant: TenantId,
    wallet: Wallet,
    claim: Option<IdempotencyClaim>,
}

impl UnitOfWork for OpenWallet {
    type Output = OpenOutcome;

    async fn run(&self, transaction: &mut Transaction<'_>) -> Result<Ending<OpenOutcome>, Failure> {
        if let Some(claim) = &self.claim
            && let Some(earlier) = earlier(transaction, self.tenant, claim).await?
        {
            return Ok(Ending::Rollback(OpenOutcome::Earlier(earlier)));
        }
        let insert = Statement::new(INSERT)
            .bind(self.tenant.as_uuid())
            .bind(self.wallet.id.0)
            .bind(self.wallet.customer.as_uuid())
            .bind(self.wallet.currency.code())
            .bind(self.wallet.created_at);
        transaction.fetch(insert).await?;
        let Some(claim) = &self.claim else {
            return Ok(Ending::Commit(OpenOutcome::Opened));
        };
        let outcome = RecordedOutcome {
            code: OPENED,
            resource_id: self.wallet.id.0,
            detail: Vec::new(),
        };
        let recorded = transaction.record_outcome(self.tenant, claim, &outcome);
        Ok(match recorded.await? {
            OutcomeRecord::Stored => Ending::Commit(OpenOutcome::Opened),
            OutcomeRecord::KeyInProgress => Ending::Rollback(OpenOutcome::KeyInProgress),
        })
    }
}

/// Looks for an earlier request with the key of a claim.
struct FindEarlier {
    tenant: TenantId,
    claim: IdempotencyClaim,
}

impl UnitOfWork for FindEarlier {
    type Output = Option<Earlier>;
    const WRITES: bool = false;

    async fn run(
        &self,
        transaction: &mut Transaction<'_>,
    ) -> Result<Ending<Self::Output>, Failure> {
        let earlier = earlier(transaction, self.tenant, &self.claim).await?;
        Ok(Ending::Rollback(earlier))
    }
}

async fn earlier(
    transaction: &mut Transaction<'_>,
    tenant: TenantId,
    claim: &IdempotencyClaim,
) -> Result<Option<Earlier>, Failure> {
    let outcome = match transaction.find_earlier_request(tenant, claim).await? {
        None => return Ok(None),
        Some(EarlierRequest::Other) => return Ok(Some(Earlier::Other)),
        Some(EarlierRequest::Same(outcome)) => outcome,
    };
    let rows = transaction.fetch(find(tenant, WalletId(outcome.resource_id)));
    let rows = rows.await?;
    let row = rows
        .first()
        .ok_or_else(|| Failure::unreadable("resource_id"))?;
    Ok(Some(Earlier::Same(wallet(row)?)))
}

fn find(tenant: TenantId, id: WalletId) -> Statement {
    Statement::new(FIND).bind(tenant.as_uuid()).bind(id.0)
}

fn wallet(row: &PgRow) -> Result<Wallet, Failure> {
    let currency = Currency::parse(column(row, "currency")?);
    Ok(Wallet {
        id: WalletId(column(row, "id")?),
        customer: CustomerId::from_uuid(column(row, "customer_id")?),
        currency: currency.map_err(|_| Failure::unreadable("currency"))?,
        created_at: column(row, "created_at")?,
    })
}

#[async_trait]
impl WalletRepository for PgWallets {
    #[instrument(
        name = "postgres.open_wallet",
        skip_all,
        fields(otel.kind = "client", db.system.name = "postgresql")
    )]
    async fn open(
        &self,
        tenant: TenantId,
        wallet: Wallet,
        claim: Option<IdempotencyClaim>,
    ) -> Result<OpenOutcome, StoreError> {
        let unit = OpenWallet {
            tenant,
            wallet,
            claim,
        };
        self.database.transaction(unit).await
    }

    #[instrument(
        name = "postgres.find_earlier_wallet",
        skip_all,
        fields(otel.kind = "client", db.system.name = "postgresql")
    )]
    async fn find_earlier(
        &self,
        tenant: TenantId,
        claim: IdempotencyClaim,
    ) -> Result<Option<Earlier>, StoreError> {
        let unit = FindEarlier { tenant, claim };
        self.database.transaction(unit).await
    }

    #[instrument(
        name = "postgres.find_wallet",
        skip_all,
        fields(otel.kind = "client", db.system.name = "postgresql")
    )]
    async fn find(&self, tenant: TenantId, id: WalletId) -> Result<Option<Wallet>, StoreError> {
        let rows = self.database.fetch(find(tenant, id)).await?;
        Ok(rows.first().map(wallet).transpose()?)
    }
}
