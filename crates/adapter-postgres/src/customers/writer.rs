//! Creates that wait together share one statement, and so one commit.
//!
//! There is no timer: a create that finds nobody at work goes at once, and those that come while a
//! statement runs go with the next one. [ADR 15](../../../docs/adr/0015-creates-share-a-commit.md) has
//! the why.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use std::{fmt, mem, thread};

use customers_domain::{AddressLine, TenantId};
use customers_ports::{CreateOutcome, Creation, StoreError};
use sqlx::types::Uuid;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::{Instant, timeout, timeout_at};

use crate::customers::create::Create;
use crate::customers::create_many::CreateMany;
use crate::database::{CALL_LIMIT, Database};
use crate::failure::{Failure, FailureKind};
use crate::pool::Lease;

/// What creates may take of memory between being accepted and being answered, in bytes.
const ROOM: usize = 16 << 20;
/// What a create takes of it at least, in bytes; so no more than 2,048 are under way.
const LEAST_ROOM: usize = 8 << 10;
/// What the values of one statement may come to, in bytes.
const STATEMENT_SIZE: usize = 1 << 20;
/// How long those that wait leave it at one statement. One that takes longer than this waits for a
/// lock or for a slow disk, and is overtaken.
const OVERTAKE: Duration = Duration::from_millis(50);

type Answer = Result<CreateOutcome, StoreError>;

/// Takes creates from many callers at once. Clones share the queue.
#[derive(Clone)]
pub(super) struct Writer {
    database: Database,
    room: Arc<Semaphore>,
    queue: Arc<Mutex<Queue>>,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Waiting>,
    /// Whether somebody is at work on it.
    tended: bool,
}

/// A create that was accepted and not answered yet.
struct Waiting {
    create: Create,
    size: usize,
    accepted: Instant,
    caller: oneshot::Sender<Answer>,
    room: OwnedSemaphorePermit,
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
        let size = size_of(create.creation());
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
            match self.database.lease().await {
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

/// What goes in one statement, and what follows.
#[derive(Default)]
struct Gathered {
    together: Vec<Waiting>,
    /// Those that have their key or their id in common with one of them, and so have to see first what
    /// became of that.
    afterwards: Vec<Waiting>,
}

impl Queue {
    /// Takes those that go together, first come, first served. One whose caller went away goes nowhere.
    fn gather(&mut self, at_most: usize) -> Gathered {
        let (mut keys, mut ids) = (HashSet::new(), HashSet::new());
        let mut size = 0;
        let mut gathered = Gathered::default();
        while gathered.together.len() < at_most && size < STATEMENT_SIZE {
            let Some(next) = self.waiting.pop_front() else {
                break;
            };
            if next.caller.is_closed() {
                continue;
            }
            let is_new = next.key().is_none_or(|key| keys.insert(key)) && ids.insert(next.id());
            if is_new {
                size += next.size;
                gathered.together.push(next);
            } else {
                gathered.afterwards.push(next);
            }
        }
        gathered
    }

    /// Takes those that were there at that moment.
    fn take_accepted_until(&mut self, moment: Instant) -> Vec<Waiting> {
        let later = self.waiting.iter().position(|one| one.accepted > moment);
        let count = later.unwrap_or(self.waiting.len());
        self.waiting.drain(..count).collect()
    }
}

impl Gathered {
    /// Carries it out. What is not stored in the one statement goes on alone.
    async fn carry_out(self, database: Database, lease: Lease) {
        let mut together = self.together;
        if together.len() == 1
            && let Some(one) = together.pop()
        {
            one.go_alone(&database, lease).await;
        } else {
            store(together, &database, lease).await;
        }
        for one in self.afterwards {
            one.ask_first(database.clone());
        }
    }
}

/// Stores them in one statement, as far as nothing stands in their way.
async fn store(together: Vec<Waiting>, database: &Database, lease: Lease) {
    // Those that were accepted earlier give up by themselves.
    let Some(deadline) = together.last().map(Waiting::deadline) else {
        return;
    };
    let many = CreateMany(together.iter().map(|one| &one.create).collect());
    match database.attempts(&many, lease, deadline).await {
        Ok(stored) => {
            for one in together {
                if stored.contains(&one.id()) {
                    one.answer(Ok(CreateOutcome::Created));
                } else {
                    one.ask_first(database.clone());
                }
            }
        }
        Err(failure) if is_of_one(failure.kind) => {
            for one in together {
                one.leave(database.clone());
            }
        }
        Err(failure) => refuse(together, &failure),
    }
}

impl Waiting {
    fn id(&self) -> Uuid {
        self.create.creation().customer.id().as_uuid()
    }

    fn key(&self) -> Option<(TenantId, [u8; 32])> {
        let claim = self.create.creation().claim?;
        Some((self.create.tenant(), claim.key_hash))
    }

    fn deadline(&self) -> Instant {
        self.accepted + CALL_LIMIT
    }

    fn answer(self, answer: Answer) {
        // Whoever hears of it finds its room free again.
        drop(self.room);
        // A caller that went away misses nothing.
        let _ = self.caller.send(answer);
    }

    /// Goes by itself, and waits for whatever is in its way.
    async fn go_alone(self, database: &Database, lease: Lease) {
        let deadline = self.deadline();
        let outcome = database.attempts(&self.create, lease, deadline).await;
        self.answer(outcome.map_err(StoreError::from));
    }

    /// The same in the background, on a connection of its own.
    fn leave(self, database: Database) {
        tokio::spawn(async move {
            match timeout_at(self.deadline(), database.lease()).await {
                Ok(Ok(lease)) => self.go_alone(&database, lease).await,
                Ok(Err(failure)) => self.answer(Err(failure.into())),
                // The caller has been told by now.
                Err(_) => {}
            }
        });
    }

    /// The same where something is known to stand in the way.
    fn ask_first(mut self, database: Database) {
        self.create.was_passed_over();
        self.leave(database);
    }
}

/// Whether the failure may be the fault of one create in a statement, so that the others can do
/// without it.
const fn is_of_one(kind: FailureKind) -> bool {
    match kind {
        FailureKind::Raced | FailureKind::LockTimeout | FailureKind::Defect => true,
        FailureKind::Lost | FailureKind::Refused | FailureKind::Unavailable => false,
    }
}

fn refuse(waiting: impl IntoIterator<Item = Waiting>, failure: &Failure) {
    for one in waiting {
        one.answer(Err(failure.clone().into()));
    }
}

/// How many bytes of text a creation brings along.
fn size_of(creation: &Creation) -> usize {
    let profile = creation.customer.profile();
    let address = &profile.billing_address;
    let texts = [
        profile.first_name.expose(),
        profile.last_name.expose(),
        profile.email.expose(),
        address.line1.expose(),
        address.line2.as_ref().map_or("", AddressLine::expose),
        address.city.expose(),
        address.state.expose(),
    ];
    let members = profile.metadata.expose().iter();
    let metadata = members.flat_map(|(name, value)| [name.as_str(), value.as_str()]);
    texts.into_iter().chain(metadata).map(str::len).sum()
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer")
            .field("waiting", &self.queue().waiting.len())
            .finish_non_exhaustive()
    }
}
