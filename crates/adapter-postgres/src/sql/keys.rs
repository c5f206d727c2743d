//! Keys of tenants, wrapped by a master key.

/// The keys of a tenant. $1 tenant.
pub const FIND_TENANT_KEYS: &str = "
SELECT tenant_id, number, master_key, wrapped, retired_at IS NOT NULL AS retired
FROM tenant_keys
WHERE tenant_id = $1";

/// Stores the first keys of a tenant, unless it has keys. Returns nothing: whoever made them, they are
/// read afterwards.
///
/// Two programs that store keys of one tenant at once do so in the same order, so one of them waits for
/// the other and then stores none.
///
/// $1 tenant, $2 numbers, $3 ids of the master keys, $4 wrapped keys.
pub const STORE_TENANT_KEYS: &str = "
INSERT INTO tenant_keys (tenant_id, number, master_key, wrapped)
SELECT $1, number, master_key, wrapped
FROM unnest($2::integer[], $3::text[], $4::bytea[]) AS made (number, master_key, wrapped)
WHERE NOT EXISTS (SELECT FROM tenant_keys WHERE tenant_id = $1)
ORDER BY number
ON CONFLICT DO NOTHING";

/// For each master key that is in use, one key that it wrapped.
pub const LIST_MASTER_KEYS: &str = "
SELECT DISTINCT ON (master_key)
    tenant_id, number, master_key, wrapped, retired_at IS NOT NULL AS retired
FROM tenant_keys
ORDER BY master_key";
