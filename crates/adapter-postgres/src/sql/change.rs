//! Changing a customer. Each statement stores the customer and the change that tells of it, and
//! answers one row; or it does nothing and answers nothing, and [`WHY_UNCHANGED`] says why.
//!
//! Two of them can find out that another transaction came first when half of their work is done. They
//! must not keep that half, and they must not let a unique index refuse the other: the detail of its
//! error would carry a customer's email into the server's log. So they count what they stored and
//! divide by it. Division by zero (22012) undoes everything and tells the log nothing; the statement
//! is then run again and sees who came first.
//!
//! In all of them $1–$21 are the customer as it is after the change, and $22–$30 the change.

use super::columns::{customer_columns, store_change};

/// The customer in the version before, and the change of its row. What is unique stays what it was;
/// where it does not, [`REPLACE_CUSTOMER`] is the statement.
macro_rules! update {
    ($unless:literal) => {
        concat!(
            "UPDATE customers SET
        customer_type = $3, first_name = $4, last_name = $5, phone = $8,
        line1 = $9, line2 = $10, city = $11, state = $12, zip_code = $13, country = $14,
        metadata = $16, status = $17, status_reason = $18, version = $19,
        created_at = $20, updated_at = $21
    WHERE tenant_id = $1 AND id = $2 AND version = $19 - 1
        AND email = $6 AND email_key = $7 AND external_id IS NOT DISTINCT FROM $15",
            $unless,
            "
    RETURNING tenant_id, ",
            customer_columns!()
        )
    };
}

/// Changes a customer whose email and external id stay.
pub const UPDATE_CUSTOMER: &str = concat!(
    "
WITH stored AS (
    ",
    update!(""),
    "
)
",
    store_change!("stored"),
    "
RETURNING version"
);

/// As [`UPDATE_CUSTOMER`], together with the decision under its id, unless that was used before.
pub const UPDATE_AND_DECIDE: &str = concat!(
    "
WITH stored AS (
    ",
    update!(
        "
        AND NOT EXISTS (SELECT FROM decisions WHERE tenant_id = $1 AND decision_id = $28)"
    ),
    "
), told AS (
    ",
    store_change!("stored"),
    "
), decided AS (
    INSERT INTO decisions (tenant_id, decision_id, verb, ",
    customer_columns!(),
    ")
    SELECT tenant_id, $28, $23, ",
    customer_columns!(),
    "
    FROM stored
    ON CONFLICT DO NOTHING
    RETURNING 1
)
SELECT 1 / (SELECT count(*) FROM decided) AS stored FROM stored"
);

/// Changes a customer together with its email or external id, unless another holds one of them.
///
/// An UPDATE has no ON CONFLICT, an INSERT has; so the row is deleted and inserted anew. To other
/// transactions that is one step, as an UPDATE is, and a row that was deleted in its own statement
/// conflicts with nothing.
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
    RETURNING 1
), stored AS (
    INSERT INTO customers (
        tenant_id, id, customer_type, first_name, last_name, email, email_key, phone,
        line1, line2, city, state, zip_code, country, external_id, metadata,
        status, status_reason, version, created_at, updated_at
    )
    SELECT
        $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21
    FROM gone
    ON CONFLICT DO NOTHING
    RETURNING tenant_id, id, version
), told AS (
    ",
    store_change!("stored"),
    "
    RETURNING 1
)
SELECT 1 / (SELECT count(*) FROM told) AS stored FROM gone"
);

/// Why a customer was not changed: whether an earlier attempt had been committed after all, whether
/// the decision id is in use, the customer's version if there is such a customer, and who holds what
/// it was to have.
///
/// $1 tenant, $2 the customer's id, $3 the version that the change makes, $4 the change's id,
/// $5 decision id, $6 email key, $7 external id.
pub const WHY_UNCHANGED: &str = "
SELECT
    EXISTS (
        SELECT FROM customer_changes
        WHERE tenant_id = $1 AND customer_id = $2 AND version = $3 AND id = $4
    ) AS stored,
    EXISTS (SELECT FROM decisions WHERE tenant_id = $1 AND decision_id = $5) AS decided,
    (SELECT version FROM customers WHERE tenant_id = $1 AND id = $2) AS version,
    (SELECT id FROM customers WHERE tenant_id = $1 AND email_key = $6 AND id <> $2)
        AS email_holder,
    (SELECT id FROM customers WHERE tenant_id = $1 AND external_id = $7 AND id <> $2)
        AS external_id_holder";
