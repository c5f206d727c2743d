//! The server's sessions: those of this program, and their states.
//!
//! Times are whole microseconds since 1970, which every driver format represents exactly.

/// Identifies the current session.
pub const THIS_SESSION: &str = "
SELECT pid, (extract(epoch FROM backend_start) * 1000000)::bigint AS since
FROM pg_stat_activity
WHERE pid = pg_backend_pid()";

/// Identifies the current transaction. Behind a pooler, a session does not belong to one client.
pub const THIS_TRANSACTION: &str =
    "SELECT pg_backend_pid() AS pid, (extract(epoch FROM now()) * 1000000)::bigint AS since";

/// Returns the sessions of this role, including the current one, and whether the server can be written to. `idle_ms` is
/// null unless the session waits for its client outside a transaction.
pub const LIST_SESSIONS: &str = "
SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean AS read_only,
       pid,
       (extract(epoch FROM backend_start) * 1000000)::bigint AS session_since,
       (extract(epoch FROM xact_start) * 1000000)::bigint AS transaction_since,
       CASE WHEN state = 'idle'
            THEN (extract(epoch FROM clock_timestamp() - state_change) * 1000)::bigint
       END AS idle_ms
FROM pg_stat_activity
WHERE usename = session_user AND backend_start IS NOT NULL";

/// Ends those of the sessions that are idle. Others are not ended: a `COMMIT` that waits for a standby would be
/// cancelled, and so be committed only on this server and reported as done.
///
/// $1 process ids, $2 start times of the sessions.
pub const END_IDLE_SESSIONS: &str = "
SELECT pg_terminate_backend(session.pid)
FROM unnest($1::integer[], $2::bigint[]) AS ended (pid, since)
JOIN pg_stat_activity AS session
  ON session.pid = ended.pid
 AND (extract(epoch FROM session.backend_start) * 1000000)::bigint = ended.since
WHERE session.state = 'idle'";

/// Returns the encoding of the database.
pub const SERVER_ENCODING: &str = "SELECT current_setting('server_encoding') AS encoding";
