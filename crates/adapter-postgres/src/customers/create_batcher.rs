//! Concurrent creates share one statement, and so one commit.
//!
//! There is no timer. A create that finds no flush in progress starts one at once, and creates that arrive while a
//! statement runs go into the next one. [ADR 15](../../../docs/adr/0015-creates-share-a-commit.md) explains why.

mod batch;
mod pending_create;
mod queue;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use std::{fmt, mem, thread};

use customers_ports::StoreError;
use tokio::sync::{Semaphore, oneshot};
use tokio::time::{Instant, timeout};

use crate::customers::create::Create;
use crate::database::{CALL_LIMIT, Database};
use crate::failure::Failure;
use pending_create::{CreateResult, PendingCreate, refuse};
use queue::Queue;

/// Maximum memory of all pending creates, in bytes.
const MEMORY_LIMIT: usize = 16 << 20;
/// Minimum memory that is counted for a create, in bytes. It limits the number of pending creates to 2,048.
const MIN_CREATE_BYTES: usize = 8 << 10;
/// Time after which the next batch starts while a statement still runs. Such a statement waits for a lock or for a slow
/// disk.
const OVERTAKE_AFTER: Duration = Duration::from_millis(50);

/// Batches the creates of many clients. Clones share the queue.
#[derive(Clone)]
pub(super) struct CreateBatcher {
    database: Database,
    memory: Arc<Semaphore>,
    queue: Arc<Mutex<Queue>>,
}

impl CreateBatcher {
    pub(super) fn new(database: Database) -> Self {
        Self {
            database,
            memory: Arc::new(Semaphore::new(MEMORY_LIMIT)),
            queue: Arc::default(),
        }
    }

    /// Executes a create. Once it has started, it finishes even if the client is gone.
    pub(super) async fn create(&self, create: Create) -> CreateResult {
        if self.database.create_batch() <= 1 {
            return self.database.call_to_the_end(create).await;
        }
        let (client, result) = oneshot::channel();
        if self.accept(create, client)? {
            tokio::spawn(self.clone().flush());
        }
        match timeout(CALL_LIMIT, result).await {
            Ok(Ok(result)) => result,
            // The task that held it panicked, and the panic hook has logged that.
            Ok(Err(_)) => Err(StoreError::defect("a create was cancelled")),
            Err(_) => Err(Failure::timed_out("a create", CALL_LIMIT).into()),
        }
    }

    /// Adds the create to the queue. Returns whether a flush must be started.
    fn accept(
        &self,
        create: Create,
        client: oneshot::Sender<CreateResult>,
    ) -> Result<bool, StoreError> {
        let size = create.seals().profile.len();
        let memory = u32::try_from(size.max(MIN_CREATE_BYTES))
            .ok()
            .and_then(|memory| Arc::clone(&self.memory).try_acquire_many_owned(memory).ok())
            .ok_or_else(|| StoreError::unavailable("too many creates are in progress"))?;
        let mut queue = self.queue();
        queue.pending.push_back(PendingCreate {
            create,
            size,
            accepted: Instant::now(),
            client,
            memory,
        });
        Ok(!mem::replace(&mut queue.is_flushing, true))
    }

    /// Sends batches until the queue is empty.
    async fn flush(self) {
        let mut guard = FlushGuard::of(&self);
        while guard.has_work() {
            let began = Instant::now();
            match self.database.lease::<Create>().await {
                Ok(lease) => {
                    let batch = self.queue().take_batch(self.database.create_batch());
                    // A separate task would delay a single create by one more wake-up.
                    let mut work = Box::pin(batch.run(self.database.clone(), lease));
                    if timeout(OVERTAKE_AFTER, &mut work).await.is_err() {
                        tokio::spawn(work);
                    }
                }
                Err(failure) => {
                    let failed = self.queue().take_accepted_before(began);
                    refuse(failed, &failure);
                }
            }
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        // No code panics while it holds the lock, so the queue is consistent.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Handles a flush that ends early, so that pending creates do not wait in vain.
struct FlushGuard<'a> {
    batcher: &'a CreateBatcher,
    is_done: bool,
}

impl<'a> FlushGuard<'a> {
    const fn of(batcher: &'a CreateBatcher) -> Self {
        Self {
            batcher,
            is_done: false,
        }
    }

    /// Returns whether there are pending creates. If not, the next create starts a flush.
    fn has_work(&mut self) -> bool {
        let mut queue = self.batcher.queue();
        queue.is_flushing = !queue.pending.is_empty();
        self.is_done = !queue.is_flushing;
        queue.is_flushing
    }
}

impl Drop for FlushGuard<'_> {
    fn drop(&mut self) {
        if self.is_done {
            return;
        }
        if thread::panicking() {
            // The defect of one statement does not concern the other creates.
            tokio::spawn(self.batcher.clone().flush());
        } else {
            *self.batcher.queue() = Queue::default();
        }
    }
}

impl fmt::Debug for CreateBatcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CreateBatcher")
            .field("pending", &self.queue().pending.len())
            .finish_non_exhaustive()
    }
}
