//! Every metric that there is, in the order in which they are documented.

use crate::values::{
    ACTIONS, CHANGE_OUTCOMES, CREATE_OUTCOMES, KEY_LOOKUPS, METHODS, OPERATIONS, PORTS,
    STORE_OUTCOMES,
};

/// Upper bounds of the buckets of every histogram, in seconds.
pub const SECONDS_BUCKETS: [f64; 14] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

/// A metric as it is served and documented.
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    /// Its name, with the unit at the end where it has one.
    pub name: &'static str,
    /// What kind of numbers it tells.
    pub kind: Kind,
    /// What tells its series apart.
    pub labels: &'static [Label],
    /// What it means, in a sentence.
    pub help: &'static str,
    /// When it is there; always, where nothing is said.
    pub only: Option<&'static str>,
}

/// What kind of numbers a metric tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Only rises, from 0 at the start of the program.
    Counter,
    /// Rises and falls.
    Gauge,
    /// Counts observations by [`SECONDS_BUCKETS`]; its series end in `_bucket`, `_sum` and `_count`.
    Histogram,
}

impl Kind {
    /// The word of the Prometheus text format.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// What tells series of one metric apart.
#[derive(Debug, Clone, Copy)]
pub struct Label {
    /// Its name.
    pub name: &'static str,
    /// What it may say.
    pub values: Values,
}

/// The values of a label. There is no third kind: what a caller sends is never one.
#[derive(Debug, Clone, Copy)]
pub enum Values {
    /// These and no others.
    Of(&'static [&'static str]),
    /// As many as the program itself has; the text says of what.
    Own(&'static str),
}

const fn label(name: &'static str, values: &'static [&'static str]) -> Label {
    Label {
        name,
        values: Values::Of(values),
    }
}

pub(crate) const REQUEST_SECONDS: Metric = Metric {
    name: "customers_http_request_duration_seconds",
    kind: Kind::Histogram,
    labels: &[
        Label {
            name: "route",
            values: Values::Own("a path of the OpenAPI document, as it stands there, or `none`"),
        },
        label("method", METHODS),
        Label {
            name: "status",
            values: Values::Own("a status that the service answers"),
        },
    ],
    help: "Time from the head of a request to its answer.",
    only: Some("from the first such request on"),
};
pub(crate) const REQUESTS_IN_FLIGHT: Metric = Metric {
    name: "customers_http_requests_in_flight",
    kind: Kind::Gauge,
    labels: &[],
    help: "Requests that are being carried out.",
    only: None,
};
pub(crate) const CONNECTIONS: Metric = Metric {
    name: "customers_http_connections",
    kind: Kind::Gauge,
    labels: &[],
    help: "Connections of callers that are open.",
    only: None,
};
pub(crate) const CONNECTIONS_MAX: Metric = Metric {
    name: "customers_http_connections_max",
    kind: Kind::Gauge,
    labels: &[],
    help: "The most connections of callers that may be open.",
    only: None,
};
pub(crate) const KEY_CACHE_LOOKUPS: Metric = Metric {
    name: "customers_key_cache_lookups_total",
    kind: Kind::Counter,
    labels: &[label("result", KEY_LOOKUPS)],
    help: "API keys that were looked up for requests: remembered (hit), remembered and being looked up again \
           (stale), asked of the store (miss), remembered as unknown (unknown), turned away (refused).",
    only: None,
};
pub(crate) const CREATES: Metric = Metric {
    name: "customers_creates_total",
    kind: Kind::Counter,
    labels: &[label("outcome", CREATE_OUTCOMES)],
    help: "Creates that the store has decided, by how they ended; replayed ones are repetitions under an \
           idempotency key.",
    only: None,
};
pub(crate) const CHANGES: Metric = Metric {
    name: "customers_changes_total",
    kind: Kind::Counter,
    labels: &[label("action", ACTIONS), label("outcome", CHANGE_OUTCOMES)],
    help: "Edits and changes of status that the store has decided, by how they ended.",
    only: None,
};
pub(crate) const SWEPT: Metric = Metric {
    name: "customers_idempotency_records_swept_total",
    kind: Kind::Counter,
    labels: &[],
    help: "Records of repeated requests that were deleted because of their age.",
    only: None,
};
pub(crate) const STORE_SECONDS: Metric = Metric {
    name: "customers_store_duration_seconds",
    kind: Kind::Histogram,
    labels: &[
        label("port", PORTS),
        label("operation", OPERATIONS),
        label("outcome", STORE_OUTCOMES),
    ],
    help: "Time of a call of the store, waiting for a connection included.",
    only: None,
};
pub(crate) const POOL_CONNECTIONS: Metric = Metric {
    name: "customers_database_pool_connections",
    kind: Kind::Gauge,
    labels: &[],
    help: "Connections to the database that are open; the health check has one more of its own.",
    only: WITH_POSTGRES,
};
pub(crate) const POOL_IN_USE: Metric = Metric {
    name: "customers_database_pool_connections_in_use",
    kind: Kind::Gauge,
    labels: &[],
    help: "Connections to the database that a call is using.",
    only: WITH_POSTGRES,
};
pub(crate) const POOL_MAX: Metric = Metric {
    name: "customers_database_pool_connections_max",
    kind: Kind::Gauge,
    labels: &[],
    help: "The most connections to the database that may be open.",
    only: WITH_POSTGRES,
};
pub(crate) const POOL_WAITING: Metric = Metric {
    name: "customers_database_pool_waiting",
    kind: Kind::Gauge,
    labels: &[],
    help: "Calls that wait for a connection to the database; creates that wait together count as one.",
    only: WITH_POSTGRES,
};
pub(crate) const POOL_ABANDONED: Metric = Metric {
    name: "customers_database_pool_connections_abandoned",
    kind: Kind::Gauge,
    labels: &[],
    help: "Connections to the database that were given up and count against the maximum until their backends are gone.",
    only: WITH_POSTGRES,
};
pub(crate) const POOL_WRITES: Metric = Metric {
    name: "customers_database_pool_write_connections",
    kind: Kind::Gauge,
    labels: &[],
    help: "Connections to the database that write, or were given up while they did.",
    only: WITH_POSTGRES,
};
pub(crate) const POOL_WRITES_MAX: Metric = Metric {
    name: "customers_database_pool_write_connections_max",
    kind: Kind::Gauge,
    labels: &[],
    help: "The most connections to the database that may write at one time; the rest is kept for reads.",
    only: WITH_POSTGRES,
};
pub(crate) const PANICS: Metric = Metric {
    name: "customers_panics_total",
    kind: Kind::Counter,
    labels: &[],
    help: "Defects in the program that were caught: a request that met one was answered 500.",
    only: None,
};
pub(crate) const BUILD_INFO: Metric = Metric {
    name: "customers_build_info",
    kind: Kind::Gauge,
    labels: &[Label {
        name: "version",
        values: Values::Own("the version of the program"),
    }],
    help: "Always 1, for the version that runs.",
    only: None,
};
pub(crate) const START_TIME: Metric = Metric {
    name: "process_start_time_seconds",
    kind: Kind::Gauge,
    labels: &[],
    help: "When the program was started, in seconds since 1970.",
    only: WHERE_KNOWN,
};
pub(crate) const CPU_SECONDS: Metric = Metric {
    name: "process_cpu_seconds_total",
    kind: Kind::Counter,
    labels: &[],
    help: "Time on a processor, in whole seconds.",
    only: WHERE_KNOWN,
};
pub(crate) const RESIDENT_MEMORY: Metric = Metric {
    name: "process_resident_memory_bytes",
    kind: Kind::Gauge,
    labels: &[],
    help: "Memory in use.",
    only: WHERE_KNOWN,
};
pub(crate) const OPEN_FILES: Metric = Metric {
    name: "process_open_fds",
    kind: Kind::Gauge,
    labels: &[],
    help: "Open files, sockets among them.",
    only: WHERE_KNOWN,
};
pub(crate) const OPEN_FILES_MAX: Metric = Metric {
    name: "process_max_fds",
    kind: Kind::Gauge,
    labels: &[],
    help: "The most files that may be open; 0 where there is no limit.",
    only: WHERE_KNOWN,
};

const WITH_POSTGRES: Option<&str> = Some("over PostgreSQL");
const WHERE_KNOWN: Option<&str> = Some("where the system tells it, as Linux does");

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

/// Tells the installed recorder what each metric means.
pub fn describe() {
    for metric in METRICS {
        match metric.kind {
            Kind::Counter => metrics::describe_counter!(metric.name, metric.help),
            Kind::Gauge => metrics::describe_gauge!(metric.name, metric.help),
            Kind::Histogram => metrics::describe_histogram!(metric.name, metric.help),
        }
    }
}
