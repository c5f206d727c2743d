use customers_domain::{ApiKey, ApiKeyId, Scope, Scopes, TenantId};

/// Who asks: known by an API key alone, never by anything else in a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    /// The tenant whose customers the caller reaches.
    pub tenant_id: TenantId,
    /// The public part of the caller's key.
    pub api_key_id: ApiKeyId,
    scopes: Scopes,
}

impl Caller {
    /// Whether the caller may do what needs this scope.
    pub const fn may(&self, scope: Scope) -> bool {
        self.scopes.contains(scope)
    }
}

impl From<&ApiKey> for Caller {
    fn from(key: &ApiKey) -> Self {
        Self {
            tenant_id: key.tenant_id,
            api_key_id: key.id,
            scopes: key.scopes,
        }
    }
}
