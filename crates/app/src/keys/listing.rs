//! Output of `customers keys list`.

use std::fmt::Write as _;

use chrono::{DateTime, SecondsFormat, Utc};
use customers_domain::{ApiKey, Scopes};
use customers_ports::ApiKeyListing;
use serde_json::{Value, json};

const HEADINGS: [&str; 6] = ["ID", "TENANT", "SCOPES", "CREATED", "EXPIRES", "STATE"];

/// Formats the keys as a table with aligned columns.
pub(super) fn table(listings: &[ApiKeyListing], now: DateTime<Utc>) -> String {
    let mut rows = vec![HEADINGS.map(str::to_owned)];
    rows.extend(listings.iter().map(|listing| row(listing, now)));
    let mut widths = [0; HEADINGS.len()];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let mut table = String::new();
    for row in &rows {
        let mut line = String::new();
        for (width, cell) in widths.into_iter().zip(row) {
            // Writing to a string cannot fail.
            let _ = write!(line, "{cell:width$}  ");
        }
        table.push_str(line.trim_end());
        table.push('\n');
    }
    table
}

/// Formats the keys as a JSON array.
pub(super) fn json(listings: &[ApiKeyListing], now: DateTime<Utc>) -> String {
    let keys: Vec<Value> = listings
        .iter()
        .map(|ApiKeyListing { key, tenant }| {
            json!({
                "id": key.id.as_str(),
                "tenant": tenant.expose(),
                "scopes": key.scopes.names().collect::<Vec<_>>(),
                "created_at": time(key.created_at),
                "expires_at": key.expires_at.map(time),
                "revoked_at": key.revoked_at.map(time),
                "state": state(key, now),
            })
        })
        .collect();
    format!("{:#}\n", Value::Array(keys))
}

/// Formats scopes as a comma-separated list, as `--scope` accepts it.
pub(super) fn scope_names(scopes: &Scopes) -> String {
    scopes.names().collect::<Vec<_>>().join(",")
}

fn row(ApiKeyListing { key, tenant }: &ApiKeyListing, now: DateTime<Utc>) -> [String; 6] {
    [
        key.id.to_string(),
        tenant.expose().to_owned(),
        scope_names(&key.scopes),
        time(key.created_at),
        key.expires_at.map_or_else(|| "never".to_owned(), time),
        match key.revoked_at {
            Some(at) => format!("revoked {}", time(at)),
            None => state(key, now).to_owned(),
        },
    ]
}

fn state(key: &ApiKey, now: DateTime<Utc>) -> &'static str {
    if key.revoked_at.is_some() {
        "revoked"
    } else if key.is_live(now) {
        "live"
    } else {
        "expired"
    }
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use customers_domain::{ApiKeyId, Parse as _, Scope, SecretHash, TenantId, TenantName};
    use uuid::Uuid;

    use super::*;

    const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn listing(tenant: &str, id: &str, scopes: &[Scope]) -> ApiKeyListing {
        ApiKeyListing {
            key: ApiKey {
                id: ApiKeyId::parse(id).unwrap(),
                tenant_id: TenantId::from_uuid(Uuid::nil()),
                scopes: scopes.iter().copied().collect(),
                secret_hash: SecretHash([7; 32]),
                created_at: NOW - TimeDelta::days(1),
                expires_at: None,
                revoked_at: None,
            },
            tenant: TenantName::parse(tenant).unwrap(),
        }
    }

    fn three() -> Vec<ApiKeyListing> {
        let mut listings = vec![
            listing(
                "acme",
                "0123456789abcdef",
                &[Scope::CUSTOMERS_READ, Scope::CUSTOMERS_WRITE],
            ),
            listing(
                "Zo\u{eb} & co",
                "0123456789abcdeg",
                &[Scope::CUSTOMERS_READ],
            ),
            listing("acme", "0123456789abcdeh", &[Scope::CUSTOMERS_REVIEW]),
        ];
        listings[1].key.expires_at = Some(NOW);
        listings[2].key.revoked_at = Some(NOW);
        listings
    }

    #[test]
    fn the_table_is_aligned_and_shows_live_expired_and_revoked_keys() {
        assert_eq!(
            table(&three(), NOW),
            "\
ID                TENANT    SCOPES                          CREATED               EXPIRES               STATE
0123456789abcdef  acme      customers:read,customers:write  1969-12-31T00:00:00Z  never                 live
0123456789abcdeg  Zo\u{eb} & co  customers:read                  1969-12-31T00:00:00Z  1970-01-01T00:00:00Z  expired
0123456789abcdeh  acme      customers:review                1969-12-31T00:00:00Z  never                 revoked 1970-01-01T00:00:00Z
"
        );
    }

    #[test]
    fn the_json_contains_the_same_and_not_the_hash() {
        let json = json(&three(), NOW);
        let keys: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(
            keys[1],
            json!({
                "id": "0123456789abcdeg",
                "tenant": "Zo\u{eb} & co",
                "scopes": ["customers:read"],
                "created_at": "1969-12-31T00:00:00Z",
                "expires_at": "1970-01-01T00:00:00Z",
                "revoked_at": null,
                "state": "expired",
            })
        );
        let states: Vec<&Value> = keys
            .as_array()
            .unwrap()
            .iter()
            .map(|key| &key["state"])
            .collect();
        assert_eq!(states, ["live", "expired", "revoked"]);
        assert!(!json.contains("hash"));
    }

    #[test]
    fn without_keys_the_table_has_only_headings_and_the_json_is_empty() {
        assert_eq!(
            table(&[], NOW),
            "ID  TENANT  SCOPES  CREATED  EXPIRES  STATE\n"
        );
        assert_eq!(json(&[], NOW), "[]\n");
    }
}
