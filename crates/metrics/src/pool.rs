use metrics::Gauge;

use crate::list;

/// How far the connections to the database are used at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolUse {
    /// Connections that are open.
    pub open: usize,
    /// Those of them that a call is using.
    pub in_use: usize,
    /// Calls that wait for one.
    pub waiting: usize,
    /// Connections that may be open.
    pub max: usize,
    /// Connections that were given up and whose backends may still be there.
    pub abandoned: usize,
    /// Connections that write.
    pub writes: usize,
    /// Connections that may write at one time.
    pub writes_max: usize,
}

/// Tells of the connections to the database.
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
    /// Records with whatever recorder is installed.
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

    /// It is so now.
    pub fn set(&self, now: PoolUse) {
        for (gauge, value) in [
            (&self.open, now.open),
            (&self.in_use, now.in_use),
            (&self.waiting, now.waiting),
            (&self.max, now.max),
            (&self.abandoned, now.abandoned),
            (&self.writes, now.writes),
            (&self.writes_max, now.writes_max),
        ] {
            gauge.set(u32::try_from(value).unwrap_or(u32::MAX));
        }
    }
}
