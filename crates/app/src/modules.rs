//! The modules of this program.

use customers_domain::Scope;
use customers_http_kit::{Catalog, DuplicateDeclaration, service};

/// Returns the declarations of the modules.
///
/// # Errors
/// Returns an error if two modules declare the same scope, problem, field code or route.
pub(crate) fn catalog() -> Result<Catalog, DuplicateDeclaration> {
    let customers = customers_adapter_http::module().into_contract();
    let events = customers_adapter_http::events_module().into_contract();
    service::catalog(customers_adapter_http::SERVICE_INFO, [customers, events])
}

/// Parses a scope that a module declares.
///
/// # Errors
/// Returns a message that lists every scope.
pub(crate) fn scope(text: &str) -> Result<Scope, String> {
    let catalog = catalog().map_err(|error| error.to_string())?;
    catalog.scope(text).ok_or_else(|| {
        let names = catalog.scopes().iter();
        let names: Vec<&str> = names.map(|definition| definition.scope.as_str()).collect();
        format!("a scope is one of {}", names.join(", "))
    })
}
