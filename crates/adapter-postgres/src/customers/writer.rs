//! Creates that wait together share one statement, and so one commit.
//!
//! There is no timer: a create that finds nobody at work goes at once, and those that come while a
//! statement runs go with the next one. [ADR 15](../../../docs/adr/0015-creates-share-a-commit.md) has
//! the why.

mod gathered;
mod queue;
mod waiting;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use std::{fmt, mem, thread};

use customers_ports::StoreError;
use tokio::sync::{Semaphore, oneshot};
use tokio::time::{Instant, timeout};

use crate::customers::create::Create;
use crate::database::{CALL_LIMIT, Database};
use crate::failure::Failure;
use queue::Queue;
use waiting::{Answer, Waiting, refuse};

/// What creates may take of memory between being accepted and being answered, in bytes.
const ROOM: usize = 16 << 20;
/// What a create takes of it at least, in bytes; so no more than 2,048 are under way.
const LEAST_ROOM: usize = 8 << 10;
/// How long those that wait leave it at one statement. One that takes longer than this waits for a
/// lock or for a slow disk, and is overtaken.
const OVERTAKE: Duration = Duration::from_millis(50);

/// Takes creates from many callers at once. Clones share the queue.
#[derive(Clone)]
pub(super) struct Writer {
    database: Database,
    room: Arc<Semaphore>,
    queue: Arc<Mutex<Queue>>,
}

impl Writer {
    pub(super) fn new(database: Database) -> Self {
        Self {
            database,
            room: Arc::new(Semaphore::new(ROOM)),
            queue: Arc::default(),
        }
    }

    /// Carries the create out, to its end once it has begun, whether the caller is still there or not.
    pub(super) async fn create(&self, create: Create) -> Answer {
        if self.database.create_batch() <= 1 {
            return self.database.call_to_the_end(create).await;
        }
        let (caller, answer) = oneshot::channel();
        if self.accept(create, caller)? {
            tokio::spawn(self.clone().tend());
        }
        match timeout(CALL_LIMIT, answer).await {
            Ok(Ok(answer)) => answer,
            // Whoever had it panicked, which the panic hook has told of.
            Ok(Err(_)) => Err(StoreError::defect("a create was broken off")),
            Err(_) => Err(Failure::timed_out("a create", CALL_LIMIT).into()),
        }
    }

    /// Puts the create into the queue, and says whether nobody is at work on that.
    fn accept(&self, create: Create, caller: oneshot::Sender<Answer>) -> Result<bool, StoreError> {
        let size = create.seals().profile.len();
        let room = u32::try_from(size.max(LEAST_ROOM))
            .ok()
            .and_then(|room| Arc::clone(&self.room).try_acquire_many_owned(room).ok())
            .ok_or_else(|| StoreError::unavailable("too many creates are under way"))?;
        let mut queue = self.queue();
        queue.waiting.push_back(Waiting {
            create,
            size,
            accepted: Instant::now(),
            caller,
            room,
        });
        Ok(!mem::replace(&mut queue.tended, true))
    }

    /// Works until the queue is empty.
    async fn tend(self) {
        let mut tending = Tending::of(&self);
        while tending.goes_on() {
            let began = Instant::now();
            match self.database.lease::<Create>().await {
                Ok(lease) => {
                    let gathered = self.queue().gather(self.database.create_batch());
                    // Here and not in a task of its own, which would be one more wake-up for a create
                    // that is alone.
                    let mut work = Box::pin(gathered.carry_out(self.database.clone(), lease));
                    if timeout(OVERTAKE, &mut work).await.is_err() {
                        tokio::spawn(work);
                    }
                }
                Err(failure) => {
                    let in_vain = self.queue().take_accepted_until(began);
                    refuse(in_vain, &failure);
                }
            }
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        // Nothing panics while it holds the lock, and nothing is ever half done there.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whoever is at work on the queue. If it ends before its time, those that wait do not wait in vain.
struct Tending<'a> {
    writer: &'a Writer,
    over: bool,
}

impl<'a> Tending<'a> {
    const fn of(writer: &'a Writer) -> Self {
        Self {
            writer,
            over: false,
        }
    }

    /// Whether there is anything to do. If not, the next create brings somebody of its own, at once.
    fn goes_on(&mut self) -> bool {
        let mut queue = self.writer.queue();
        queue.tended = !queue.waiting.is_empty();
        self.over = !queue.tended;
        queue.tended
    }
}

impl Drop for Tending<'_> {
    fn drop(&mut self) {
        if self.over {
            return;
        }
        if thread::panicking() {
            // A defect that one statement met is none of those that wait.
            tokio::spawn(self.writer.clone().tend());
        } else {
            *self.writer.queue() = Queue::default();
        }
    }
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer")
            .field("waiting", &self.queue().waiting.len())
            .finish_non_exhaustive()
    }
}
