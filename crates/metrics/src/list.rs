//! Every metric, in the order of the documentation.

use crate::values::{
    ACTIONS, CHANGE_OUTCOMES, CREATE_OUTCOMES, KEY_LOOKUPS, METHODS, OPERATIONS, PORTS,
    STORE_OUTCOMES,
};

/// Upper bounds of the buckets of every histogram, in seconds.
pub const SECONDS_BUCKETS: [f64; 14] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

/// A metric, as served and documented.
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    /// Name; ends in the unit, if there is one.
    pub name: &'static str,
    /// Kind.
    pub kind: Kind,
    /// Labels that distinguish its series.
    pub labels: &'static [Label],
    /// Meaning, in one sentence.
    pub help: &'static str,
    /// Condition under which the metric is served; `None` for always.
    pub condition: Option<&'static str>,
}

/// Kind of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Starts at 0 and only increases.
    Counter,
    /// Increases and decreases.
    Gauge,
    /// Counts observations by [`SECONDS_BUCKETS`]; its series end in `_bucket`, `_sum` and `_count`.
    Histogram,
}

impl Kind {
    /// Returns the name of the kind in the Prometheus text format.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// A label of a metric.
#[derive(Debug, Clone, Copy)]
pub struct Label {
    /// Name.
    pub name: &'static str,
    /// Possible values.
    pub values: Values,
}

/// The values of a label. Input from clients is never a label value.
#[derive(Debug, Clone, Copy)]
pub enum Values {
    /// A closed set.
    Fixed(&'static [&'static str]),
    /// Values that come from the program, such as its routes. The text describes them.
    FromProgram(&'static str),
}

const fn label(name: &'static str, values: &'static [&'static str]) -> Label {
    Label {
        name,
        values: Values::Fixed(values),
    }
}

pub(crate) const REQUEST_SECONDS: Metric = Metric {
    name: "customers_http_request_duration_seconds",
    kind: Kind::Histogram,
    labels: &[
        Label {
            name: "route",
            values: Values::FromProgram("a path of the OpenAPI document, or `none`"),
        },
        label("method", METHODS),
        Label {
            name: "status",
            values: Values::FromProgram("the status code of the response"),
        },
    ],
    help: "Time from receiving the head of a request to sending the response.",
    condition: Some("after the first request with these labels"),
};
pub(crate) const REQUESTS_IN_FLIGHT: Metric = Metric {
    name: "customers_http_requests_in_flight",
    kind: Kind::Gauge,
    labels: &[],
    help: "Requests in progress.",
    condition: None,
};
pub(crate) const CONNECTIONS: Metric = Metric {
    name: "customers_http_connections",
    kind: Kind::Gauge,
    labels: &[],
    help: "Open client connections.",
    condition: None,
};
pub(crate) const CONNECTIONS_MAX: Metric = Metric {
    name: "customers_http_connections_max",
    kind: Kind::Gauge,
    labels: &[],
    help: "Maximum number of open client connections.",
    condition: None,
};
pub(crate) const KEY_CACHE_LOOKUPS: Metric = Metric {
    name: "customers_key_cache_lookups_total",
    kind: Kind::Counter,
    labels: &[label("result", KEY_LOOKUPS)],
    help: "API key lookups by result: cached (hit), cached and refreshed in the background (stale), read from \
           the store (miss), cached as unknown (unknown), refused because too many unknown keys were being \
           looked up (refused).",
    condition: None,
};
pub(crate) const CREATES: Metric = Metric {
    name: "customers_creates_total",
    kind: Kind::Counter,
    labels: &[label("outcome", CREATE_OUTCOMES)],
    help: "Creates by outcome; `replayed` is a retry with an idempotency key that received the recorded \
           outcome.",
    condition: None,
};
pub(crate) const CHANGES: Metric = Metric {
    name: "customers_changes_total",
    kind: Kind::Counter,
    labels: &[label("action", ACTIONS), label("outcome", CHANGE_OUTCOMES)],
    help: "Edits, status changes and erasures by outcome.",
    condition: None,
};
pub(crate) const SWEPT: Metric = Metric {
    name: "customers_idempotency_records_swept_total",
    kind: Kind::Counter,
    labels: &[],
    help: "Idempotency records deleted after their retention.",
    condition: None,
};
pub(crate) const STORE_SECONDS: Metric = Metric {
    name: "customers_store_duration_seconds",
    kind: Kind::Histogram,
    labels: &[
        label("port", PORTS),
        label("operation", OPERATIONS),
        label("outcome", STORE_OUTCOMES),
    ],
    help: "Duration of a store call, including the wait for a connection.",
    condition: None,
};
pub(crate) const EVENT_LAG: Metric = Metric {
    name: "customers_events_lag_seconds",
    kind: Kind::Histogram,
    labels: &[],
    help: "Time from a change to its event being visible in the feed; recorded by the copy that numbers the event.",
    condition: None,
};
pub(crate) const EVENTS_WAITING: Metric = Metric {
    name: "customers_events_waiting",
    kind: Kind::Gauge,
    labels: &[],
    help: "Events of all tenants that are not visible in the feed yet; the same on each copy.",
    condition: None,
};
pub(crate) const EVENTS_OLDEST_WAITING: Metric = Metric {
    name: "customers_events_oldest_waiting_seconds",
    kind: Kind::Gauge,
    labels: &[],
    help: "Age of the oldest event that is not visible in the feed yet; 0 if none waits.",
    condition: None,
};
pub(crate) const POOL_CONNECTIONS: Metric = Metric {
    name: "customers_database_pool_connections",
    kind: Kind::Gauge,
    labels: &[],
    help: "Open database connections, without the separate connection of the health check.",
    condition: WITH_POSTGRES,
};
pub(crate) const POOL_IN_USE: Metric = Metric {
    name: "customers_database_pool_connections_in_use",
    kind: Kind::Gauge,
    labels: &[],
    help: "Database connections in use.",
    condition: WITH_POSTGRES,
};
pub(crate) const POOL_MAX: Metric = Metric {
    name: "customers_database_pool_connections_max",
    kind: Kind::Gauge,
    labels: &[],
    help: "Maximum number of open database connections.",
    condition: WITH_POSTGRES,
};
pub(crate) const POOL_WAITING: Metric = Metric {
    name: "customers_database_pool_waiting",
    kind: Kind::Gauge,
    labels: &[],
    help: "Calls that wait for a database connection; a batch of creates counts as one.",
    condition: WITH_POSTGRES,
};
pub(crate) const POOL_ABANDONED: Metric = Metric {
    name: "customers_database_pool_connections_abandoned",
    kind: Kind::Gauge,
    labels: &[],
    help: "Database connections that were abandoned; they count against the maximum until their backends have ended.",
    condition: WITH_POSTGRES,
};
pub(crate) const POOL_WRITES: Metric = Metric {
    name: "customers_database_pool_write_connections",
    kind: Kind::Gauge,
    labels: &[],
    help: "Database connections that write, or were abandoned while writing.",
    condition: WITH_POSTGRES,
};
pub(crate) const POOL_WRITES_MAX: Metric = Metric {
    name: "customers_database_pool_write_connections_max",
    kind: Kind::Gauge,
    labels: &[],
    help: "Maximum number of database connections that write at the same time; the rest is reserved for reads.",
    condition: WITH_POSTGRES,
};
pub(crate) const PANICS: Metric = Metric {
    name: "customers_panics_total",
    kind: Kind::Counter,
    labels: &[],
    help: "Panics that were caught; a request that panics receives 500.",
    condition: None,
};
pub(crate) const BUILD_INFO: Metric = Metric {
    name: "customers_build_info",
    kind: Kind::Gauge,
    labels: &[Label {
        name: "version",
        values: Values::FromProgram("the program version"),
    }],
    help: "Always 1, labelled with the running version.",
    condition: None,
};
pub(crate) const START_TIME: Metric = Metric {
    name: "process_start_time_seconds",
    kind: Kind::Gauge,
    labels: &[],
    help: "Start time of the process, in seconds since the Unix epoch.",
    condition: ON_LINUX,
};
pub(crate) const CPU_SECONDS: Metric = Metric {
    name: "process_cpu_seconds_total",
    kind: Kind::Counter,
    labels: &[],
    help: "CPU time used, in whole seconds.",
    condition: ON_LINUX,
};
pub(crate) const RESIDENT_MEMORY: Metric = Metric {
    name: "process_resident_memory_bytes",
    kind: Kind::Gauge,
    labels: &[],
    help: "Resident memory.",
    condition: ON_LINUX,
};
pub(crate) const OPEN_FILES: Metric = Metric {
    name: "process_open_fds",
    kind: Kind::Gauge,
    labels: &[],
    help: "Open file descriptors, including sockets.",
    condition: ON_LINUX,
};
pub(crate) const OPEN_FILES_MAX: Metric = Metric {
    name: "process_max_fds",
    kind: Kind::Gauge,
    labels: &[],
    help: "Maximum number of open file descriptors; 0 if unlimited.",
    condition: ON_LINUX,
};

const WITH_POSTGRES: Option<&str> = Some("with PostgreSQL");
const ON_LINUX: Option<&str> = Some("on Linux");

/// Every metric.
pub const METRICS: &[Metric] = &[
    REQUEST_SECONDS,
    REQUESTS_IN_FLIGHT,
    CONNECTIONS,
    CONNECTIONS_MAX,
    KEY_CACHE_LOOKUPS,
    CREATES,
    CHANGES,
    SWEPT,
    STORE_SECONDS,
    EVENT_LAG,
    EVENTS_WAITING,
    EVENTS_OLDEST_WAITING,
    POOL_CONNECTIONS,
    POOL_IN_USE,
    POOL_MAX,
    POOL_WAITING,
    POOL_ABANDONED,
    POOL_WRITES,
    POOL_WRITES_MAX,
    PANICS,
    BUILD_INFO,
    START_TIME,
    CPU_SECONDS,
    RESIDENT_MEMORY,
    OPEN_FILES,
    OPEN_FILES_MAX,
];

/// Registers the help text of every metric with the installed recorder.
pub fn describe() {
    for metric in METRICS {
        match metric.kind {
            Kind::Counter => metrics::describe_counter!(metric.name, metric.help),
            Kind::Gauge => metrics::describe_gauge!(metric.name, metric.help),
            Kind::Histogram => metrics::describe_histogram!(metric.name, metric.help),
        }
    }
}
