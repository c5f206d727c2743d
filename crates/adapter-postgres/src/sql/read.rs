//! Finding one customer, and what belongs to it.

use super::columns::customer_columns;

/// A customer. $1 tenant, $2 id.
pub const FIND_CUSTOMER: &str = concat!(
    "SELECT ",
    customer_columns!(),
    "
FROM customers
WHERE tenant_id = $1 AND id = $2"
);

/// What is sealed of a customer of that version, to be changed. $1 tenant, $2 id, $3 version.
pub const FIND_SEALED: &str = "
SELECT salt, sealed
FROM customers
WHERE tenant_id = $1 AND id = $2 AND version = $3";

/// A decision, with the salt of its customer, or with what remains of the customer if it was erased.
///
/// $1 tenant, $2 decision id.
pub const FIND_DECISION: &str = "
SELECT
    decisions.customer_id AS id, decisions.sealed, customer.salt, erased.erased_version, erased.erased_at
FROM decisions
LEFT JOIN LATERAL (
    SELECT salt
    FROM customers
    WHERE tenant_id = $1 AND id = decisions.customer_id
    LIMIT 1
) AS customer ON true
LEFT JOIN LATERAL (
    SELECT version AS erased_version, erased_at
    FROM erased_customers
    WHERE tenant_id = $1 AND id = decisions.customer_id
    LIMIT 1
) AS erased ON true
WHERE tenant_id = $1 AND decision_id = $2";

/// Who, other than a customer itself, holds what it wants, with the outcome: the holder of
/// the email, else that of the external id.
///
/// $1 tenant, $2 the customer's id, $3 digest of the email, $4 external id.
pub const FIND_OTHER_HOLDER: &str = "
SELECT outcome, resource_id
FROM (
    SELECT 2::smallint AS outcome, id AS resource_id
    FROM customers WHERE tenant_id = $1 AND email_digest = $3 AND id <> $2
    UNION ALL
    SELECT 3::smallint, id
    FROM customers WHERE tenant_id = $1 AND external_id = $4 AND id <> $2
) AS holders
ORDER BY outcome
LIMIT 1";

/// Changes of a customer before a version, newest first: no row where there is no such customer, and
/// one without a version where it has no such changes. Those of an erased customer have no reasons.
///
/// $1 tenant, $2 the customer's id, $3 the version, $4 the most to return.
pub const LIST_CHANGES: &str = "
SELECT
    customer.salt, change.version, change.id, change.at, change.action, change.from_status,
    change.to_status, change.changed_fields, change.decision_id, change.actor,
    CASE WHEN customer.salt IS NOT NULL THEN change.sealed_reason END AS sealed_reason
FROM (
    SELECT salt FROM customers WHERE tenant_id = $1 AND id = $2
    UNION ALL
    SELECT NULL FROM erased_customers WHERE tenant_id = $1 AND id = $2
) AS customer
LEFT JOIN LATERAL (
    SELECT *
    FROM customer_changes
    WHERE tenant_id = $1 AND customer_id = $2 AND version < $3
    ORDER BY version DESC
    LIMIT $4
) AS change ON true
ORDER BY change.version DESC";
