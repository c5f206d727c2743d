//! A page costs the same wherever it lies, whatever it is filtered by and however skewed the tenants
//! are: no plan reads more of a table than the page needs.

use customers_adapter_postgres::sql;
use customers_test_support::postgres::PostgresServer;
use sqlx::types::JsonValue;
use sqlx::{AssertSqlSafe, Executor as _, PgConnection, Row as _};

use crate::store::{connect, migrated};

/// One tenant of 30,000 customers and thirty of 100, so that what holds on average holds for none.
/// In the large one every value of every filter is either common or rare, and rare ones are old.
const SEED: &str = "
INSERT INTO customers
SELECT
    ('00000000-0000-7000-8000-' || lpad(to_hex(tenant), 12, '0'))::uuid,
    (lpad(to_hex(1700000000000 + n * 1000), 12, '0') || '7000' || '8'
        || lpad(to_hex(n), 15, '0'))::uuid,
    CASE WHEN n % 400 = 7 AND n < 9000 THEN 'business' ELSE 'individual' END,
    'A', 'B', 'c' || n || '@example.com', 'c' || n || '@example.com',
    CASE WHEN n % 2 = 0 THEN '+12025550100' ELSE '+1202556' || lpad((n % 10000)::text, 4, '0') END,
    'L', NULL, 'C', 'S', '1',
    CASE WHEN n % 500 = 3 AND n < 9000 THEN 'NG' ELSE 'US' END,
    'e' || n, '{}',
    CASE WHEN n % 300 = 11 AND n < 9000 THEN 'rejected' WHEN n % 10 = 0 THEN 'closed'
        ELSE 'active' END,
    NULL, 1, to_timestamp(1700000000 + n), to_timestamp(1700000000 + n)
FROM generate_series(1, 31) AS tenant
CROSS JOIN generate_series(1, CASE tenant WHEN 1 THEN 30000 ELSE 100 END) AS n";

/// Three thousand changes of the oldest customer, and as many of others.
const CHANGES: &str = "
INSERT INTO customer_changes
SELECT tenant_id, id, number, id, 'update', 'active', 'active', '{/phone}', NULL, NULL,
    'k000000000000001', created_at
FROM (SELECT * FROM customers ORDER BY tenant_id, id LIMIT 10) AS oldest
CROSS JOIN generate_series(1, 3000) AS number";

/// A record of a request for each customer.
const RECORDS: &str = "
INSERT INTO idempotency_records
SELECT tenant_id, 'POST /customers', sha256(id::text::bytea), '', 1, id, created_at
FROM customers";

const TENANT: &str = "'00000000-0000-7000-8000-000000000001'";
const OLDEST: &str = "'018bcfe5-6be8-7000-8000-000000000001'";
const FIRST_PAGE: &str = "'ffffffff-ffff-ffff-ffff-ffffffffffff'";
/// Below which two thirds of the tenant's customers lie.
const LATER_PAGE: &str = "'018bd116-9500-7000-8000-000000000000'";
const ANY_TIME: &str = "'00000000-0000-0000-0000-000000000000'";
/// Later than all of them were created.
const TOMORROW: &str = "'019c0000-0000-0000-0000-000000000000'";
const LIMIT: u64 = 51;
/// A page of each pair of status and type.
const MOST_ROWS: u64 = 14 * LIMIT;

const STATUSES: &str = "ARRAY['pending_kyc', 'in_review', 'action_required', 'active',
    'suspended', 'rejected', 'closed']";
const TYPES: &str = "ARRAY['individual', 'business']";

/// Each statement of a list with what follows the first six of its parameters.
fn cases() -> Vec<(&'static str, &'static str, String)> {
    let any = format!(", {STATUSES}, {TYPES}");
    vec![
        ("LIST_CUSTOMERS", sql::LIST_CUSTOMERS, String::new()),
        (
            "LIST_BY_STATUS",
            sql::LIST_BY_STATUS,
            format!(", ARRAY['rejected'], {TYPES}"),
        ),
        (
            "LIST_BY_STATUS",
            sql::LIST_BY_STATUS,
            format!(", ARRAY['in_review', 'active'], {TYPES}"),
        ),
        (
            "LIST_BY_STATUS",
            sql::LIST_BY_STATUS,
            format!(", {STATUSES}, ARRAY['business']"),
        ),
        ("LIST_BY_STATUS", sql::LIST_BY_STATUS, any.clone()),
        (
            "LIST_BY_COUNTRY",
            sql::LIST_BY_COUNTRY,
            format!("{any}, 'NG'"),
        ),
        (
            "LIST_BY_COUNTRY",
            sql::LIST_BY_COUNTRY,
            format!("{any}, 'US'"),
        ),
        (
            "LIST_BY_COUNTRY",
            sql::LIST_BY_COUNTRY,
            ", ARRAY['rejected'], ARRAY['business'], 'US'".into(),
        ),
        (
            "LIST_BY_PHONE",
            sql::LIST_BY_PHONE,
            format!("{any}, NULL, '+12025550100'"),
        ),
        (
            "LIST_BY_EXTERNAL_ID",
            sql::LIST_BY_EXTERNAL_ID,
            format!("{any}, NULL, NULL, 'e77'"),
        ),
        (
            "LIST_BY_EMAIL",
            sql::LIST_BY_EMAIL,
            format!("{any}, NULL, NULL, NULL, 'c77@example.com'"),
        ),
    ]
}

