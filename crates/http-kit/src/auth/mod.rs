//! Who calls: the key check, its cache, scopes and the rate limit.

mod authorized;
mod key_cache;
mod rate_limit;

pub use authorized::{Authorized, CallerLog, CustomersRead, CustomersWrite, authorize};
pub use key_cache::KeyCache;
pub use rate_limit::RateLimit;
