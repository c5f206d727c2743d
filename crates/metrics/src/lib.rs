//! The list of metrics and the recorders for them.
//!
//! [`METRICS`] defines every metric with its labels and help text. Nothing else is recorded. Other
//! crates record through [`HttpMetrics`], [`PoolMetrics`] and [`ProcessMetrics`]; the default of
//! [`HttpMetrics`] records nothing. Stores do not record anything themselves: [`MeasuredCustomers`]
//! and the other decorators wrap the ports of any store.
//!
//! Label values are closed sets. No recorder accepts a tenant, a key, an id or any other part of a
//! request. This crate knows no exporter: it records to the recorder of the facade `metrics` that is
//! installed when the recorders are created.

mod events;
mod http;
mod list;
mod pool;
mod process;
mod series;
mod stores;
mod values;

pub use events::EventMetrics;
pub use http::{
    ConnectionMetrics, HttpMetrics, KeyCacheMetrics, KeyLookup, RequestInFlight, RequestMetrics,
};
pub use list::{Kind, Label, METRICS, Metric, SECONDS_BUCKETS, Values, describe};
pub use pool::{PoolMetrics, PoolUsage};
pub use process::ProcessMetrics;
pub use stores::{
    MeasuredApiKeys, MeasuredCustomers, MeasuredEventFeed, MeasuredEventSequencer, MeasuredHealth,
    MeasuredIdempotencyRecords,
};
