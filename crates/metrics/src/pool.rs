use metrics::Gauge;

use crate::list;

/// Usage of the database connection pool at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolUsage {
    /// Open connections.
    pub open: usize,
    /// Open connections that are in use.
    pub in_use: usize,
    /// Calls that wait for a connection.
    pub waiting: usize,
    /// Maximum number of open connections.
    pub max: usize,
    /// Abandoned connections whose backends may still exist.
    pub abandoned: usize,
    /// Connections that write.
    pub writes: usize,
    /// Maximum number of connections that write at the same time.
    pub writes_max: usize,
}

/// Gauges of the database connection pool.
pub struct PoolMetrics {
    open: Gauge,
    in_use: Gauge,
    waiting: Gauge,
    max: Gauge,
    abandoned: Gauge,
    writes: Gauge,
    writes_max: Gauge,
}

impl PoolMetrics {
    /// Creates gauges that record to the installed recorder.
    pub fn recording() -> Self {
        Self {
            open: list::POOL_CONNECTIONS.gauge([]),
            in_use: list::POOL_IN_USE.gauge([]),
            waiting: list::POOL_WAITING.gauge([]),
            max: list::POOL_MAX.gauge([]),
            abandoned: list::POOL_ABANDONED.gauge([]),
            writes: list::POOL_WRITES.gauge([]),
            writes_max: list::POOL_WRITES_MAX.gauge([]),
        }
    }

    /// Sets the gauges to the current usage.
    pub fn set(&self, usage: PoolUsage) {
        for (gauge, value) in [
            (&self.open, usage.open),
            (&self.in_use, usage.in_use),
            (&self.waiting, usage.waiting),
            (&self.max, usage.max),
            (&self.abandoned, usage.abandoned),
            (&self.writes, usage.writes),
            (&self.writes_max, usage.writes_max),
        ] {
            gauge.set(u32::try_from(value).unwrap_or(u32::MAX));
        }
    }
}
