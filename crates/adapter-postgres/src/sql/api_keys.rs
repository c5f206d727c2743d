//! API keys and their tenants.

/// Returns an API key. $1 id.
pub const FIND_API_KEY: &str = "
SELECT id, tenant_id, scopes, secret_hash, created_at, expires_at, revoked_at
FROM api_keys
WHERE id = $1";

/// Stores an API key for the tenant with a name, and creates the tenant if the name is new. Returns no row if another
/// transaction created the tenant after this one began.
///
/// $1 name of the tenant, $2 its id if it is new, $3 id of the key, $4 scopes, $5 hash, $6 created, $7 expires, $8
/// revoked.
pub const ISSUE_API_KEY: &str = "
WITH made AS (
    INSERT INTO tenants (id, name, created_at)
    VALUES ($2, $1, $6)
    ON CONFLICT (name) DO NOTHING
    RETURNING id
), tenant AS MATERIALIZED (
    SELECT id, true AS is_new FROM made
    UNION ALL
    SELECT id, false FROM tenants WHERE name = $1 AND NOT EXISTS (SELECT FROM made)
), issued AS (
    INSERT INTO api_keys (id, tenant_id, scopes, secret_hash, created_at, expires_at, revoked_at)
    SELECT $3, id, $4, $5, $6, $7, $8 FROM tenant
)
SELECT id AS tenant_id, is_new FROM tenant";

/// Returns every API key with the name of its tenant, oldest first.
pub const LIST_API_KEYS: &str = "
SELECT
    k.id, k.tenant_id, k.scopes, k.secret_hash, k.created_at, k.expires_at, k.revoked_at,
    t.name AS tenant_name
FROM api_keys AS k
JOIN tenants AS t ON t.id = k.tenant_id
ORDER BY k.created_at, k.id";

/// Revokes an API key that is not revoked yet. $1 id, $2 time.
pub const REVOKE_API_KEY: &str = "
WITH revoked AS (
    UPDATE api_keys SET revoked_at = $2
    WHERE id = $1 AND revoked_at IS NULL
    RETURNING id
)
SELECT
    EXISTS (SELECT FROM revoked) AS revoked,
    EXISTS (SELECT FROM api_keys WHERE id = $1) AS known";
