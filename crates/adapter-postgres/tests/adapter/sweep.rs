//! What a sweep of old records costs while deleted rows cannot be removed.

use std::time::Duration;

use chrono::TimeDelta;
use customers_adapter_postgres::PgSettings;
use customers_test_support::eventually;
use customers_test_support::postgres::PostgresServer;
use sqlx::{Connection as _, Executor as _};

use crate::store::{connect, migrated, number, stores};

const RECORDS: i64 = 3_000;
const STEP: u32 = 100;

/// Records of two days ago, a millisecond apart.
const OLD_RECORDS: &str = "
INSERT INTO idempotency_records (
    tenant_id, resource_id, recorded_at, outcome, key_hash, fingerprint, detail
)
SELECT gen_random_uuid(), gen_random_uuid(),
    now() - interval '2 days' + number * interval '1 ms', 1, sha256(number::text::bytea), '', ''
FROM generate_series(1, 3000) AS number";

/// The adapter's sessions report what they read when they end.
const END_SESSIONS: &str = "
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'customers'";

const SCANS: &str = "
SELECT idx_scan FROM pg_stat_user_indexes
WHERE indexrelname = 'idempotency_records_recorded_at'";

const ENTRIES_READ: &str = "
SELECT idx_tup_read FROM pg_stat_user_indexes
WHERE indexrelname = 'idempotency_records_recorded_at'";

/// A snapshot, as `pg_dump` holds one, keeps deleted rows where they are.
#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_under_a_snapshot_reads_each_deleted_record_no_more_than_twice() {
    let database = migrated(PostgresServer::shared().await).await;
    let mut connection = connect(&database).await;
    connection.execute(OLD_RECORDS).await.unwrap();
    let mut other = connect(&database).await;
    let mut snapshot = other.begin().await.unwrap();
    snapshot
        .execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        .await
        .unwrap();
    snapshot.execute("SELECT 1").await.unwrap();

    let stores = stores(&PgSettings::new(database.url()));
    let mut steps = 0;
    loop {
        let swept = stores.idempotency.sweep(TimeDelta::hours(24), STEP).await;
        steps += 1;
        if swept.unwrap() < STEP {
            break;
        }
    }
    let left = "SELECT count(*) FROM idempotency_records";
    assert_eq!(number(&mut connection, left).await, 0);

    // Each step looks for the oldest record, and each but the last deletes some.
    connection.execute(END_SESSIONS).await.unwrap();
    eventually("the statistics", Duration::from_secs(20), async || {
        number(&mut connection, SCANS).await >= 2 * steps - 1
    })
    .await;
    let read = number(&mut connection, ENTRIES_READ).await;
    assert!((RECORDS..=2 * RECORDS).contains(&read), "{read}");
    drop(snapshot);
}
