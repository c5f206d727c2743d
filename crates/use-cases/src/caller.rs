use customers_domain::{ApiKey, ApiKeyId, TenantId};

/// Who asks: known by an API key alone, never by anything else in a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    /// The tenant whose customers the caller reaches.
    pub tenant_id: TenantId,
    /// The public part of the caller's key.
    pub api_key_id: ApiKeyId,
}

impl From<&ApiKey> for Caller {
    fn from(key: &ApiKey) -> Self {
        Self {
            tenant_id: key.tenant_id,
            api_key_id: key.id,
        }
    }
}
