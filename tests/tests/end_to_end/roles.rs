//! The database role of the service.

use chrono::TimeDelta;
use customers_adapter_postgres::{Database, PgIdempotencyRecords, PgSettings};
use customers_ports::IdempotencyRecords as _;
use customers_tests::bodies;
use sqlx::Executor as _;

use crate::deployment::{Deployment, Role};

#[tokio::test(flavor = "multi_thread")]
async fn the_role_of_the_service_can_write_rows_and_cannot_change_the_schema() {
    let deployment = Deployment::new().await;
    let copy = deployment.copy().await;
    let key = deployment.key("Acme").await;
    let created = copy
        .caller(&key)
        .create(&bodies::person(), Some("once"))
        .await;
    assert_eq!(created.status, 201, "{}", created.text());
    assert!(deployment.keys(&["list"]).await.contains("Acme"));

    let settings = PgSettings::new(deployment.url("customers", Some(Role::App)));
    let records = PgIdempotencyRecords::new(Database::new(&settings).unwrap());
    assert_eq!(records.sweep(TimeDelta::zero(), 10).await.unwrap(), 1);

    let mut connection = deployment.connect("customers", Some(Role::App)).await;
    for forbidden in [
        "CREATE TABLE more (id bigint)",
        "ALTER TABLE customers ADD COLUMN more text",
        "DROP TABLE customers",
        "TRUNCATE customers",
        "UPDATE customer_changes SET sealed_reason = ''",
        "DELETE FROM customer_changes",
        "UPDATE decisions SET sealed = ''",
        "DELETE FROM decisions",
        "UPDATE tenant_keys SET wrapped = ''",
        "DELETE FROM tenant_keys",
        "UPDATE api_keys SET secret_hash = ''",
        "DELETE FROM _sqlx_migrations",
    ] {
        let refused = connection.execute(forbidden).await.unwrap_err();
        let code = refused
            .as_database_error()
            .and_then(sqlx::error::DatabaseError::code);
        assert_eq!(code.as_deref(), Some("42501"), "{forbidden}: {refused}");
    }
}
