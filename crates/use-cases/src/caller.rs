use customers_domain::{ApiKey, ApiKeyId, TenantId};

/// The client of a request, identified only by its API key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    /// The tenant whose customers the client can access.
    pub tenant_id: TenantId,
    /// The id of the client's key.
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
