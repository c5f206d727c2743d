//! Creates that wait together share one statement, and so one commit.
//!
//! There is no timer: a create that finds nobody at work goes at once, and those that come while a
//! statement runs go with the next one. [ADR 15](../../../docs/adr/0015-creates-share-a-commit.md) has
//! the why.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use std::{fmt, mem};

use customers_domain::{AddressLine, TenantId};
use customers_ports::{CreateOutcome, Creation, StoreError};
use sqlx::types::Uuid;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::{Instant, timeout};

use crate::customers::create::Create;
use crate::customers::create_many::CreateMany;
use crate::database::{CALL_LIMIT, Database};
use crate::failure::{Failure, FailureKind};
use crate::pool::Lease;

/// What creates may take of memory between being accepted and being answered, in bytes.
const ROOM: usize = 16 << 20;
/// What a create counts as at least, in bytes; so no more than 2,048 are under way.
const LEAST_SIZE: usize = 8 << 10;
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
    deadline: Instant,
    caller: oneshot::Sender<Answer>,
    _room: OwnedSemaphorePermit,
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
        // Nobody is left to answer where the runtime is going down, or where there is a defect, which
        // the panic hook has told of.
        answer
            .await
            .unwrap_or_else(|_| Err(StoreError::unavailable("the create was broken off")))
    }

    /// Puts the create into the queue, and says whether nobody is at work on that.
    fn accept(&self, create: Create, caller: oneshot::Sender<Answer>) -> Result<bool, StoreError> {
        let size = size_of(create.creation()).max(LEAST_SIZE);
        let room = u32::try_from(size)
            .ok()
            .and_then(|size| Arc::clone(&self.room).try_acquire_many_owned(size).ok())
            .ok_or_else(|| StoreError::unavailable("too many creates are under way"))?;
        let mut queue = self.queue();
        queue.waiting.push_back(Waiting {
            create,
            size,
            deadline: Instant::now() + CALL_LIMIT,
            caller,
            _room: room,
        });
        Ok(!mem::replace(&mut queue.tended, true))
    }

    /// Works until the queue is empty.
    async fn tend(self) {
        let tending = Tending(&self);
        while tending.go_on() {
            let lease = match self.database.lease().await {
                Ok(lease) => lease,
                Err(failure) => {
                    let waiting = mem::take(&mut self.queue().waiting);
                    refuse(waiting, &failure);
                    continue;
                }
            };
            let together = self.queue().gather(self.database.create_batch());
            let mut work = Box::pin(carry_out(self.database.clone(), together, lease));
            if timeout(OVERTAKE, &mut work).await.is_err() {
                tokio::spawn(work);
            }
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        // Nothing panics while it holds the lock, and nothing is ever half done there.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whoever is at work on the queue. When it ends before its time, so do those that counted on it.
struct Tending<'a>(&'a Writer);

impl Tending<'_> {
    /// Whether there is anything to do; if not, the next create brings somebody of its own.
    fn go_on(&self) -> bool {
        let mut queue = self.0.queue();
        queue.tended = !queue.waiting.is_empty();
        queue.tended
    }
}

impl Drop for Tending<'_> {
    fn drop(&mut self) {
        let mut queue = self.0.queue();
        if queue.tended {
            *queue = Queue::default();
        }
    }
}

impl Queue {
    /// Takes those that go together, first come, first served. One that has its key or its id in common
    /// with another has to see what became of that first; one whose caller went away goes nowhere.
    fn gather(&mut self, at_most: usize) -> Vec<Waiting> {
        let (mut keys, mut ids) = (HashSet::new(), HashSet::new());
        let mut size = 0;
        let mut together = Vec::new();
        let mut later = VecDeque::new();
        while together.len() < at_most && size < STATEMENT_SIZE {
            let Some(next) = self.waiting.pop_front() else {
                break;
            };
            if next.caller.is_closed() {
                continue;
            }
            let is_alone = next.key().is_none_or(|key| keys.insert(key)) && ids.insert(next.id());
            if is_alone {
                size += next.size;
                together.push(next);
            } else {
                later.push_back(next);
            }
        }
        later.append(&mut self.waiting);
        self.waiting = later;
        together
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

    fn answer(self, answer: Answer) {
        // A caller that went away misses nothing.
        let _ = self.caller.send(answer);
    }

    /// Goes by itself, and waits for whatever is in its way.
    async fn go_alone(self, database: &Database, lease: Lease) {
        let outcome = database.attempts(&self.create, lease, self.deadline).await;
        self.answer(outcome.map_err(StoreError::from));
    }

    /// The same in the background, on a connection of its own.
    fn leave(self, database: Database) {
        tokio::spawn(async move {
            match database.lease().await {
                Ok(lease) => self.go_alone(&database, lease).await,
                Err(failure) => self.answer(Err(failure.into())),
            }
        });
    }
}

/// Carries out what goes together. What is not stored there goes on alone.
async fn carry_out(database: Database, mut together: Vec<Waiting>, lease: Lease) {
    if together.len() == 1
        && let Some(one) = together.pop()
    {
        return one.go_alone(&database, lease).await;
    }
    // Those that have waited longest come first.
    let Some(deadline) = together.first().map(|first| first.deadline) else {
        return;
    };
    let many = CreateMany(together.iter().map(|one| &one.create).collect());
    match database.attempts(&many, lease, deadline).await {
        Ok(stored) => {
            for mut one in together {
                if stored.contains(&one.id()) {
                    one.answer(Ok(CreateOutcome::Created));
                } else {
                    one.create.was_passed_over();
                    one.leave(database.clone());
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
