use std::fmt;
use std::sync::Arc;

use customers_domain::TenantId;
use customers_ports::{MasterKey, MasterKeyError, SecretKey, StoreError, WrappedKey};
use moka::sync::Cache;
use sqlx::postgres::PgRow;
use sqlx::types::Uuid;
use tokio::sync::OnceCell;

use crate::column::{column, unreadable};
use crate::database::Database;
use crate::failure::{Failure, FailureKind};
use crate::sealing::cipher::fill_random;
use crate::sealing::ring::{KeyRing, TenantKey};
use crate::sql;
use crate::startup_error::StartupError;
use crate::statement::Statement;

/// Tenants whose keys are kept in memory, about 1 KiB each.
const MAX_CACHED_TENANTS: u64 = 10_000;
/// Number of a tenant's index key. Keys that seal are numbered from [`FIRST_SEALING_KEY`].
const INDEX_KEY: i32 = 0;
const FIRST_SEALING_KEY: i32 = 1;
/// What wrapped keys are bound to, besides their tenant and number.
const WRAPPED_KEY: &[u8] = b"customers: key of a tenant";
/// The tenant of the keys that prove a master key: no tenant has this id.
const NO_TENANT: TenantId = TenantId::from_uuid(Uuid::nil());

/// The keys of all tenants: wrapped in the database, unwrapped in memory. Clones share them.
///
/// A tenant's keys are made when it first needs them. Where several programs make them at once, the
/// database keeps those of one, and all of them use those.
#[derive(Clone)]
pub struct TenantKeys {
    database: Database,
    master_key: Arc<dyn MasterKey>,
    rings: Cache<TenantId, Arc<OnceCell<Arc<KeyRing>>>>,
}

impl TenantKeys {
    /// Keeps the keys in that database, wrapped by that master key.
    pub fn new(database: Database, master_key: Arc<dyn MasterKey>) -> Self {
        Self {
            database,
            master_key,
            rings: Cache::new(MAX_CACHED_TENANTS),
        }
    }

    /// Checks that the master key opens the keys of this database. On an empty database it leaves a
    /// key behind, so that a program with another master key is refused from then on.
    ///
    /// # Errors
    /// When the database cannot be used, the master key cannot be used, or a key of this database was
    /// wrapped by another one.
    pub async fn check_master_key(&self) -> Result<(), StartupError> {
        let statement = Statement::new(sql::LIST_MASTER_KEYS);
        let rows = self.database.fetch(statement).await.map_err(of_start)?;
        for row in &rows {
            let wrapped = Wrapped::read(row).map_err(|failure| of_start(failure.into()))?;
            self.prove(&wrapped).await?;
        }
        self.ring(NO_TENANT).await.map_err(of_start)?;
        Ok(())
    }

    /// Checks that the master key opens one key. A master key that is away is an error of its own, since the
    /// database is not.
    async fn prove(&self, wrapped: &Wrapped) -> Result<(), StartupError> {
        let context = context(wrapped.tenant, wrapped.number);
        let key = self.master_key.unwrap_key(&wrapped.key, &context).await;
        key.map(drop).map_err(|error| StartupError::MasterKey {
            reason: failure(wrapped.tenant, &error).reason,
        })
    }

    /// The keys of a tenant, which are made where it has none.
    pub(crate) async fn ring(&self, tenant: TenantId) -> Result<Arc<KeyRing>, StoreError> {
        let cell = self.rings.get_with(tenant, Arc::default);
        let ring = cell.get_or_try_init(async || match self.load(tenant, None).await? {
            Some(ring) => Ok(ring),
            None => self.make(tenant).await,
        });
        ring.await.cloned()
    }

    /// The keys of a tenant; `None` where it has none, and so has nothing sealed.
    pub(crate) async fn existing(
        &self,
        tenant: TenantId,
    ) -> Result<Option<Arc<KeyRing>>, StoreError> {
        if let Some(ring) = self.rings.get(&tenant).and_then(|cell| cell.get().cloned()) {
            return Ok(Some(ring));
        }
        let ring = self.load(tenant, None).await?;
        if let Some(ring) = &ring {
            self.keep(Arc::clone(ring));
        }
        Ok(ring)
    }

    /// The keys of a tenant that has something sealed.
    pub(crate) async fn of_sealed(&self, tenant: TenantId) -> Result<Arc<KeyRing>, StoreError> {
        let ring = self.existing(tenant).await?;
        Ok(ring.ok_or_else(|| missing(tenant))?)
    }

    /// The keys of a tenant as they are in the database now, for a value that none of `known` opens.
    pub(crate) async fn reload(&self, known: &KeyRing) -> Result<Arc<KeyRing>, StoreError> {
        let ring = self.load(known.tenant(), Some(known)).await?;
        let ring = ring.ok_or_else(|| missing(known.tenant()))?;
        self.keep(Arc::clone(&ring));
        Ok(ring)
    }

