//! The quota of an API key.

use std::num::NonZeroU32;

use customers_domain::ApiKeyId;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use http::HeaderValue;
use http::header::RETRY_AFTER;

use crate::problem::{Problem, common};

/// Maximum rate of requests for each API key, with bursts of one second.
pub(crate) struct RateLimit {
    limiter: DefaultKeyedRateLimiter<ApiKeyId>,
    clock: DefaultClock,
}

impl RateLimit {
    /// Creates a limit in requests per second for each key.
    pub(crate) fn per_second(requests: NonZeroU32) -> Self {
        Self {
            limiter: RateLimiter::keyed(Quota::per_second(requests)),
            clock: DefaultClock::default(),
        }
    }

    /// Counts a request with a valid key. Invalid keys are not counted, so that they take no memory.
    pub(crate) fn admit(&self, key: ApiKeyId) -> Result<(), Problem> {
        self.limiter.check_key(&key).map_err(|refused| {
            let wait = refused.wait_time_from(self.clock.now());
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            Problem::new(&common::RATE_LIMITED)
                .with_header(RETRY_AFTER, HeaderValue::from(seconds.max(1)))
        })
    }
}
