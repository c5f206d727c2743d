use chrono::{DateTime, Utc};
use customers_domain::{ChangeId, CustomerId, TenantId};

/// Makes ids.
///
/// Every id MUST be a UUID version 7 that carries `at` in its first 48 bits, in milliseconds, and at
/// least 62 random bits from a source that callers cannot foresee. No id is ever made twice.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait IdGenerator: Send + Sync {
    /// An id for a customer that is created at that time.
    fn customer(&self, at: DateTime<Utc>) -> CustomerId;

    /// An id for a change that is made at that time.
    fn change(&self, at: DateTime<Utc>) -> ChangeId;

    /// An id for a tenant that is first seen at that time.
    fn tenant(&self, at: DateTime<Utc>) -> TenantId;
}

/// Tells the time.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait Clock: Send + Sync {
    /// The present time. It MUST hold whole microseconds, the finest that every store keeps, so that
    /// what is answered now and what is read later are the same.
    fn now(&self) -> DateTime<Utc>;
}
