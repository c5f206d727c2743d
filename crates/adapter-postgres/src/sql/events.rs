//! The event feed.
//!
//! The statements of the sequencer are separate, because a cluster routes each of them to one node. A transaction of
//! READ COMMITTED gives each its own view, so what is taken after the head was locked includes everything that other
//! transactions committed before.

/// Locks the head of a tenant, unless another transaction holds it. Returns no row if it is locked or does not exist.
///
/// $1 tenant.
pub const LOCK_HEAD: &str = "
SELECT sequence
FROM event_heads
WHERE tenant_id = $1
FOR UPDATE SKIP LOCKED";

/// Creates the head of a tenant that has none. $1 tenant.
pub const CREATE_HEAD: &str = "
INSERT INTO event_heads (tenant_id, sequence)
VALUES ($1, 0)
ON CONFLICT DO NOTHING";

/// Takes waiting events out, the oldest first. The rows are returned in any order.
///
/// $1 tenant, $2 maximum number.
pub const TAKE_WAITING: &str = "
DELETE FROM waiting_events
USING (
    SELECT at, subject_id, version
    FROM waiting_events
    WHERE tenant_id = $1
    ORDER BY at, subject_id, version
    LIMIT $2
) AS oldest
WHERE waiting_events.tenant_id = $1
    AND waiting_events.at = oldest.at
    AND waiting_events.subject_id = oldest.subject_id
    AND waiting_events.version = oldest.version
RETURNING waiting_events.at, waiting_events.subject_id, waiting_events.version";

/// Gives events the positions after the head, in the order of the arrays.
///
/// $1 tenant, $2 head, $3 subjects, $4 versions.
pub const NUMBER_EVENTS: &str = "
INSERT INTO events (tenant_id, sequence, subject_id, version)
SELECT $1, $2 + number, subject_id, version
FROM unnest($3::uuid[], $4::integer[]) WITH ORDINALITY AS taken (subject_id, version, number)";

/// Moves the head that this transaction holds. $1 tenant, $2 new head.
pub const ADVANCE_HEAD: &str = "
UPDATE event_heads
SET sequence = $2
WHERE tenant_id = $1";

/// Returns the tenants with waiting events. It reads all tenants and takes no lock.
pub const LIST_WAITING: &str = "
SELECT tenant_id, count(*) AS waiting, min(at) AS oldest
FROM waiting_events
GROUP BY tenant_id";

/// Returns the heads of some tenants. It takes no lock. $1 tenants.
pub const LIST_HEADS: &str = "
SELECT tenant_id, sequence
FROM event_heads
WHERE tenant_id = ANY ($1)";

/// Returns a page of a feed, each row with the head. Without an event there is one row, whose event is null.
///
/// Each event is looked up by a primary key. A join without a limit would let the planner read all changes of a tenant.
///
/// $1 tenant, $2 position after which the page starts, $3 maximum number.
pub const READ_EVENTS: &str = "
SELECT
    coalesce((SELECT sequence FROM event_heads WHERE tenant_id = $1), 0) AS head,
    page.sequence, page.subject_id, page.version,
    change.id AS change_id, change.at AS changed_at, change.action, change.from_status,
    change.to_status, change.changed_fields,
    module.at AS module_at, module.event_type, module.data
FROM (SELECT $1::uuid AS tenant_id) AS tenant
LEFT JOIN LATERAL (
    SELECT sequence, subject_id, version
    FROM events
    WHERE tenant_id = $1 AND sequence > $2
    ORDER BY sequence
    LIMIT $3
) AS page ON true
LEFT JOIN LATERAL (
    SELECT id, at, action, from_status, to_status, changed_fields
    FROM customer_changes
    WHERE tenant_id = $1 AND customer_id = page.subject_id AND version = page.version
    LIMIT 1
) AS change ON true
LEFT JOIN LATERAL (
    SELECT at, event_type, data
    FROM module_events
    WHERE tenant_id = $1 AND id = page.subject_id AND page.version = 0
    LIMIT 1
) AS module ON true
ORDER BY page.sequence";

/// Stores an event of a module. Returns no row if it is stored already.
///
/// $1 tenant, $2 id, $3 time, $4 type, $5 data.
pub const STORE_MODULE_EVENT: &str = "
INSERT INTO module_events (tenant_id, id, at, event_type, data)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING
RETURNING id";

/// Lets an event of a module wait for its position. $1 tenant, $2 time, $3 id.
pub const APPEND_MODULE_EVENT: &str = "
INSERT INTO waiting_events (tenant_id, at, subject_id, version)
VALUES ($1, $2, $3, 0)";

/// Moves the heads of all tenants, also of those without events. Returns a row for each. $1 number of positions.
pub const ADVANCE_ALL_HEADS: &str = "
INSERT INTO event_heads (tenant_id, sequence)
SELECT id, $1
FROM tenants
ON CONFLICT (tenant_id) DO UPDATE SET sequence = event_heads.sequence + $1
RETURNING tenant_id";