async fn run(connection: &mut PgConnection, statement: String) {
    connection.execute(AssertSqlSafe(statement)).await.unwrap();
}

/// The plan with what it did, as the server tells it.
async fn explain(connection: &mut PgConnection, name: &str, parameters: &str) -> JsonValue {
    let explain =
        format!("EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) EXECUTE {name} ({parameters})");
    let rows = sqlx::raw_sql(AssertSqlSafe(explain))
        .fetch_all(connection)
        .await
        .unwrap();
    let text: String = rows[0].get_unchecked(0);
    let mut plans: JsonValue = text.parse().unwrap();
    plans[0]["Plan"].take()
}

fn number(node: &JsonValue, key: &str) -> u64 {
    node[key]
        .as_f64()
        .map_or(0, |number| format!("{number:.0}").parse().unwrap())
}

/// Fails where a part of the plan reads a table from end to end, or more rows than a page needs.
fn assert_flat(node: &JsonValue, case: &str) {
    let kind = node["Node Type"].as_str().unwrap();
    assert!(
        !kind.contains("Seq Scan") && !kind.contains("Bitmap"),
        "{case}: {node:#}"
    );
    let read = number(node, "Actual Rows")
        + number(node, "Rows Removed by Filter")
        + number(node, "Rows Removed by Index Recheck");
    let read = read * number(node, "Actual Loops");
    assert!(read <= MOST_ROWS, "{case}: {read} rows: {node:#}");
    for part in node["Plans"].as_array().into_iter().flatten() {
        assert_flat(part, case);
    }
}

#[tokio::test]
async fn a_page_reads_no_more_rows_than_it_needs() {
    let database = migrated(PostgresServer::shared().await).await;
    let mut connection = connect(&database).await;
    run(&mut connection, SEED.into()).await;
    run(&mut connection, "ANALYZE customers".into()).await;
    for (name, value) in sql::PLANNER {
        run(&mut connection, format!("SET {name} = {value}")).await;
    }
    for mode in ["force_custom_plan", "force_generic_plan"] {
        run(&mut connection, format!("SET plan_cache_mode = {mode}")).await;
        for (name, statement, filters) in cases() {
            run(&mut connection, format!("PREPARE {name} AS {statement}")).await;
            for (before, from) in [
                (FIRST_PAGE, ANY_TIME),
                (LATER_PAGE, ANY_TIME),
                (FIRST_PAGE, TOMORROW),
            ] {
                let parameters =
                    format!("{TENANT}, {before}, {from}, {LIMIT}, NULL, NULL{filters}");
                let plan = explain(&mut connection, name, &parameters).await;
                assert_flat(&plan, &format!("{mode} {name} ({parameters})"));
            }
            run(&mut connection, format!("DEALLOCATE {name}")).await;
        }
    }
}