    fn keep(&self, ring: Arc<KeyRing>) {
        let tenant = ring.tenant();
        self.rings
            .insert(tenant, Arc::new(OnceCell::new_with(Some(ring))));
    }

    /// Reads the keys of a tenant and unwraps those that are not known.
    async fn load(
        &self,
        tenant: TenantId,
        known: Option<&KeyRing>,
    ) -> Result<Option<Arc<KeyRing>>, StoreError> {
        let statement = Statement::new(sql::FIND_TENANT_KEYS).bind(tenant.as_uuid());
        let rows = self.database.fetch(statement).await?;
        if rows.is_empty() {
            return Ok(None);
        }
        let mut keys = Vec::with_capacity(rows.len());
        for row in &rows {
            keys.push(self.key(&Wrapped::read(row)?, known).await?);
        }
        let ring = KeyRing::new(tenant, keys).ok_or_else(|| missing(tenant))?;
        Ok(Some(Arc::new(ring)))
    }

    /// Makes the keys of a tenant, unless another program was faster.
    async fn make(&self, tenant: TenantId) -> Result<Arc<KeyRing>, StoreError> {
        let numbers = [INDEX_KEY, FIRST_SEALING_KEY];
        let (mut master_keys, mut wrapped) = (Vec::new(), Vec::new());
        for number in numbers {
            let key = SecretKey::try_from_fill(|bytes| fill_random(bytes))?;
            let context = context(tenant, number);
            let made = self.master_key.wrap_key(&key, &context).await;
            let made = made.map_err(|error| failure(tenant, &error))?;
            master_keys.push(made.master_key);
            wrapped.push(made.bytes);
        }
        let statement = Statement::new(sql::STORE_TENANT_KEYS)
            .bind(tenant.as_uuid())
            .bind(numbers.to_vec())
            .bind(master_keys)
            .bind(wrapped);
        self.database.write(statement).await?;
        let ring = self.load(tenant, None).await?;
        Ok(ring.ok_or_else(|| missing(tenant))?)
    }

    async fn key(
        &self,
        wrapped: &Wrapped,
        known: Option<&KeyRing>,
    ) -> Result<TenantKey, StoreError> {
        if wrapped.number == INDEX_KEY {
            return Ok(match known {
                Some(ring) => TenantKey::Index(ring.index()),
                None => TenantKey::index(&self.unwrapped(wrapped).await?),
            });
        }
        let number = u32::try_from(wrapped.number).map_err(|_| unreadable("number"))?;
        let retired = wrapped.retired;
        Ok(match known.and_then(|ring| ring.sealing(number)) {
            Some(key) => TenantKey::Sealing {
                number,
                retired,
                key,
            },
            None => TenantKey::sealing(number, retired, &self.unwrapped(wrapped).await?),
        })
    }

    async fn unwrapped(&self, wrapped: &Wrapped) -> Result<SecretKey, StoreError> {
        let Wrapped { tenant, number, .. } = *wrapped;
        let context = context(tenant, number);
        let key = self.master_key.unwrap_key(&wrapped.key, &context).await;
        Ok(key.map_err(|error| failure(tenant, &error))?)
    }
}

/// A row of the table of keys.
struct Wrapped {
    tenant: TenantId,
    number: i32,
    retired: bool,
    key: WrappedKey,
}

impl Wrapped {
    fn read(row: &PgRow) -> Result<Self, Failure> {
        Ok(Self {
            tenant: TenantId::from_uuid(column(row, "tenant_id")?),
            number: column(row, "number")?,
            retired: column(row, "retired")?,
            key: WrappedKey {
                master_key: column(row, "master_key")?,
                bytes: column(row, "wrapped")?,
            },
        })
    }
}

/// What a wrapped key is bound to.
fn context(tenant: TenantId, number: i32) -> Vec<u8> {
    [
        WRAPPED_KEY,
        tenant.as_uuid().as_bytes(),
        number.to_be_bytes().as_slice(),
    ]
    .concat()
}

fn missing(tenant: TenantId) -> Failure {
    let reason = format!("tenant {tenant} has no key to seal with, or no index key");
    Failure::new(FailureKind::Defect, reason)
}

fn failure(tenant: TenantId, error: &MasterKeyError) -> Failure {
    let kind = match error {
        MasterKeyError::Unavailable { .. } => FailureKind::Unavailable,
        MasterKeyError::Unknown { .. } | MasterKeyError::Rejected => FailureKind::Defect,
    };
    Failure::new(kind, format!("a key of tenant {tenant}: {error}"))
}

fn of_start(error: StoreError) -> StartupError {
    match error {
        StoreError::Unavailable { reason } | StoreError::Full { reason } => {
            StartupError::Unreachable { reason }
        }
        StoreError::Defect { reason } => StartupError::MasterKey { reason },
    }
}

impl fmt::Debug for TenantKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TenantKeys")
            .field("cached", &self.rings.entry_count())
            .finish_non_exhaustive()
    }
}
