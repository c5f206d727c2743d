//! What is measured: the one list of metrics, and those who record them.
//!
//! [`METRICS`] names every metric with its labels and its help; nothing else is recorded. Whoever has
//! something to tell holds a recorder of this crate ([`HttpMetrics`], [`PoolMetrics`],
//! [`ProcessMetrics`]), whose default, where there is one, records nothing and costs nothing. Stores
//! tell nothing themselves: [`MeasuredCustomers`] and its like go around any port of any store.
//!
//! Labels have values of closed sets. No recorder takes a tenant, a key, an id or anything else that
//! a caller sent. This crate knows no exporter: what is recorded goes to whichever recorder of the
//! facade `metrics` the program has installed before it made these.

mod http;
mod list;
mod pool;
mod process;
mod series;
mod stores;
mod values;

pub use http::{
    ConnectionMetrics, HttpMetrics, KeyCacheMetrics, KeyLookup, Measured, RequestMetrics,
};
pub use list::{Kind, Label, METRICS, Metric, SECONDS_BUCKETS, Values, describe};
pub use pool::{PoolMetrics, PoolUse};
pub use process::ProcessMetrics;
pub use stores::{MeasuredApiKeys, MeasuredCustomers, MeasuredHealth, MeasuredIdempotencyRecords};
