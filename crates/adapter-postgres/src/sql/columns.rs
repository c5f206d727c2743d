//! Parts that several statements share.

/// The columns that [`rows::customer`](crate::rows::customer) reads.
macro_rules! customer_columns {
    () => {
        "id, customer_type, first_name, last_name, email, phone,
    line1, line2, city, state, zip_code, country, external_id, metadata,
    status, status_reason, version, created_at, updated_at, status_since"
    };
}

/// Stores the change of the row in `$from`, a customer as it was stored: $23–$31.
macro_rules! store_change {
    ($from:literal) => {
        concat!(
            "INSERT INTO customer_changes (
        tenant_id, customer_id, version, id, action, from_status, to_status, changed_fields, reason,
        decision_id, actor, at
    )
    SELECT tenant_id, id, version, $23, $24, $25, $26, $27, $28, $29, $30, $31
    FROM ",
            $from
        )
    };
}

pub(super) use {customer_columns, store_change};
