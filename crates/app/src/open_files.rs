//! Room for every connection among the files that the process may hold open.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

use crate::cli::ServeArgs;

/// Standard streams, the listeners, the health check's connection, those of metrics, the runtime's own,
/// and some room.
const BESIDES_CONNECTIONS: u64 = 80;

/// Raises the soft limit, which is often 1,024, to what the bounds on connections need. Where the
/// hard limit forbids it, the log says so: connections beyond it will be dropped.
pub(crate) fn make_room(args: &ServeArgs) {
    let connections = args
        .max_connections
        .saturating_add(args.database_connections.get());
    let needed = u64::try_from(connections.get())
        .unwrap_or(u64::MAX)
        .saturating_add(BESIDES_CONNECTIONS);
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else {
        return;
    };
    if soft >= needed {
        return;
    }
    let raised = needed.min(hard);
    if setrlimit(Resource::RLIMIT_NOFILE, raised, hard).is_err() || raised < needed {
        tracing::warn!(
            needed,
            allowed = hard,
            "the system allows fewer open files than --max-connections needs"
        );
    }
}
