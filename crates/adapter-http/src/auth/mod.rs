//! Who calls: the key check, its cache, scopes and the rate limit.

mod authorized;
mod key_cache;
mod rate_limit;

pub(crate) use authorized::{Authorized, CallerLog, CustomersRead, CustomersWrite, authorize};
pub(crate) use key_cache::KeyCache;
pub(crate) use rate_limit::RateLimit;
