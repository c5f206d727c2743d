//! The declarations of one module.

use std::borrow::Cow;

use bytes::Bytes;
use customers_domain::Scope;
use utoipa::openapi::OpenApi;

use crate::field_code::FieldCode;
use crate::problem::ProblemKind;

/// A scope and its description.
#[derive(Debug, Clone, Copy)]
pub struct ScopeDefinition {
    /// The scope.
    pub scope: Scope,
    /// What a key with the scope may do.
    pub description: &'static str,
}

impl ScopeDefinition {
    /// Creates a definition.
    pub const fn new(scope: Scope, description: &'static str) -> Self {
        Self { scope, description }
    }
}

/// The declarations of one module.
#[derive(Clone)]
pub struct Contract {
    pub(crate) module: &'static str,
    pub(crate) openapi: OpenApi,
    pub(crate) scopes: Vec<ScopeDefinition>,
    pub(crate) problems: Vec<&'static ProblemKind>,
    pub(crate) field_codes: Vec<FieldCode>,
    pub(crate) quick_starts: Vec<Cow<'static, str>>,
    pub(crate) guides: Vec<Cow<'static, str>>,
    pub(crate) pictures: Vec<(&'static str, Bytes)>,
}

impl Contract {
    /// Returns the name of the module.
    pub const fn module(&self) -> &'static str {
        self.module
    }

    pub(crate) fn new(module: &'static str, openapi: OpenApi) -> Self {
        Self {
            module,
            openapi,
            scopes: Vec::new(),
            problems: Vec::new(),
            field_codes: Vec::new(),
            quick_starts: Vec::new(),
            guides: Vec::new(),
            pictures: Vec::new(),
        }
    }
}
