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

/// A decision, with the customer as it left it. $1 tenant, $2 decision id.
pub const FIND_DECISION: &str = concat!(
    "SELECT verb, ",
    customer_columns!(),
    "
FROM decisions
WHERE tenant_id = $1 AND decision_id = $2"
);

/// Who, other than a customer itself, holds what it wants: the holder of the email, else that of the
/// external id.
///
/// $1 tenant, $2 the customer's id, $3 email key, $4 external id.
pub const FIND_OTHER_HOLDER: &str = "
SELECT outcome, customer_id
FROM (
    SELECT 1 AS rank, 'email_taken' AS outcome, id AS customer_id
    FROM customers WHERE tenant_id = $1 AND email_key = $3 AND id <> $2
    UNION ALL
    SELECT 2, 'external_id_taken', id
    FROM customers WHERE tenant_id = $1 AND external_id = $4 AND id <> $2
) AS holders
ORDER BY rank
LIMIT 1";

/// Changes of a customer before a version, newest first: no row where there is no such customer, and
/// one without a version where it has no such changes.
///
/// $1 tenant, $2 the customer's id, $3 the version, $4 the most to answer.
pub const LIST_CHANGES: &str = "
SELECT
    change.version, change.id, change.action, change.from_status, change.to_status,
    change.changed_fields, change.reason, change.decision_id, change.actor, change.at
FROM customers AS customer
LEFT JOIN LATERAL (
    SELECT *
    FROM customer_changes
    WHERE tenant_id = $1 AND customer_id = $2 AND version < $3
    ORDER BY version DESC
    LIMIT $4
) AS change ON true
WHERE customer.tenant_id = $1 AND customer.id = $2
ORDER BY change.version DESC";
