use std::mem;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::{LIFETIME, Pool};
use crate::connection::Connection;
use crate::failure::{Failure, FailureKind};
use crate::sessions::Backend;
use crate::write_limit::WritePermit;

/// A connection that can be leased.
pub(super) struct Pooled {
    pub(super) connection: Connection,
    pub(super) generation: u64,
    pub(super) expires: Instant,
}

/// A leased connection, which returns to the pool when it is dropped.
pub(crate) struct Lease {
    pool: Arc<Pool>,
    connection: Connection,
    generation: u64,
    expires: Instant,
    is_old: bool,
    write: Option<WritePermit>,
}

impl Lease {
    pub(super) fn of(pool: &Arc<Pool>, pooled: Pooled, write: Option<WritePermit>) -> Self {
        Self {
            pool: Arc::clone(pool),
            connection: pooled.connection,
            generation: pooled.generation,
            expires: pooled.expires,
            is_old: true,
            write,
        }
    }

    /// Returns whether the connection was opened for an earlier call. The server may have gone since.
    pub(crate) const fn is_old(&self) -> bool {
        self.is_old
    }

    /// Returns the backend of an old connection, which may have died since its last use.
    pub(crate) const fn suspect(&self) -> Option<Backend> {
        if self.is_old {
            self.connection.session()
        } else {
            None
        }
    }

    /// Closes the connection and every other one that was opened before it failed. Returns the write permit for the
    /// retry.
    pub(crate) fn into_forgotten(mut self) -> Option<WritePermit> {
        self.pool.forget(self.generation);
        self.write.take()
    }
}

impl Deref for Lease {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl DerefMut for Lease {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.connection
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let pooled = Pooled {
            connection: mem::replace(&mut self.connection, Connection::closed()),
            generation: self.generation,
            expires: self.expires,
        };
        self.pool.take_back(pooled, self.write.take());
    }
}

/// Permission to open a connection.
pub(super) struct Slot {
    pool: Arc<Pool>,
    write: Option<WritePermit>,
    /// Whether the slot was passed on.
    is_done: bool,
}

impl Slot {
    pub(super) fn of(pool: &Arc<Pool>, write: Option<WritePermit>) -> Self {
        Self {
            pool: Arc::clone(pool),
            write,
            is_done: false,
        }
    }

    /// Opens a connection. If this is cancelled, the server may create a backend nevertheless.
    pub(super) async fn open(mut self) -> Result<Lease, Failure> {
        let generation = self.pool.state().generation;
        let opened = self.pool.connector.connect().await;
        if let Err(failure) = &opened
            && failure.kind != FailureKind::TimedOut
        {
            self.is_done = true;
            self.pool.pass_on(super::Unit::Slot);
        }
        let connection = opened?;
        self.is_done = true;
        Ok(Lease {
            pool: Arc::clone(&self.pool),
            connection,
            generation,
            expires: Instant::now() + lifetime(),
            is_old: false,
            write: self.write.take(),
        })
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if !self.is_done {
            self.pool.abandon(None, self.write.take());
        }
    }
}

/// Returns a random lifetime, so that connections that were opened together do not expire together.
fn lifetime() -> Duration {
    // Without randomness they expire together, which is harmless.
    let part = getrandom::u32().unwrap_or_default();
    LIFETIME.mul_f64(1.0 - 0.2 * f64::from(part) / f64::from(u32::MAX))
}