/// Statements that look for one customer or one key, with parameters that find it or, where they would
/// change it, find it in another version; those that store what is not there yet; and the sweep.
fn look_ups() -> Vec<(&'static str, &'static str, String)> {
    let of_31 = format!(
        "{TENANT}, {OLDEST}, NULL, NULL, NULL, 'none', 'none@example.com'{}, 7{}",
        ", NULL".repeat(11),
        ", NULL".repeat(12),
    );
    let unique = "'none@example.com', 'none'";
    let key = "'\\x00', '\\x00'";
    let operation = "'POST /customers'";
    let one = format!(
        "{TENANT}, {TOMORROW}, 'individual', 'A', 'B', {unique_email}, {unique_email}, '1', 'L', NULL,
        'C', 'S', '1', 'US', NULL, '{{}}', 'active', NULL, 1, now(), now(), now(), {TOMORROW}, 'create', NULL,
        'active', '{{}}', NULL, NULL, 'k', now(), {key}, {operation}, '\\x01'",
        unique_email = "'one@example.com'",
    );
    let several = format!(
        "'50', ARRAY[{TENANT}, {TENANT}]::uuid[], ARRAY[{FIRST_PAGE}, {ANY_TIME}]::uuid[],
        '{{individual,individual}}', '{{A,A}}', '{{B,B}}', '{{a@example.com,b@example.com}}',
        '{{a@example.com,b@example.com}}', '{{1,1}}', '{{L,L}}', '{{NULL,NULL}}', '{{C,C}}', '{{S,S}}',
        '{{1,1}}', '{{US,US}}', '{{NULL,NULL}}', ARRAY['{{}}', '{{}}']::jsonb[], '{{active,active}}',
        ARRAY[now(), now()], ARRAY[{FIRST_PAGE}, {ANY_TIME}]::uuid[], '{{k,k}}',
        ARRAY['\\x01'::bytea, NULL], ARRAY['\\x01'::bytea, NULL], ARRAY['\\x01'::bytea, NULL],
        {operation}",
    );
    vec![
        (
            "STORE_CUSTOMER_AND_RECORD",
            sql::STORE_CUSTOMER_AND_RECORD,
            one,
        ),
        ("STORE_CUSTOMERS", sql::STORE_CUSTOMERS, several),
        (
            "ANSWER_AND_RECORD",
            sql::ANSWER_AND_RECORD,
            format!("{TENANT}, {OLDEST}, {unique}, {key}, {operation}, '\\x01'"),
        ),
        (
            "FIND_CUSTOMER",
            sql::FIND_CUSTOMER,
            format!("{TENANT}, {OLDEST}"),
        ),
        (
            "FIND_HOLDER",
            sql::FIND_HOLDER,
            format!("{TENANT}, {OLDEST}, {unique}"),
        ),
        (
            "FIND_OTHER_HOLDER",
            sql::FIND_OTHER_HOLDER,
            format!("{TENANT}, {OLDEST}, {unique}"),
        ),
        (
            "WHY_NOT_EDITED",
            sql::WHY_NOT_EDITED,
            format!("{TENANT}, {OLDEST}, 7, {OLDEST}, {unique}"),
        ),
        (
            "WHY_NOT_DECIDED",
            sql::WHY_NOT_DECIDED,
            format!("{TENANT}, {OLDEST}, 7, {OLDEST}, 'none'"),
        ),
        (
            "LIST_CHANGES",
            sql::LIST_CHANGES,
            format!("{TENANT}, {OLDEST}, 7, {LIMIT}"),
        ),
        ("UPDATE_CUSTOMER", sql::UPDATE_CUSTOMER, of_31.clone()),
        ("UPDATE_AND_DECIDE", sql::UPDATE_AND_DECIDE, of_31.clone()),
        ("REPLACE_CUSTOMER", sql::REPLACE_CUSTOMER, of_31),
        ("OLDEST_RECORD", sql::OLDEST_RECORD, "'epoch'".into()),
        (
            "SWEEP_RECORDS",
            sql::SWEEP_RECORDS,
            format!("'epoch', 'infinity', {LIMIT}"),
        ),
    ]
}

#[tokio::test]
async fn a_plan_that_was_made_when_the_table_was_empty_is_flat_when_it_is_full() {
    let database = migrated(PostgresServer::shared().await).await;
    let mut connection = connect(&database).await;
    for (name, value) in sql::PLANNER {
        run(&mut connection, format!("SET {name} = {value}")).await;
    }
    let generic = "SET plan_cache_mode = force_generic_plan";
    run(&mut connection, generic.into()).await;
    let pages = cases().into_iter().map(|(name, statement, filters)| {
        let page = format!("{TENANT}, {FIRST_PAGE}, {ANY_TIME}, {LIMIT}, NULL, NULL{filters}");
        (name, statement, page)
    });
    let prepared: Vec<_> = pages
        .chain(look_ups())
        .enumerate()
        .map(|(number, (name, statement, values))| (format!("{name}_{number}"), statement, values))
        .collect();
    for (name, statement, values) in &prepared {
        run(&mut connection, format!("PREPARE {name} AS {statement}")).await;
        explain(&mut connection, name, values).await;
    }
    run(&mut connection, SEED.into()).await;
    run(&mut connection, RECORDS.into()).await;
    for (name, _, values) in &prepared {
        let plan = explain(&mut connection, name, values).await;
        assert_flat(&plan, name);
    }
}

#[tokio::test]
async fn a_page_of_a_history_reads_no_more_rows_than_it_needs() {
    let database = migrated(PostgresServer::shared().await).await;
    let mut connection = connect(&database).await;
    run(&mut connection, SEED.into()).await;
    run(&mut connection, CHANGES.into()).await;
    run(&mut connection, "ANALYZE".into()).await;
    let statement = sql::LIST_CHANGES;
    for mode in ["force_custom_plan", "force_generic_plan"] {
        run(&mut connection, format!("SET plan_cache_mode = {mode}")).await;
        run(&mut connection, format!("PREPARE history AS {statement}")).await;
        for before in [i32::MAX, 1500] {
            let values = format!("{TENANT}, {OLDEST}, {before}, {LIMIT}");
            let plan = explain(&mut connection, "history", &values).await;
            assert_flat(&plan, &format!("{mode} {before}"));
            assert_eq!(number(&plan, "Actual Rows"), LIMIT);
        }
        run(&mut connection, "DEALLOCATE history".into()).await;
    }
}
