//! Parts that several statements share.

/// The columns that [`rows::customer`](crate::rows::customer) reads.
macro_rules! customer_columns {
    () => {
        "id, created_at, updated_at, status_since, version, status, customer_type, country,
    external_id, salt, sealed"
    };
}

/// Lets the event of the change in `told` wait for its position in the feed.
macro_rules! insert_waiting_event {
    () => {
        "INSERT INTO waiting_events (tenant_id, at, subject_id, version)
    SELECT tenant_id, at, customer_id, version
    FROM told"
    };
}

pub(super) use {customer_columns, insert_waiting_event};
