use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use metrics::{Gauge, SharedString};

use crate::series::Tally;
use crate::{list, values};

/// What the HTTP face tells. The default records nothing.
#[derive(Debug, Clone, Default)]
pub struct HttpMetrics {
    /// Of requests.
    pub requests: RequestMetrics,
    /// Of the cache of API keys.
    pub key_cache: KeyCacheMetrics,
    /// Of callers' connections.
    pub connections: ConnectionMetrics,
}

impl HttpMetrics {
    /// Records from now on, with whatever recorder is installed.
    pub fn recording() -> Self {
        Self {
            requests: RequestMetrics(Some(list::REQUESTS_IN_FLIGHT.gauge([]))),
            key_cache: KeyCacheMetrics(Some(Arc::new(Tally::new(values::KEY_LOOKUPS, |result| {
                list::KEY_CACHE_LOOKUPS.counter([result.into()])
            })))),
            connections: ConnectionMetrics(Some(Connections {
                open: list::CONNECTIONS.gauge([]),
                max: list::CONNECTIONS_MAX.gauge([]),
            })),
        }
    }
}

/// Counts requests and their time.
#[derive(Clone, Default)]
pub struct RequestMetrics(Option<Gauge>);

impl RequestMetrics {
    /// A request has come. It counts as in flight until what this gives is dropped.
    pub fn begin(&self) -> Measured {
        let in_flight = self.0.clone();
        if let Some(gauge) = &in_flight {
            gauge.increment(1);
        }
        Measured { in_flight }
    }
}

/// A request in flight.
pub struct Measured {
    in_flight: Option<Gauge>,
}

impl Measured {
    /// It is answered. `route` is the pattern that the router matched, never the path that was sent,
    /// and absent where nothing matched; `method` is a known one or `other`.
    pub fn answered(self, route: Option<&str>, method: &'static str, status: u16, took: Duration) {
        if self.in_flight.is_none() {
            return;
        }
        debug_assert!(
            values::METHODS.contains(&method),
            "{method} is not in the list"
        );
        let route = route.map_or(SharedString::const_str("none"), |route| {
            SharedString::from_owned(route.to_owned())
        });
        let status = SharedString::from_owned(status.to_string());
        list::REQUEST_SECONDS
            .histogram([route, method.into(), status])
            .record(took);
    }
}

impl Drop for Measured {
    fn drop(&mut self) {
        if let Some(gauge) = &self.in_flight {
            gauge.decrement(1);
        }
    }
}

/// Counts how the keys of requests were found.
#[derive(Clone, Default)]
pub struct KeyCacheMetrics(Option<Arc<Tally>>);

impl KeyCacheMetrics {
    /// A key was looked up.
    pub fn count(&self, lookup: KeyLookup) {
        if let Some(tally) = &self.0 {
            tally.count(lookup.as_str());
        }
    }
}

/// How the key of a request was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyLookup {
    /// It was remembered.
    Hit,
    /// It was remembered, and is looked up again in the background.
    Stale,
    /// The request waited for the store.
    Miss,
    /// It was remembered that there is no such key.
    Unknown,
    /// It was not: too many unknown ones were being looked up.
    Refused,
}

impl KeyLookup {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Hit => "hit",
            Self::Stale => "stale",
            Self::Miss => "miss",
            Self::Unknown => "unknown",
            Self::Refused => "refused",
        }
    }
}

/// Counts the connections of a listener.
#[derive(Clone, Default)]
pub struct ConnectionMetrics(Option<Connections>);

#[derive(Clone)]
struct Connections {
    open: Gauge,
    max: Gauge,
}

impl ConnectionMetrics {
    /// There may be so many connections.
    pub fn bound(&self, max: usize) {
        if let (Some(gauges), Ok(max)) = (&self.0, u32::try_from(max)) {
            gauges.max.set(max);
        }
    }

    /// One was opened.
    pub fn opened(&self) {
        if let Some(gauges) = &self.0 {
            gauges.open.increment(1);
        }
    }

    /// One is gone.
    pub fn closed(&self) {
        if let Some(gauges) = &self.0 {
            gauges.open.decrement(1);
        }
    }
}

/// Whether it records is all that there is to see.
macro_rules! debug_as_whether_it_records {
    ($($name:ident),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(stringify!($name)).field(&self.0.is_some()).finish()
            }
        }
    )*};
}

debug_as_whether_it_records!(RequestMetrics, KeyCacheMetrics, ConnectionMetrics);
