//! Combines concurrent creates into batches: one statement and one commit for each batch.
//!
//! A create that finds no batch in progress runs the next one itself. Creates that arrive while a statement runs wait
//! for the next batch. After a commit that took its time, the next batch also waits for the clients that were just
//! answered ([`gathering`]).
//! [ADR 15](../../../../docs/adr/0015-creates-share-a-commit.md) gives the reasons.

mod batch;
mod gathering;
mod pending;
mod queue;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use std::{fmt, mem};

use customers_ports::StoreError;
use tokio::sync::{Notify, Semaphore, oneshot};
use tokio::time::{Instant, timeout, timeout_at};

use crate::customers::create::Create;
use crate::database::{CALL_LIMIT, Database};
use crate::failure::Failure;
use crate::to_the_end::to_the_end;
use batch::BatchContext;
use gathering::SharedGathering;
use pending::{CreateResult, PendingCreate, reject};
use queue::CreateQueue;

/// Memory that creates may take between being accepted and being answered, in bytes.
const MEMORY: usize = 16 << 20;
/// Minimum memory that a create counts for, in bytes. It limits the creates in progress to 2,048.
const MIN_CREATE_MEMORY: usize = 8 << 10;
/// Maximum time that a batch holds up the next one. A batch that takes longer waits for a lock or for a slow disk.
const OVERTAKE_AFTER: Duration = Duration::from_millis(50);

/// Combines creates of all clients into batches. Clones share the queue.
#[derive(Clone)]
pub(super) struct CreateBatcher {
    database: Database,
    memory: Arc<Semaphore>,
    queue: Arc<Mutex<CreateQueue>>,
    gathering: SharedGathering,
    /// Notified when the creates that the next batch waits for have arrived.
    gathered: Arc<Notify>,
}

impl CreateBatcher {
    pub(super) fn new(database: Database) -> Self {
        Self {
            database,
            memory: Arc::new(Semaphore::new(MEMORY)),
            queue: Arc::default(),
            gathering: SharedGathering::default(),
            gathered: Arc::default(),
        }
    }

    /// Runs the create. Once it has been sent, it is finished even if the client disconnects.
    ///
    /// # Errors
    /// `Unavailable` when too many creates are in progress, and the errors of the statement.
    pub(super) async fn create(&self, create: Create) -> CreateResult {
        if self.database.create_batch() <= 1 {
            return self.database.call_to_the_end(create).await;
        }
        let deadline = Instant::now() + CALL_LIMIT;
        let (responder, response) = oneshot::channel();
        let must_run = self.enqueue(create, responder)?;
        let answered = async {
            if must_run {
                to_the_end(self.clone().run_first()).await;
            }
            response.await
        };
        match timeout_at(deadline, answered).await {
            Ok(Ok(result)) => result,
            // The batch panicked; the panic hook has logged it.
            Ok(Err(_)) => Err(StoreError::defect("a create was broken off")),
            Err(_) => Err(Failure::timed_out("a create", CALL_LIMIT).into()),
        }
    }

    /// Adds the create to the queue. Returns whether the caller must run the queue.
    fn enqueue(
        &self,
        create: Create,
        responder: oneshot::Sender<CreateResult>,
    ) -> Result<bool, StoreError> {
        let size = create.size();
        let memory = u32::try_from(size.max(MIN_CREATE_MEMORY))
            .ok()
            .and_then(|bytes| Arc::clone(&self.memory).try_acquire_many_owned(bytes).ok())
            .ok_or_else(|| StoreError::unavailable("too many creates are in progress"))?;
        let mut queue = self.queue();
        queue.push(PendingCreate {
            create,
            size,
            accepted: Instant::now(),
            responder,
            memory,
        });
        self.gathering.arrived();
        if self.gathers_until(&queue).is_none() {
            self.gathered.notify_one();
        }
        Ok(!mem::replace(&mut queue.is_running, true))
    }

    /// Runs one batch in the caller's task, and leaves the rest of the queue to a task of its own.
    async fn run_first(self) {
        let mut run = QueueRun::of(&self);
        // Creates that are ready at this moment join the batch.
        tokio::task::yield_now().await;
        self.run_batch().await;
        if run.continues() {
            run.end();
            tokio::spawn(self.clone().run_all());
        }
    }

    /// Runs batches until the queue is empty.
    async fn run_all(self) {
        let mut run = QueueRun::of(&self);
        while run.continues() {
            self.run_batch().await;
        }
    }

    async fn run_batch(&self) {
        self.gather().await;
        let began = Instant::now();
        match self.database.lease::<Create>().await {
            Ok(lease) => {
                let batch = self.queue().next_batch(self.database.create_batch());
                let mut work = Box::pin(batch.run(self.context(), lease));
                if timeout(OVERTAKE_AFTER, &mut work).await.is_err() {
                    tokio::spawn(work);
                }
            }
            Err(failure) => {
                let in_vain = self.queue().take_accepted_until(began);
                reject(in_vain, &failure);
            }
        }
    }

    /// Waits for the clients that the last batch answered, as long as that pays.
    async fn gather(&self) {
        loop {
            let gathered = self.gathered.notified();
            let Some(until) = self.gathers_until(&self.queue()) else {
                return;
            };
            if timeout_at(until, gathered).await.is_err() {
                return;
            }
        }
    }

    /// Returns until when the next batch waits for more creates, or `None` if it does not wait.
    fn gathers_until(&self, queue: &CreateQueue) -> Option<Instant> {
        let has_room = queue.len() < self.database.create_batch();
        self.gathering.until().filter(|_| has_room)
    }

    fn context(&self) -> BatchContext {
        BatchContext {
            database: self.database.clone(),
            gathering: self.gathering.clone(),
        }
    }

    fn queue(&self) -> MutexGuard<'_, CreateQueue> {
        // Nothing panics while it holds the lock, and every change under the lock is complete.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The task that runs the queue. If it is dropped early, the creates that wait are not stranded.
struct QueueRun<'a> {
    batcher: &'a CreateBatcher,
    ended: bool,
}

impl<'a> QueueRun<'a> {
    const fn of(batcher: &'a CreateBatcher) -> Self {
        Self {
            batcher,
            ended: false,
        }
    }

    /// Returns whether creates wait. If none does, the next create runs the queue itself.
    fn continues(&mut self) -> bool {
        let mut queue = self.batcher.queue();
        queue.is_running = !queue.is_empty();
        self.ended = !queue.is_running;
        queue.is_running
    }

    /// Ends this run because another task continues it.
    const fn end(&mut self) {
        self.ended = true;
    }
}

impl Drop for QueueRun<'_> {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        if std::thread::panicking() {
            // A defect in one batch must not affect the creates that wait for the next.
            tokio::spawn(self.batcher.clone().run_all());
        } else {
            *self.batcher.queue() = CreateQueue::default();
        }
    }
}

impl fmt::Debug for CreateBatcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CreateBatcher")
            .field("pending", &self.queue().len())
            .finish_non_exhaustive()
    }
}
