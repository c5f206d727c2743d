//! Erasing a customer. Each statement erases the customer, stores what remains, the change and its event, and returns one row; or
//! it changes nothing and returns no row, and [`WHY_NOT_DECIDED`](super::WHY_NOT_DECIDED) returns the reason.
//!
//! In all of them $1 is the tenant, $2 the customer's id, $3 the version that the erasure makes, $4 its time, $5 the
//! change's id, $6 the action, $7 the status, $8 the actor and $9 the decision id.

use super::columns::insert_waiting_event;

/// Deletes the row of the version before, and stores what remains and the change.
macro_rules! erase_and_record {
    ($condition:literal) => {
        concat!(
            "gone AS (
    DELETE FROM customers
    WHERE tenant_id = $1 AND id = $2 AND version = $3 - 1",
            $condition,
            "
    RETURNING tenant_id, id
), remains AS (
    INSERT INTO erased_customers (tenant_id, id, erased_at, version)
    SELECT tenant_id, id, $4, $3
    FROM gone
), told AS (
    INSERT INTO customer_changes (
        tenant_id, customer_id, version, id, at, action, from_status, to_status, actor, decision_id
    )
    SELECT tenant_id, id, $3, $5, $4, $6, $7, $7, $8, $9
    FROM gone
    RETURNING tenant_id, at, customer_id, version
)
",
            insert_waiting_event!(),
            "
RETURNING version"
        )
    };
}

/// Erases a customer, without a decision id.
pub const ERASE_CUSTOMER: &str = concat!(
    "
WITH ",
    erase_and_record!("")
);

/// Erases a customer and stores the decision id, unless it was used before.
///
/// The row is locked first, as in [`UPDATE_AND_DECIDE`](super::UPDATE_AND_DECIDE).
pub const ERASE_AND_DECIDE: &str = concat!(
    "
WITH locked AS MATERIALIZED (
    SELECT FROM customers
    WHERE tenant_id = $1 AND id = $2 AND version = $3 - 1
        AND NOT EXISTS (SELECT FROM decisions WHERE tenant_id = $1 AND decision_id = $9)
    FOR UPDATE OF customers
), decided AS (
    INSERT INTO decisions (tenant_id, decision_id, customer_id)
    SELECT $1, $9, $2
    FROM locked
    ON CONFLICT DO NOTHING
    RETURNING decision_id
), ",
    erase_and_record!(
        "
        AND EXISTS (SELECT FROM decided)"
    )
);

/// Finds what remains of an erased customer. $1 tenant, $2 id.
pub const FIND_ERASED: &str = "
SELECT id, version AS erased_version, erased_at
FROM erased_customers
WHERE tenant_id = $1 AND id = $2";
