//! Every statement of this adapter, by name, so that it can be found, explained and prepared against
//! the schema. None is put together at run time.
//!
//! All of them keep to forms that a cluster distributed by `tenant_id` runs too, and none needs
//! another isolation level than READ COMMITTED.

mod api_keys;
mod change;
mod columns;
mod create;
mod erase;
mod events;
mod idempotency;
mod keys;
mod list;
mod read;
mod server;
mod sessions;

pub use api_keys::{FIND_API_KEY, ISSUE_API_KEY, LIST_API_KEYS, REVOKE_API_KEY};
pub use change::{
    REPLACE_CUSTOMER, UPDATE_AND_DECIDE, UPDATE_CUSTOMER, WHY_NOT_DECIDED, WHY_NOT_EDITED,
};
pub use create::{
    ANSWER_AND_RECORD, FIND_HOLDER, STORE_CUSTOMER, STORE_CUSTOMER_AND_RECORD, STORE_CUSTOMERS,
};
pub use erase::{ERASE_AND_DECIDE, ERASE_CUSTOMER, FIND_ERASED};
pub use events::{
    ADVANCE_ALL_HEADS, ADVANCE_HEAD, APPEND_MODULE_EVENT, CREATE_HEAD, LIST_HEADS, LIST_WAITING,
    LOCK_HEAD, NUMBER_EVENTS, READ_EVENTS, STORE_MODULE_EVENT, TAKE_WAITING,
};
pub use idempotency::{FIND_RECORD, STORE_RECORD};
pub use keys::{FIND_TENANT_KEYS, LIST_MASTER_KEYS, STORE_TENANT_KEYS};
pub use list::{
    LIST_BY_COUNTRY, LIST_BY_COUNTRY_OLDEST_FIRST, LIST_BY_EMAIL, LIST_BY_EXTERNAL_ID,
    LIST_BY_PHONE, LIST_BY_PHONE_OLDEST_FIRST, LIST_BY_STATUS, LIST_BY_STATUS_OLDEST_FIRST,
    LIST_CUSTOMERS, LIST_CUSTOMERS_OLDEST_FIRST,
};
pub use read::{FIND_CUSTOMER, FIND_DECISION, FIND_OTHER_HOLDER, FIND_SEALED, LIST_CHANGES};
pub(crate) use server::list_migrations;
pub use server::{
    HAS_MIGRATIONS, LIST_MIGRATIONS, LIST_UNSAFE_SETTINGS, MISSING_PRIVILEGES, OLDEST_RECORD,
    SWEEP_RECORDS,
};
pub use sessions::{
    END_IDLE_SESSIONS, LIST_SESSIONS, SERVER_ENCODING, THIS_SESSION, THIS_TRANSACTION,
};

/// What the planner is told in every session that serves.
///
/// Pages come out of their index in order, and a plan is kept for all tenants, the largest and the
/// smallest. Left alone, it may collect and sort what it takes to be the few rows of an average
/// tenant, or read a table from end to end because it was small when the plan was made. Where a sort
/// is unavoidable, it is made all the same; that the planner then takes the statement to be dear must
/// not make the server compile it. And no statement has a better plan for one tenant than for another,
/// so none is planned anew for each call, which for a page takes longer than to read it.
pub const PLANNER: [(&str, &str); 4] = [
    ("enable_seqscan", "off"),
    ("enable_sort", "off"),
    ("jit", "off"),
    ("plan_cache_mode", "force_generic_plan"),
];

/// Pairs each statement with its name.
macro_rules! by_name {
    ($($name:ident),+ $(,)?) => { &[$((stringify!($name), $name)),+] };
}

/// All of the statements, by name.
pub const ALL: &[(&str, &str)] = by_name![
    STORE_CUSTOMER,
    STORE_CUSTOMER_AND_RECORD,
    STORE_CUSTOMERS,
    FIND_HOLDER,
    ANSWER_AND_RECORD,
    FIND_CUSTOMER,
    FIND_SEALED,
    FIND_OTHER_HOLDER,
    FIND_DECISION,
    LIST_CHANGES,
    LIST_CUSTOMERS,
    LIST_CUSTOMERS_OLDEST_FIRST,
    LIST_BY_STATUS,
    LIST_BY_STATUS_OLDEST_FIRST,
    LIST_BY_COUNTRY,
    LIST_BY_COUNTRY_OLDEST_FIRST,
    LIST_BY_PHONE,
    LIST_BY_PHONE_OLDEST_FIRST,
    LIST_BY_EXTERNAL_ID,
    LIST_BY_EMAIL,
    UPDATE_CUSTOMER,
    UPDATE_AND_DECIDE,
    REPLACE_CUSTOMER,
    WHY_NOT_EDITED,
    WHY_NOT_DECIDED,
    ERASE_CUSTOMER,
    ERASE_AND_DECIDE,
    FIND_ERASED,
    LOCK_HEAD,
    CREATE_HEAD,
    TAKE_WAITING,
    NUMBER_EVENTS,
    ADVANCE_HEAD,
    LIST_WAITING,
    LIST_HEADS,
    READ_EVENTS,
    STORE_MODULE_EVENT,
    APPEND_MODULE_EVENT,
    ADVANCE_ALL_HEADS,
    FIND_RECORD,
    STORE_RECORD,
    OLDEST_RECORD,
    SWEEP_RECORDS,
    FIND_TENANT_KEYS,
    STORE_TENANT_KEYS,
    LIST_MASTER_KEYS,
    FIND_API_KEY,
    ISSUE_API_KEY,
    LIST_API_KEYS,
    REVOKE_API_KEY,
    HAS_MIGRATIONS,
    LIST_MIGRATIONS,
    LIST_UNSAFE_SETTINGS,
    MISSING_PRIVILEGES,
    THIS_SESSION,
    THIS_TRANSACTION,
    LIST_SESSIONS,
    END_IDLE_SESSIONS,
    SERVER_ENCODING,
];
