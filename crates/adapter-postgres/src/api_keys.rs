use async_trait::async_trait;
use chrono::{DateTime, Utc};
use customers_domain::{ApiKey, ApiKeyId, Scopes, SecretHash, TenantId, TenantName};
use customers_ports::{ApiKeyListing, ApiKeyRepository, Issued, Revocation, StoreError};
use sqlx::postgres::PgRow;
use tracing::instrument;

use crate::column::{column, named, unreadable};
use crate::connection::Connection;
use crate::database::{Database, Work};
use crate::failure::Failure;
use crate::sql;
use crate::statement::Statement;

/// API keys and tenants in Postgres.
#[derive(Debug, Clone)]
pub struct PgApiKeyRepository {
    database: Database,
}

impl PgApiKeyRepository {
    /// Keeps API keys in that database.
    pub const fn new(database: Database) -> Self {
        Self { database }
    }
}

#[async_trait]
impl ApiKeyRepository for PgApiKeyRepository {
    #[instrument(
        name = "postgres.find_api_key",
        skip_all,
        fields(otel.kind = "client", db.system.name = "postgresql")
    )]
    async fn find(&self, id: ApiKeyId) -> Result<Option<ApiKey>, StoreError> {
        let statement = Statement::new(sql::FIND_API_KEY).bind(id.as_str());
        let rows = self.database.fetch(statement).await?;
        let key = rows.first().map(api_key).transpose()?;
        Ok(key)
    }

    async fn issue(&self, tenant: &TenantName, key: ApiKey) -> Result<Issued, StoreError> {
        let work = Issue {
            tenant: tenant.clone(),
            key,
        };
        self.database.call_to_the_end(work).await
    }

    async fn list(&self) -> Result<Vec<ApiKeyListing>, StoreError> {
        let statement = Statement::new(sql::LIST_API_KEYS);
        let rows = self.database.fetch(statement).await?;
        let listing = rows.iter().map(listing).collect::<Result<_, _>>()?;
        Ok(listing)
    }

    async fn revoke(&self, id: ApiKeyId, at: DateTime<Utc>) -> Result<Revocation, StoreError> {
        let statement = Statement::new(sql::REVOKE_API_KEY)
            .bind(id.as_str())
            .bind(at);
        let rows = self.database.write(statement).await?;
        let row = rows.first().ok_or_else(|| unreadable("revoked"))?;
        Ok(match (column(row, "revoked")?, column(row, "known")?) {
            (true, _) => Revocation::Revoked,
            (false, true) => Revocation::AlreadyRevoked,
            (false, false) => Revocation::Unknown,
        })
    }
}

struct Issue {
    tenant: TenantName,
    key: ApiKey,
}

impl Issue {
    fn statement(&self) -> Statement {
        let key = &self.key;
        let scopes: Vec<&str> = key.scopes.names().collect();
        Statement::new(sql::ISSUE_API_KEY)
            .bind(self.tenant.expose())
            .bind(key.tenant_id.as_uuid())
            .bind(key.id.as_str())
            .bind(scopes)
            .bind(key.secret_hash.0.as_slice())
            .bind(key.created_at)
            .bind(key.expires_at)
            .bind(key.revoked_at)
    }
}

impl Work for Issue {
    type Output = Issued;
    const WRITES: bool = true;
    // If it was stored after all, a second attempt finds the key's id in use.
    const IS_REPEATED: bool = false;

    async fn attempt(&self, connection: &mut Connection) -> Result<Issued, Failure> {
        let rows = connection.fetch(self.statement()).await?;
        let row = rows.first().ok_or_else(Failure::raced)?;
        Ok(Issued {
            tenant_id: TenantId::from_uuid(column(row, "tenant_id")?),
            tenant_is_new: column(row, "is_new")?,
        })
    }
}

fn api_key(row: &PgRow) -> Result<ApiKey, Failure> {
    let scopes: Vec<String> = column(row, "scopes")?;
    let secret_hash: &[u8] = column(row, "secret_hash")?;
    let secret_hash = secret_hash
        .try_into()
        .map_err(|_| unreadable("secret_hash"))?;
    Ok(ApiKey {
        id: named(row, "id", ApiKeyId::parse)?,
        tenant_id: TenantId::from_uuid(column(row, "tenant_id")?),
        scopes: Scopes::from_stored(scopes),
        secret_hash: SecretHash(secret_hash),
        created_at: column(row, "created_at")?,
        expires_at: column(row, "expires_at")?,
        revoked_at: column(row, "revoked_at")?,
    })
}

fn listing(row: &PgRow) -> Result<ApiKeyListing, Failure> {
    Ok(ApiKeyListing {
        key: api_key(row)?,
        tenant: TenantName::from_stored(column(row, "tenant_name")?),
    })
}
