//! Modules: routes and their declarations.
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

use std::borrow::Cow;

use axum::Router;
use bytes::Bytes;
use utoipa::openapi::OpenApi;
use utoipa::openapi::tag::TagBuilder;
use utoipa_axum::router::OpenApiRouter;

use crate::field_code::FieldCode;
use crate::problem::ProblemKind;
use crate::state::HttpState;

pub use crate::contract::{Contract, ScopeDefinition};

/// Routes whose handlers share the state `S`, with their scopes, problems and field codes.
pub struct Module<S> {
    contract: Contract,
    routes: Router<S>,
}

impl<S: Clone + Send + Sync + 'static> Module<S> {
    /// Creates a module without declarations. The name appears in error messages.
    pub fn new(name: &'static str, routes: OpenApiRouter<S>) -> Self {
        let (routes, openapi) = routes.split_for_parts();
        Self {
            contract: Contract::new(name, openapi),
            routes,
        }
    }

    /// Declares scopes, which can then be given to API keys.
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

    /// Declares the field codes of the module's values.
    #[must_use]
    pub fn field_codes(mut self, codes: impl IntoIterator<Item = FieldCode>) -> Self {
        self.contract.field_codes.extend(codes);
        self
    }

    /// Describes a tag of the module's operations, in Markdown.
    #[must_use]
    pub fn tag(mut self, name: &str, description: &str) -> Self {
        let tag = TagBuilder::new()
            .name(name)
            .description(Some(description))
            .build();
        self.contract.openapi.tags.get_or_insert_default().push(tag);
        self
    }

    /// Adds a section in Markdown to the beginning of the documentation: the first requests to send. It begins with a
    /// heading of the first level.
    #[must_use]
    pub fn quick_start(mut self, markdown: impl Into<Cow<'static, str>>) -> Self {
        self.contract.quick_starts.push(markdown.into());
        self
    }

    /// Adds a section in Markdown to the documentation, after what applies to every route. It begins with a heading of
    /// the first level.
    #[must_use]
    pub fn guide(mut self, markdown: impl Into<Cow<'static, str>>) -> Self {
        self.contract.guides.push(markdown.into());
        self
    }

    /// Adds an SVG picture, served at `/docs/{name}`, for the module's guide.
    #[must_use]
    pub fn picture(mut self, name: &'static str, svg: impl Into<Bytes>) -> Self {
        self.contract.pictures.push((name, svg.into()));
        self
    }

    /// Returns the declarations, for a program that only describes the module.
    pub fn into_contract(self) -> Contract {
        self.contract
    }

    /// Adds the function that creates the state of the handlers when the service starts.
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
    /// Returns the OpenAPI document of this module alone.
    pub const fn openapi(&self) -> &OpenApi {
        &self.contract.openapi
    }
}
