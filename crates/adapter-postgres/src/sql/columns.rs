//! Parts that several statements share.

/// The columns that [`rows::customer`](crate::rows::customer) reads.
macro_rules! customer_columns {
    () => {
        "id, created_at, updated_at, status_since, version, status, customer_type, country,
    external_id, salt, sealed"
    };
}

pub(super) use customer_columns;
