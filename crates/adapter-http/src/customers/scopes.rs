//! The scopes of customers.

use customers_domain::Scope;
use customers_http_kit::auth::RequiredScope;
use customers_http_kit::module::ScopeDefinition;

/// Every scope of customers.
pub(crate) const ALL: [ScopeDefinition; 4] = [
    ScopeDefinition::new(
        Scope::CUSTOMERS_READ,
        "Read customers, their history and the status rules.",
    ),
    ScopeDefinition::new(
        Scope::CUSTOMERS_WRITE,
        "Create, change and submit customers.",
    ),
    ScopeDefinition::new(
        Scope::CUSTOMERS_REVIEW,
        "Decide on customers: approve, reject, suspend, close and the like.",
    ),
    ScopeDefinition::new(
        Scope::CUSTOMERS_ERASE,
        "Erase rejected and closed customers for good.",
    ),
];

/// Requires `customers:read`.
pub(crate) enum CustomersRead {}

impl RequiredScope for CustomersRead {
    const SCOPE: Scope = Scope::CUSTOMERS_READ;
}

/// Requires `customers:write`.
pub(crate) enum CustomersWrite {}

impl RequiredScope for CustomersWrite {
    const SCOPE: Scope = Scope::CUSTOMERS_WRITE;
}

/// Requires `customers:erase`.
pub(crate) enum CustomersErase {}

impl RequiredScope for CustomersErase {
    const SCOPE: Scope = Scope::CUSTOMERS_ERASE;
}
