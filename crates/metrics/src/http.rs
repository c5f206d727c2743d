use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use metrics::{Gauge, SharedString};

use crate::series::CounterSet;
use crate::{list, values};

/// Metrics of the HTTP server. The default records nothing.
#[derive(Debug, Clone, Default)]
pub struct HttpMetrics {
    /// Requests.
    pub requests: RequestMetrics,
    /// The cache of API keys.
    pub key_cache: KeyCacheMetrics,
    /// Client connections.
    pub connections: ConnectionMetrics,
}

impl HttpMetrics {
    /// Creates metrics that record to the installed recorder.
    pub fn recording() -> Self {
        Self {
            requests: RequestMetrics(Some(list::REQUESTS_IN_FLIGHT.gauge([]))),
            key_cache: KeyCacheMetrics(Some(Arc::new(CounterSet::new(
                values::KEY_LOOKUPS,
                |result| list::KEY_CACHE_LOOKUPS.counter([result.into()]),
            )))),
            connections: ConnectionMetrics(Some(Connections {
                open: list::CONNECTIONS.gauge([]),
                max: list::CONNECTIONS_MAX.gauge([]),
            })),
        }
    }
}

/// Counts and times requests.
#[derive(Clone, Default)]
pub struct RequestMetrics(Option<Gauge>);

impl RequestMetrics {
    /// Starts a request. It counts as in flight until the returned value is dropped.
    pub fn begin(&self) -> RequestInFlight {
        let in_flight = self.0.clone();
        if let Some(gauge) = &in_flight {
            gauge.increment(1);
        }
        RequestInFlight { in_flight }
    }
}

/// A request in flight.
pub struct RequestInFlight {
    in_flight: Option<Gauge>,
}

impl RequestInFlight {
    /// Records the duration of the request.
    ///
    /// `route` is the pattern that the router matched, never the path that was sent. It is `None` if
    /// no route matched. `method` is one of the known methods or `other`.
    pub fn finish(self, route: Option<&str>, method: &'static str, status: u16, took: Duration) {
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

impl Drop for RequestInFlight {
    fn drop(&mut self) {
        if let Some(gauge) = &self.in_flight {
            gauge.decrement(1);
        }
    }
}

/// Counts API key lookups by result.
#[derive(Clone, Default)]
pub struct KeyCacheMetrics(Option<Arc<CounterSet>>);

impl KeyCacheMetrics {
    /// Counts a lookup.
    pub fn count(&self, lookup: KeyLookup) {
        if let Some(counters) = &self.0 {
            counters.increment(lookup.as_str());
        }
    }
}

/// Result of an API key lookup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyLookup {
    /// The key was cached.
    Hit,
    /// The key was cached, and is refreshed in the background.
    Stale,
    /// The key was not cached; the request waited for the store.
    Miss,
    /// The key was cached as unknown.
    Unknown,
    /// The lookup was refused, because too many unknown keys were being looked up.
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
    /// Sets the maximum number of connections.
    pub fn set_max(&self, max: usize) {
        if let (Some(gauges), Ok(max)) = (&self.0, u32::try_from(max)) {
            gauges.max.set(max);
        }
    }

    /// Counts an opened connection.
    pub fn opened(&self) {
        if let Some(gauges) = &self.0 {
            gauges.open.increment(1);
        }
    }

    /// Counts a closed connection.
    pub fn closed(&self) {
        if let Some(gauges) = &self.0 {
            gauges.open.decrement(1);
        }
    }
}

/// Implements `Debug` for recorders, showing only whether they record.
macro_rules! debug_is_recording {
    ($($name:ident),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(stringify!($name)).field(&self.0.is_some()).finish()
            }
        }
    )*};
}

debug_is_recording!(RequestMetrics, KeyCacheMetrics, ConnectionMetrics);
