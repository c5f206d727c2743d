//! Changing a customer. Each statement stores the customer and its change and returns one row, or it
//! changes nothing and returns no row, and [`WHY_NOT_EDITED`] or [`WHY_NOT_DECIDED`]
//! says why.
//!
//! None of them raises an error when another transaction comes first: the server logs every error with
//! the text of the statement, and the detail of a unique violation holds a customer's email. A
//! statement that can lose a race half-way locks or restores the row, so that nothing has to be undone.
//!
//! In all of them $1–$22 are the customer as it is after the change, and $23–$31 the change.

use super::columns::{customer_columns, store_change};

/// The row of the version before, with the email and external id that the customer keeps. Where one of
/// them changes, [`REPLACE_CUSTOMER`] is the statement.
macro_rules! version_before {
    () => {
        "tenant_id = $1 AND id = $2 AND version = $19 - 1
        AND email = $6 AND email_key = $7 AND external_id IS NOT DISTINCT FROM $15"
    };
}

/// Updates the row of the version before and stores the change.
macro_rules! update_and_tell {
    ($condition:literal) => {
        concat!(
            "stored AS (
    UPDATE customers SET
        customer_type = $3, first_name = $4, last_name = $5, phone = $8,
        line1 = $9, line2 = $10, city = $11, state = $12, zip_code = $13, country = $14,
        metadata = $16, status = $17, status_reason = $18, version = $19,
        created_at = $20, updated_at = $21, status_since = $22
    WHERE ",
            version_before!(),
            $condition,
            "
    RETURNING tenant_id, id, version
)
",
            store_change!("stored"),
            "
RETURNING version"
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
pub const UPDATE_AND_DECIDE: &str = concat!(
    "
WITH locked AS MATERIALIZED (
    SELECT FROM customers
    WHERE ",
    version_before!(),
    "
        AND NOT EXISTS (SELECT FROM decisions WHERE tenant_id = $1 AND decision_id = $29)
    FOR NO KEY UPDATE OF customers
), decided AS (
    INSERT INTO decisions (tenant_id, decision_id, verb, ",
    customer_columns!(),
    ")
    SELECT
        $1, $29, $24, $2, $3, $4, $5, $6, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
        $20, $21, $22
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
/// conflicts with nothing. Where the insert stores nothing, because another transaction took one of
/// the values after the statement had begun, the old row is inserted again. Nobody can have taken its
/// values meanwhile: whoever wants one of them waits for the end of the transaction that deleted it.
pub const REPLACE_CUSTOMER: &str = concat!(
    "
WITH gone AS (
    DELETE FROM customers
    WHERE tenant_id = $1 AND id = $2 AND version = $19 - 1
        AND NOT EXISTS (
            SELECT FROM customers WHERE tenant_id = $1 AND email_key = $7 AND id <> $2
        )
        AND NOT EXISTS (
            SELECT FROM customers WHERE tenant_id = $1 AND external_id = $15 AND id <> $2
        )
    RETURNING *
), stored AS (
    INSERT INTO customers (
        tenant_id, id, customer_type, first_name, last_name, email, email_key, phone,
        line1, line2, city, state, zip_code, country, external_id, metadata,
        status, status_reason, version, created_at, updated_at, status_since
    )
    SELECT
        $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
        $22
    FROM gone
    ON CONFLICT DO NOTHING
    RETURNING tenant_id, id, version
), restored AS (
    INSERT INTO customers
    SELECT * FROM gone
    WHERE NOT EXISTS (SELECT FROM stored)
)
",
    store_change!("stored"),
    "
RETURNING version"
);

/// Why an edit was not stored: whether an earlier attempt had been committed after all, the customer's
/// version if there is such a customer, and who holds what it was to have.
///
/// $1 tenant, $2 the customer's id, $3 the version that the edit makes, $4 the change's id, $5 email
/// key, $6 external id.
pub const WHY_NOT_EDITED: &str = "
SELECT
    EXISTS (
        SELECT FROM customer_changes
        WHERE tenant_id = $1 AND customer_id = $2 AND version = $3 AND id = $4
    ) AS stored,
    (SELECT version FROM customers WHERE tenant_id = $1 AND id = $2) AS version,
    (SELECT id FROM customers WHERE tenant_id = $1 AND email_key = $5 AND id <> $2)
        AS email_holder,
    (SELECT id FROM customers WHERE tenant_id = $1 AND external_id = $6 AND id <> $2)
        AS external_id_holder";

/// Why a decision was not stored: whether an earlier attempt had been committed after all, whether the
/// decision id is in use, and the customer's version if there is such a customer.
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
    (SELECT version FROM customers WHERE tenant_id = $1 AND id = $2) AS version";
