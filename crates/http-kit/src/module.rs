//! A module: routes, and what they declare.
//!
//! ```
//! use axum::extract::FromRef;
//! use customers_domain::Scope;
//! use customers_http_kit::module::{Module, ScopeDefinition};
//! use customers_http_kit::HttpState;
//! use utoipa_axum::router::OpenApiRouter;
//!
//! /// What the handlers of this module share.
//! #[derive(Clone)]
//! struct WalletsState {
//!     http: HttpState,
//! }
//!
//! impl FromRef<WalletsState> for HttpState {
//!     fn from_ref(state: &WalletsState) -> Self {
//!         state.http.clone()
//!     }
//! }
//!
//! let module = Module::new("wallets", OpenApiRouter::<WalletsState>::new())
//!     .scopes([ScopeDefinition::new(Scope::declare("wallets:read"), "Read wallets.")])
//!     .with_state(|http| WalletsState { http: http.clone() });
//! # let _ = module;
//! ```

use axum::Router;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::field_code::FieldCode;
use crate::problem::ProblemKind;
use crate::state::HttpState;

pub use crate::contract::{Contract, ScopeDefinition};

/// Routes whose handlers share the state `S`, with the scopes, problems and field codes that they use.
pub struct Module<S> {
    contract: Contract,
    routes: Router<S>,
}

impl<S: Clone + Send + Sync + 'static> Module<S> {
    /// Creates a module that declares nothing yet. The name is for messages to operators.
    pub fn new(name: &'static str, routes: OpenApiRouter<S>) -> Self {
        let (routes, openapi) = routes.split_for_parts();
        Self {
            contract: Contract::new(name, openapi),
            routes,
        }
    }

    /// Declares scopes, which API keys can be given from then on.
    #[must_use]
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = ScopeDefinition>) -> Self {
        self.contract.scopes.extend(scopes);
        self
    }

    /// Declares problems. The module may also use those of [`common`](crate::problem::common).
    #[must_use]
    pub fn problems(mut self, kinds: impl IntoIterator<Item = &'static ProblemKind>) -> Self {
        self.contract.problems.extend(kinds);
        self
    }

    /// Declares the codes of values that the module refuses.
    #[must_use]
    pub fn field_codes(mut self, codes: impl IntoIterator<Item = FieldCode>) -> Self {
        self.contract.field_codes.extend(codes);
        self
    }

    /// What the module declares, for a program that only describes it.
    pub fn into_contract(self) -> Contract {
        self.contract
    }

    /// Gives the handlers their state, which is made once the service starts.
    pub fn with_state(self, state: impl FnOnce(&HttpState) -> S + Send + 'static) -> BoundModule {
        let Self { contract, routes } = self;
        BoundModule {
            contract,
            mount: Box::new(move |http| routes.with_state(state(http))),
        }
    }
}

/// A module with its state, ready to be served.
pub struct BoundModule {
    pub(crate) contract: Contract,
    pub(crate) mount: Box<dyn FnOnce(&HttpState) -> Router + Send>,
}

impl BoundModule {
    /// The OpenAPI document of the module alone.
    pub const fn openapi(&self) -> &OpenApi {
        &self.contract.openapi
    }
}
