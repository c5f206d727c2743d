//! The routes of wallets.

mod get;
mod open;
mod problems;
mod view;

use axum::extract::FromRef;
use customers_domain::Scope;
use customers_http_kit::HttpState;
use customers_http_kit::auth::RequiredScope;
use customers_http_kit::field_code::FieldCode;
use customers_http_kit::module::{BoundModule, Module, ScopeDefinition};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::domain::WalletFault;
use crate::service::WalletService;

/// Allows reading wallets.
pub const WALLETS_READ: Scope = Scope::declare("wallets:read");
/// Allows opening wallets.
pub const WALLETS_WRITE: Scope = Scope::declare("wallets:write");

/// Requires `wallets:read`.
enum WalletsRead {}

impl RequiredScope for WalletsRead {
    const SCOPE: Scope = WALLETS_READ;
}

/// Requires `wallets:write`.
enum WalletsWrite {}

impl RequiredScope for WalletsWrite {
    const SCOPE: Scope = WALLETS_WRITE;
}

/// What the handlers share.
#[derive(Clone)]
pub struct WalletsState {
    http: HttpState,
    wallets: WalletService,
}

impl FromRef<WalletsState> for HttpState {
    fn from_ref(state: &WalletsState) -> Self {
        state.http.clone()
    }
}

impl FromRef<WalletsState> for WalletService {
    fn from_ref(state: &WalletsState) -> Self {
        state.wallets.clone()
    }
}

/// Returns the routes of wallets, and what they declare.
pub fn module() -> Module<WalletsState> {
    let routes = OpenApiRouter::new()
        .routes(routes!(open::open_wallet))
        .routes(routes!(get::get_wallet));
    Module::new("wallets", routes)
        .scopes([
            ScopeDefinition::new(WALLETS_READ, "Read wallets."),
            ScopeDefinition::new(WALLETS_WRITE, "Open wallets."),
        ])
        .problems(problems::ALL)
        .field_codes(WalletFault::ALL.map(|fault| FieldCode::of(&fault)))
}

/// Returns the routes of wallets over their use cases.
pub fn serving(wallets: WalletService) -> BoundModule {
    module().with_state(|http| WalletsState {
        http: http.clone(),
        wallets,
    })
}
