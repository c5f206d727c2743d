use std::num::NonZeroU32;

use customers_domain::ApiKeyId;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use http::HeaderValue;
use http::header::RETRY_AFTER;

use crate::problem::{Problem, ProblemCode};

/// So many requests a second for each API key, with a burst of one second.
pub struct RateLimit {
    limiter: DefaultKeyedRateLimiter<ApiKeyId>,
    clock: DefaultClock,
}

impl RateLimit {
    /// Creates a limit for each key.
    pub fn per_second(requests: NonZeroU32) -> Self {
        Self {
            limiter: RateLimiter::keyed(Quota::per_second(requests)),
            clock: DefaultClock::default(),
        }
    }

    /// Counts a request of a key that is known to be good, so that strangers take no memory.
    pub fn admit(&self, key: ApiKeyId) -> Result<(), Problem> {
        self.limiter.check_key(&key).map_err(|refused| {
            let wait = refused.wait_time_from(self.clock.now());
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            Problem::new(ProblemCode::RateLimited)
                .with_header(RETRY_AFTER, HeaderValue::from(seconds.max(1)))
        })
    }
}
