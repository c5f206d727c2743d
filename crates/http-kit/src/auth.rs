//! Authentication of clients: the API key, its scope and its quota.

use std::marker::PhantomData;
use std::sync::{Arc, OnceLock};

use axum::extract::{FromRef, FromRequestParts};
use customers_domain::Scope;
use customers_use_cases::{ApiKeySecret, Caller, authenticate};
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue};

use crate::problem::{Problem, common};
use crate::state::HttpState;

/// The scope that a handler requires. A module declares a type for each of its scopes:
///
/// ```
/// use customers_domain::Scope;
/// use customers_http_kit::auth::RequiredScope;
///
/// enum WalletsRead {}
///
/// impl RequiredScope for WalletsRead {
///     const SCOPE: Scope = Scope::declare("wallets:read");
/// }
/// ```
pub trait RequiredScope {
    /// The scope that the caller's key must have.
    const SCOPE: Scope;
}

/// Lets the request log read the caller after the request.
#[derive(Clone, Default)]
pub(crate) struct CallerLog(pub(crate) Arc<OnceLock<Caller>>);

/// A caller whose key is valid, has the scope and is within its quota.
pub struct Authorized<R> {
    /// The caller.
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

/// Returns the caller if its key is valid, has the scope and is within its quota. [`Authorized`] does the same for a
/// scope that is known at compile time.
///
/// # Errors
/// `unauthorized`, `insufficient_scope`, `rate_limited`, or `unavailable` if the key cannot be looked up.
pub async fn authorize(head: &Parts, http: &HttpState, scope: Scope) -> Result<Caller, Problem> {
    let http = http.shared();
    let realm = http.catalog.realm();
    let secret = bearer_key(&head.headers, realm)?;
    let stored = http.key_cache.find(secret.id()).await?;
    let key = authenticate(&secret, stored.as_deref(), http.clock.now())
        .map_err(|_| invalid_token(realm))?;
    let caller = Caller::from(key);
    if let Some(log) = head.extensions.get::<CallerLog>() {
        log.0.get_or_init(|| caller);
    }
    if !key.scopes.contains(scope) {
        return Err(Problem::new(&common::INSUFFICIENT_SCOPE));
    }
    if let Some(limit) = &http.rate_limit {
        limit.admit(caller.api_key_id)?;
    }
    Ok(caller)
}

/// Returns the key of the only `Authorization: Bearer` header (RFC 6750 section 2.1).
fn bearer_key(headers: &HeaderMap, realm: &str) -> Result<ApiKeySecret, Problem> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(unauthorized(format!("Bearer realm=\"{realm}\"")));
    };
    let token =
        bearer_token(value).ok_or_else(|| unauthorized(format!("Bearer realm=\"{realm}\"")))?;
    let token = str::from_utf8(token).map_err(|_| invalid_token(realm))?;
    ApiKeySecret::parse(token).map_err(|_| invalid_token(realm))
}

fn bearer_token(value: &HeaderValue) -> Option<&[u8]> {
    let (scheme, token) = value.as_bytes().split_at_checked("Bearer".len())?;
    let token = token.strip_prefix(b" ")?.trim_ascii();
    (scheme.eq_ignore_ascii_case(b"Bearer") && !token.is_empty()).then_some(token)
}

/// The problem for a token that is not valid (RFC 6750 section 3.1).
fn invalid_token(realm: &str) -> Problem {
    unauthorized(format!("Bearer realm=\"{realm}\", error=\"invalid_token\""))
}

fn unauthorized(challenge: String) -> Problem {
    let challenge =
        HeaderValue::try_from(challenge).unwrap_or_else(|_| HeaderValue::from_static("Bearer"));
    Problem::new(&common::UNAUTHORIZED).with_header(WWW_AUTHENTICATE, challenge)
}
