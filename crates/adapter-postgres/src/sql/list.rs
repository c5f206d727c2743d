//! Pages of customers, newest first or oldest first. Each statement reads its index from the end of the
//! page before and stops where the page is full, so it costs the same wherever the page lies.
//!
//! Each fits one index alone: that of the primary key has another order of nulls, and the condition of
//! each other index is repeated by its own statements and by no others. So no statistics can talk the
//! planner into walking through all of a tenant's customers and dropping those that do not fit.
//!
//! The parameters that they share: $1 tenant, $2 the id below which the page ends, $3 the lowest id
//! that may be on it, $4 the most to return, $5 and $6 the times from and before which they were created,
//! each null for any, $7 statuses, $8 types.
//!
//! An id begins with the millisecond of its customer's creation, so the ids bound what is read and the
//! times leave out at most the rest of two milliseconds.

use super::columns::customer_columns;

/// All customers, in the order of their ids.
macro_rules! list_customers {
    ($order:literal) => {
        concat!(
            "SELECT ",
            customer_columns!(),
            "
FROM customers
WHERE tenant_id = $1 AND id < $2 AND id >= $3
    AND ($5::timestamptz IS NULL OR created_at >= $5)
    AND ($6::timestamptz IS NULL OR created_at < $6)
ORDER BY ",
            $order,
            "
LIMIT $4"
        )
    };
}

/// Those of some statuses and types, and of what `$condition` says besides: a page of each pair of
/// them, merged.
macro_rules! list_by_status {
    ($condition:literal, $inner_order:literal, $order:literal) => {
        concat!(
            "SELECT ",
            customer_columns!(),
            "
FROM unnest($7::smallint[]) AS wanted_status
CROSS JOIN unnest($8::smallint[]) AS wanted_type
CROSS JOIN LATERAL (
    SELECT ",
            customer_columns!(),
            "
    FROM customers
    WHERE tenant_id = $1
        AND status = wanted_status
        AND customer_type = wanted_type
        AND ",
            $condition,
            "
        AND id < $2
        AND id >= $3
        AND ($5::timestamptz IS NULL OR created_at >= $5)
        AND ($6::timestamptz IS NULL OR created_at < $6)
    ORDER BY ",
            $inner_order,
            "
    LIMIT $4
) AS page
ORDER BY ",
            $order,
            "
LIMIT $4"
        )
    };
}

/// Those of a phone number, whoever of them fits besides.
macro_rules! list_by_phone {
    ($order:literal) => {
        concat!(
            "SELECT ",
            customer_columns!(),
            "
FROM customers
WHERE tenant_id = $1
    AND phone_digest = $10
    AND id < $2
    AND id >= $3
    AND ($5::timestamptz IS NULL OR created_at >= $5)
    AND ($6::timestamptz IS NULL OR created_at < $6)
    AND status = ANY ($7)
    AND customer_type = ANY ($8)
    AND ($9::text IS NULL OR country = $9)
ORDER BY ",
            $order,
            "
LIMIT $4"
        )
    };
}

/// All customers.
pub const LIST_CUSTOMERS: &str = list_customers!("id DESC");

/// As [`LIST_CUSTOMERS`], oldest first.
pub const LIST_CUSTOMERS_OLDEST_FIRST: &str = list_customers!("id");

/// Those of some statuses and types.
pub const LIST_BY_STATUS: &str = list_by_status!("status > 0", "id DESC NULLS LAST", "id DESC");

/// As [`LIST_BY_STATUS`], oldest first.
pub const LIST_BY_STATUS_OLDEST_FIRST: &str = list_by_status!("status > 0", "id NULLS FIRST", "id");

/// Those of a country. $9 country.
pub const LIST_BY_COUNTRY: &str = list_by_status!(
    "country = $9 AND country > ''",
    "id DESC NULLS LAST",
    "id DESC"
);

/// As [`LIST_BY_COUNTRY`], oldest first.
pub const LIST_BY_COUNTRY_OLDEST_FIRST: &str =
    list_by_status!("country = $9 AND country > ''", "id NULLS FIRST", "id");

/// Those of a phone number. $9 country or null, $10 digest of the phone number.
pub const LIST_BY_PHONE: &str = list_by_phone!("id DESC NULLS LAST");

/// As [`LIST_BY_PHONE`], oldest first.
pub const LIST_BY_PHONE_OLDEST_FIRST: &str = list_by_phone!("id NULLS FIRST");

/// The one of an external id, if it fits besides. $9 country or null, $10 digest of the phone number or
/// null, $11 external id.
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
    AND ($10::uuid IS NULL OR phone_digest = $10)
LIMIT $4"
);

/// The one of an email, if it fits besides. $9 country or null, $10 digest of the phone number or null,
/// $11 external id or null, $12 digest of the email.
pub const LIST_BY_EMAIL: &str = concat!(
    "SELECT ",
    customer_columns!(),
    "
FROM (SELECT * FROM customers WHERE tenant_id = $1 AND email_digest = $12 LIMIT 1) AS holder
WHERE id < $2
    AND id >= $3
    AND ($5::timestamptz IS NULL OR created_at >= $5)
    AND ($6::timestamptz IS NULL OR created_at < $6)
    AND status = ANY ($7)
    AND customer_type = ANY ($8)
    AND ($9::text IS NULL OR country = $9)
    AND ($10::uuid IS NULL OR phone_digest = $10)
    AND ($11::text IS NULL OR external_id = $11)
LIMIT $4"
);
