//! Changing a customer. Each statement stores the customer and its change and returns one row, or it
//! changes nothing and returns no row, and [`WHY_NOT_EDITED`] or [`WHY_NOT_DECIDED`] says why.
//!
//! None of them raises an error when another transaction comes first: the server would log it with the
//! text of the statement. A statement that can lose a race half-way locks or restores the row, so that
//! nothing has to be undone. And what a newer program keeps in a column of its own stays.
//!
//! In all of them $1–$11 are the customer as it is after the change, and $12–$18 the change: $1 tenant,
//! $2 id, $3 version, $4 updated, $5 status since, $6 status, $7 country, $8 external id, $9 and $10
//! digests of email and phone, $11 sealed, $12 the change's id, $13 action, $14 status before,
//! $15 changed fields, $16 sealed reason, $17 decision id, $18 actor.

use super::columns::insert_waiting_event;

/// Stores the change of the row in `stored`.
macro_rules! store_change {
    () => {
        concat!(
            "told AS (
    INSERT INTO customer_changes (
        tenant_id, customer_id, version, id, at, action, from_status, to_status, changed_fields,
        sealed_reason, decision_id, actor
    )
    SELECT tenant_id, id, version, $12, $4, $13, $14, $6, $15, $16, $17, $18
    FROM stored
    RETURNING tenant_id, at, customer_id, version
)
",
            insert_waiting_event!(),
            "
RETURNING version"
        )
    };
}

/// The row of the version before.
macro_rules! version_before {
    () => {
        "tenant_id = $1 AND id = $2 AND version = $3 - 1"
    };
}

/// Updates the row of the version before and stores the change.
macro_rules! update_and_tell {
    ($condition:literal) => {
        concat!(
            "stored AS (
    UPDATE customers SET
        version = $3, updated_at = $4, status_since = $5, status = $6, country = $7,
        external_id = $8, email_digest = $9, phone_digest = $10, sealed = $11
    WHERE ",
            version_before!(),
            $condition,
            "
    RETURNING tenant_id, id, version
), ",
            store_change!()
        )
    };
}

/// Changes a customer whose email and external id stay.
pub const UPDATE_CUSTOMER: &str = concat!(
    "
WITH ",
    update_and_tell!("")
);

/// As [`UPDATE_CUSTOMER`], together with the decision under its id, unless that was used before.
///
/// The row is locked first, so that a decision that is stored is carried out: no other transaction can
/// change the customer between the two. Where another transaction stored the same decision id first,
/// the lock is all there was.
///
/// $19 the sealed decision.
pub const UPDATE_AND_DECIDE: &str = concat!(
    "
WITH locked AS MATERIALIZED (
    SELECT FROM customers
    WHERE ",
    version_before!(),
    "
        AND NOT EXISTS (SELECT FROM decisions WHERE tenant_id = $1 AND decision_id = $17)
    FOR NO KEY UPDATE OF customers
), decided AS (
    INSERT INTO decisions (tenant_id, decision_id, customer_id, sealed)
    SELECT $1, $17, $2, $19
    FROM locked
    ON CONFLICT DO NOTHING
    RETURNING decision_id
), ",
    update_and_tell!(
        "
        AND EXISTS (SELECT FROM decided)"
    )
);

/// Changes a customer together with its email or external id, unless another holds one of them.
///
/// An UPDATE has no ON CONFLICT, an INSERT has; so the row is deleted and inserted anew. To other
/// transactions that is one step, as an UPDATE is, and a row that was deleted in its own statement
/// conflicts with nothing. Columns that this statement does not name are taken over as they are. Where
/// the insert stores nothing, because another transaction took one of the values after the statement had
/// begun, the old row is inserted again. Nobody can have taken its values meanwhile: whoever wants one of
/// them waits for the end of the transaction that deleted it.
pub const REPLACE_CUSTOMER: &str = concat!(
    "
WITH gone AS (
    DELETE FROM customers
    WHERE ",
    version_before!(),
    "
        AND NOT EXISTS (
            SELECT FROM customers WHERE tenant_id = $1 AND email_digest = $9 AND id <> $2
        )
        AND NOT EXISTS (
            SELECT FROM customers WHERE tenant_id = $1 AND external_id = $8 AND id <> $2
        )
    RETURNING customers AS before
), stored AS (
    INSERT INTO customers
    SELECT after.*
    FROM gone
    CROSS JOIN LATERAL jsonb_populate_record(gone.before, jsonb_build_object(
        'version', $3::integer, 'updated_at', $4::timestamptz, 'status_since', $5::timestamptz,
        'status', $6::smallint, 'country', $7::text, 'external_id', $8::text,
        'email_digest', $9::uuid, 'phone_digest', $10::uuid, 'sealed', $11::bytea
    )) AS after
    ON CONFLICT DO NOTHING
    RETURNING tenant_id, id, version
), restored AS (
    INSERT INTO customers
    SELECT (gone.before).*
    FROM gone
    WHERE NOT EXISTS (SELECT FROM stored)
), ",
    store_change!()
);

/// Why an edit was not stored: whether an earlier attempt had been committed after all, the customer's
/// version if there is such a customer, what remains of it if it was erased, and who holds what it was to
/// have.
///
/// $1 tenant, $2 the customer's id, $3 the version that the edit makes, $4 the change's id, $5 digest of
/// the email, $6 external id.
pub const WHY_NOT_EDITED: &str = "
SELECT
    EXISTS (
        SELECT FROM customer_changes
        WHERE tenant_id = $1 AND customer_id = $2 AND version = $3 AND id = $4
    ) AS stored,
    (SELECT version FROM customers WHERE tenant_id = $1 AND id = $2) AS version,
    (SELECT version FROM erased_customers WHERE tenant_id = $1 AND id = $2) AS erased_version,
    (SELECT erased_at FROM erased_customers WHERE tenant_id = $1 AND id = $2) AS erased_at,
    (SELECT id FROM customers WHERE tenant_id = $1 AND email_digest = $5 AND id <> $2)
        AS email_holder,
    (SELECT id FROM customers WHERE tenant_id = $1 AND external_id = $6 AND id <> $2)
        AS external_id_holder";

/// Why a decision was not stored: whether an earlier attempt had been committed after all, whether the
/// decision id is in use, the customer's version if there is such a customer, and what remains of it if it was
/// erased.
///
/// $1 tenant, $2 the customer's id, $3 the version that the decision makes, $4 the change's id,
/// $5 decision id.
pub const WHY_NOT_DECIDED: &str = "
SELECT
    EXISTS (
        SELECT FROM customer_changes
        WHERE tenant_id = $1 AND customer_id = $2 AND version = $3 AND id = $4
    ) AS stored,
    EXISTS (SELECT FROM decisions WHERE tenant_id = $1 AND decision_id = $5) AS decided,
    (SELECT version FROM customers WHERE tenant_id = $1 AND id = $2) AS version,
    (SELECT version FROM erased_customers WHERE tenant_id = $1 AND id = $2) AS erased_version,
    (SELECT erased_at FROM erased_customers WHERE tenant_id = $1 AND id = $2) AS erased_at";
