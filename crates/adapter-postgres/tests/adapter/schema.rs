//! The schema and the statements fit each other, and the schema fits a cluster.

use customers_adapter_postgres::sql;
use customers_test_support::postgres::PostgresServer;
use sqlx::{Executor as _, Row as _, SqlSafeStr as _};

use crate::store::{connect, migrated};

/// Found before the tenant is known, and the migrator's own.
const NOT_CUSTOMER_DATA: [&str; 3] = ["tenants", "api_keys", "_sqlx_migrations"];

/// The sweep is the one statement that means every tenant.
const OF_ALL_TENANTS: [&str; 1] = ["idempotency_records_recorded_at"];

const INDEXES: &str = "
SELECT t.relname::text AS table_name, x.indexrelid::regclass::text AS index_name,
       coalesce(x.indisprimary, false) AS is_primary, coalesce(x.indisunique, false) AS is_unique,
       coalesce(a.attname::text, '') AS first_column
FROM pg_class AS t
LEFT JOIN pg_index AS x ON x.indrelid = t.oid
LEFT JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = x.indkey[0]
WHERE t.relkind IN ('r', 'p') AND t.relnamespace = 'public'::regnamespace";

#[tokio::test]
async fn every_statement_fits_the_schema() {
    let database = migrated(PostgresServer::shared().await).await;
    let mut connection = connect(&database).await;
    for &(name, statement) in sql::ALL {
        let prepared = connection.prepare(statement.into_sql_str()).await;
        assert!(prepared.is_ok(), "{name}: {:?}", prepared.err());
    }
}

#[tokio::test]
async fn every_index_of_customer_data_leads_with_the_tenant() {
    let database = migrated(PostgresServer::shared().await).await;
    let rows = sqlx::query(INDEXES)
        .fetch_all(&mut connect(&database).await)
        .await
        .unwrap();
    let mut with_primary_key = Vec::new();
    for row in &rows {
        let table: &str = row.get("table_name");
        if NOT_CUSTOMER_DATA.contains(&table) {
            continue;
        }
        let index: &str = row.get::<Option<_>, _>("index_name").unwrap_or("none");
        if OF_ALL_TENANTS.contains(&index) && !row.get::<bool, _>("is_unique") {
            continue;
        }
        let first: &str = row.get("first_column");
        assert_eq!(first, "tenant_id", "{table}: {index}");
        if row.get("is_primary") {
            with_primary_key.push(table);
        }
    }
    with_primary_key.sort_unstable();
    assert_eq!(
        with_primary_key,
        [
            "customer_changes",
            "customers",
            "decisions",
            "erased_customers",
            "event_heads",
            "events",
            "idempotency_records",
            "module_events",
            "tenant_keys",
            "waiting_events"
        ]
    );
}

#[tokio::test]
async fn the_schema_has_nothing_that_a_cluster_cannot_keep() {
    let database = migrated(PostgresServer::shared().await).await;
    let found: Vec<String> = sqlx::query_scalar(
        "SELECT relname::text FROM pg_class
         WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace
         UNION ALL
         SELECT tgname::text FROM pg_trigger WHERE NOT tgisinternal
         UNION ALL
         SELECT conname::text FROM pg_constraint
         WHERE contype = 'f' AND conrelid <> 'api_keys'::regclass",
    )
    .fetch_all(&mut connect(&database).await)
    .await
    .unwrap();
    assert_eq!(found, [""; 0], "sequences, triggers or foreign keys");
}
