//! Pages of customers, newest first. Each statement reads its index backwards from the end of the
//! page before and stops where the page is full, so it costs the same wherever the page lies.
//!
//! Each fits one index alone: the primary key has no NULLS LAST when it is read backwards, and the two
//! indexes with a status name the collation of the type differently. So no statistics can talk the
//! planner into walking through all of a tenant's customers and dropping those that do not fit.
//!
//! The parameters that they share: $1 tenant, $2 the id below which the page begins, $3 the lowest id
//! that may be on it, $4 the most to answer, $5 and $6 the times from and before which they were
//! created, each null for any, $7 statuses, $8 types.
//!
//! An id begins with the millisecond of its customer's creation, so the ids bound what is read and the
//! times leave out at most the rest of two milliseconds.

use super::columns::customer_columns;

/// All customers.
pub const LIST_CUSTOMERS: &str = concat!(
    "SELECT ",
    customer_columns!(),
    "
FROM customers
WHERE tenant_id = $1 AND id < $2 AND id >= $3
    AND ($5::timestamptz IS NULL OR created_at >= $5)
    AND ($6::timestamptz IS NULL OR created_at < $6)
ORDER BY id DESC
LIMIT $4"
);

/// Those of some statuses and types: a page of each pair of them, merged.
pub const LIST_BY_STATUS: &str = concat!(
    "SELECT ",
    customer_columns!(),
    "
FROM unnest($7::text[]) AS wanted_status
CROSS JOIN unnest($8::text[]) AS wanted_type
CROSS JOIN LATERAL (
    SELECT ",
    customer_columns!(),
    "
    FROM customers
    WHERE tenant_id = $1
        AND status = wanted_status
        AND customer_type COLLATE \"C\" = wanted_type
        AND id < $2
        AND id >= $3
        AND ($5::timestamptz IS NULL OR created_at >= $5)
        AND ($6::timestamptz IS NULL OR created_at < $6)
    ORDER BY id DESC NULLS LAST
    LIMIT $4
) AS page
ORDER BY id DESC
LIMIT $4"
);

/// Those of a country: a page of each pair of status and type, merged. $9 country.
pub const LIST_BY_COUNTRY: &str = concat!(
    "SELECT ",
    customer_columns!(),
    "
FROM unnest($7::text[]) AS wanted_status
CROSS JOIN unnest($8::text[]) AS wanted_type
CROSS JOIN LATERAL (
    SELECT ",
    customer_columns!(),
    "
    FROM customers
    WHERE tenant_id = $1
        AND country = $9
        AND status = wanted_status
        AND customer_type COLLATE \"POSIX\" = wanted_type
        AND id < $2
        AND id >= $3
        AND ($5::timestamptz IS NULL OR created_at >= $5)
        AND ($6::timestamptz IS NULL OR created_at < $6)
    ORDER BY id DESC NULLS LAST
    LIMIT $4
) AS page
ORDER BY id DESC
LIMIT $4"
);

/// Those of a phone number, whoever of them fits besides. $9 country or null, $10 phone.
pub const LIST_BY_PHONE: &str = concat!(
    "SELECT ",
    customer_columns!(),
    "
FROM customers
WHERE tenant_id = $1
    AND phone = $10
    AND id < $2
    AND id >= $3
    AND ($5::timestamptz IS NULL OR created_at >= $5)
    AND ($6::timestamptz IS NULL OR created_at < $6)
    AND status = ANY ($7)
    AND customer_type = ANY ($8)
    AND ($9::text IS NULL OR country = $9)
ORDER BY id DESC NULLS LAST
LIMIT $4"
);

/// The one of an external id, if it fits besides. $9 country or null, $10 phone or null, $11 external
/// id.
pub const LIST_BY_EXTERNAL_ID: &str = concat!(
    "SELECT ",
    customer_columns!(),
    "
FROM (SELECT * FROM customers WHERE tenant_id = $1 AND external_id = $11 LIMIT 1) AS holder
WHERE id < $2
    AND id >= $3
    AND ($5::timestamptz IS NULL OR created_at >= $5)
    AND ($6::timestamptz IS NULL OR created_at < $6)
    AND status = ANY ($7)
    AND customer_type = ANY ($8)
    AND ($9::text IS NULL OR country = $9)
    AND ($10::text IS NULL OR phone = $10)
LIMIT $4"
);

/// The one of an email key, if it fits besides. $9 country or null, $10 phone or null, $11 external id
/// or null, $12 email key.
pub const LIST_BY_EMAIL: &str = concat!(
    "SELECT ",
    customer_columns!(),
    "
FROM (SELECT * FROM customers WHERE tenant_id = $1 AND email_key = $12 LIMIT 1) AS holder
WHERE id < $2
    AND id >= $3
    AND ($5::timestamptz IS NULL OR created_at >= $5)
    AND ($6::timestamptz IS NULL OR created_at < $6)
    AND status = ANY ($7)
    AND customer_type = ANY ($8)
    AND ($9::text IS NULL OR country = $9)
    AND ($10::text IS NULL OR phone = $10)
    AND ($11::text IS NULL OR external_id = $11)
LIMIT $4"
);
