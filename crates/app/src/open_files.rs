//! The limit on open files, raised to fit every connection.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

use crate::cli::ServeArgs;

/// Open files besides client and database connections: standard streams, listeners, the connections of the
/// health check and of metrics, those of the runtime, and a reserve.
const OTHER_FILES: u64 = 80;

/// Raises the soft limit, which is often 1,024, to what the configured connections need. Logs a warning
/// if the hard limit is lower; connections beyond it will be dropped.
pub(crate) fn raise_limit(args: &ServeArgs) {
    let connections = args
        .max_connections
        .saturating_add(args.database_connections.get());
    let needed = u64::try_from(connections.get())
        .unwrap_or(u64::MAX)
        .saturating_add(OTHER_FILES);
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
