//! The declarations of all modules of a service, checked and merged.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use customers_domain::Scope;

use crate::contract::{Contract, ScopeDefinition};
use crate::duplicates::{self, DuplicateDeclaration};
use crate::field_code::{FieldCode, shape_codes};
use crate::openapi;
use crate::parameters;
use crate::problem::{ProblemKind, common};
use crate::service_info::ServiceInfo;

/// The declarations of all modules of a service. Clones share their content.
#[derive(Debug, Clone)]
pub struct Catalog(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    info: ServiceInfo,
    document: Bytes,
    reference: Bytes,
    scopes: Vec<ScopeDefinition>,
    problems: Vec<&'static ProblemKind>,
    shape_codes: Vec<FieldCode>,
    value_codes: Vec<FieldCode>,
    pictures: Vec<(&'static str, Bytes)>,
}

impl Catalog {
    /// Merges contracts in their order.
    ///
    /// # Errors
    /// If a scope, problem, field code or route is declared twice.
    pub(crate) fn new(
        info: ServiceInfo,
        contracts: &[Contract],
    ) -> Result<Self, DuplicateDeclaration> {
        duplicates::check(contracts)?;
        parameters::check(contracts)?;
        let scopes: Vec<_> = contracts.iter().flat_map(|c| c.scopes.clone()).collect();
        let mut problems: Vec<_> = contracts.iter().flat_map(|c| c.problems.clone()).collect();
        problems.sort_by_key(|kind| kind.status());
        let shape_codes = shape_codes();
        let value_codes: Vec<_> = contracts
            .iter()
            .flat_map(|c| c.field_codes.clone())
            .filter(|code| !shape_codes.contains(code))
            .collect();
        let documents = openapi::documents(&openapi::Parts {
            info: &info,
            modules: contracts.iter().map(|c| &c.openapi).collect(),
            quick_starts: sections(contracts, |contract| &contract.quick_starts),
            guides: sections(contracts, |contract| &contract.guides),
            scopes: scopes
                .iter()
                .map(|definition| (definition.scope.as_str(), definition.description))
                .collect(),
            problems: &problems,
            field_codes: &[&shape_codes[..], &value_codes].concat(),
        });
        Ok(Self(Arc::new(Inner {
            info,
            document: documents.document.into(),
            reference: documents.reference.into(),
            scopes,
            problems,
            shape_codes,
            value_codes,
            pictures: contracts.iter().flat_map(|c| c.pictures.clone()).collect(),
        })))
    }

    /// Returns the OpenAPI 3.1 document as JSON.
    pub fn document(&self) -> &Bytes {
        &self.0.document
    }

    /// Returns the same document with the guide as its description, for `/docs`.
    pub(crate) fn reference(&self) -> &Bytes {
        &self.0.reference
    }

    /// Returns every scope, in the order of the modules.
    pub fn scopes(&self) -> &[ScopeDefinition] {
        &self.0.scopes
    }

    /// Returns the scope with this name, if a module declares it.
    pub fn scope(&self, name: &str) -> Option<Scope> {
        let mut scopes = self.0.scopes.iter().map(|definition| definition.scope);
        scopes.find(|scope| scope.as_str() == name)
    }

    /// Returns every kind of problem, ordered by status.
    pub fn problems(&self) -> &[&'static ProblemKind] {
        &self.0.problems
    }

    pub(crate) fn problem(&self, code: &str) -> Option<&'static ProblemKind> {
        let mut problems = self.0.problems.iter();
        problems.find(|kind| kind.code() == code).copied()
    }

    /// Returns the field codes that a problem of this kind may have in `errors`.
    pub(crate) fn field_codes(&self, kind: &ProblemKind) -> &[FieldCode] {
        if kind.code() == common::INVALID_REQUEST.code() {
            &self.0.shape_codes
        } else if kind.code() == common::INVALID_FIELDS.code() {
            &self.0.value_codes
        } else {
            &[]
        }
    }

    /// The SVG picture of that name, if a module adds one.
    pub(crate) fn picture(&self, name: &str) -> Option<&Bytes> {
        let mut pictures = self.0.pictures.iter();
        pictures
            .find(|(known, _)| *known == name)
            .map(|(_, svg)| svg)
    }

    pub(crate) fn title(&self) -> &'static str {
        self.0.info.title
    }

    pub(crate) fn realm(&self) -> &'static str {
        self.0.info.realm
    }
}

/// The sections of the introduction that the modules add.
fn sections(
    contracts: &[Contract],
    select: impl Fn(&Contract) -> &Vec<Cow<'static, str>>,
) -> Vec<&str> {
    contracts
        .iter()
        .flat_map(select)
        .map(AsRef::as_ref)
        .collect()
}
