use std::marker::PhantomData;
use std::sync::{Arc, OnceLock};

use axum::extract::{FromRef, FromRequestParts};
use customers_domain::Scope;
use customers_use_cases::{ApiKeySecret, Caller, authenticate};
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue};

use crate::problem::{Problem, ProblemCode};
use crate::state::HttpState;

/// What a handler needs of its caller.
pub trait RequiredScope {
    /// The scope that the caller's key must have.
    const SCOPE: Scope;
}

/// Needs `customers:read`.
pub enum CustomersRead {}

impl RequiredScope for CustomersRead {
    const SCOPE: Scope = Scope::CustomersRead;
}

/// Needs `customers:write`.
pub enum CustomersWrite {}

impl RequiredScope for CustomersWrite {
    const SCOPE: Scope = Scope::CustomersWrite;
}

/// Where the request log finds out who called.
#[derive(Clone, Default)]
pub struct CallerLog(pub Arc<OnceLock<Caller>>);

/// A caller whose key is good, has the scope and is within its quota.
pub struct Authorized<R> {
    /// Who calls.
    pub caller: Caller,
    scope: PhantomData<R>,
}

impl<R, S> FromRequestParts<S> for Authorized<R>
where
    R: RequiredScope,
    S: Send + Sync,
    HttpState: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(head: &mut Parts, state: &S) -> Result<Self, Problem> {
        Ok(Self {
            caller: authorize(head, &HttpState::from_ref(state), R::SCOPE).await?,
            scope: PhantomData,
        })
    }
}

/// Who calls, if its key is good, has the scope and is within its quota.
pub async fn authorize(head: &Parts, http: &HttpState, scope: Scope) -> Result<Caller, Problem> {
    let secret = presented(&head.headers)?;
    let stored = http.key_cache.find(secret.id()).await?;
    let caller =
        authenticate(&secret, stored.as_deref(), http.clock.now()).map_err(|_| invalid_token())?;
    if let Some(log) = head.extensions.get::<CallerLog>() {
        log.0.get_or_init(|| caller);
    }
    if !caller.may(scope) {
        return Err(Problem::new(ProblemCode::InsufficientScope));
    }
    if let Some(limit) = &http.rate_limit {
        limit.admit(caller.api_key_id)?;
    }
    Ok(caller)
}

/// The key in the one `Authorization: Bearer` header (RFC 6750 section 2.1).
fn presented(headers: &HeaderMap) -> Result<ApiKeySecret, Problem> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(unauthorized("Bearer realm=\"customers\""));
    };
    let token = bearer_token(value).ok_or_else(|| unauthorized("Bearer realm=\"customers\""))?;
    let token = str::from_utf8(token).map_err(|_| invalid_token())?;
    ApiKeySecret::parse(token).map_err(|_| invalid_token())
}

fn bearer_token(value: &HeaderValue) -> Option<&[u8]> {
    let (scheme, token) = value.as_bytes().split_at_checked("Bearer".len())?;
    let token = token.strip_prefix(b" ")?.trim_ascii();
    (scheme.eq_ignore_ascii_case(b"Bearer") && !token.is_empty()).then_some(token)
}

/// A token was sent and is not good (RFC 6750 section 3.1).
fn invalid_token() -> Problem {
    unauthorized("Bearer realm=\"customers\", error=\"invalid_token\"")
}

fn unauthorized(challenge: &'static str) -> Problem {
    Problem::new(ProblemCode::Unauthorized)
        .with_header(WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
}
