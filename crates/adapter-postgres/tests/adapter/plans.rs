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
INSERT INTO customers (
    tenant_id, id, created_at, updated_at, status_since, version, status, customer_type, country,
    external_id, salt, email_digest, phone_digest, sealed
)
SELECT
    ('00000000-0000-7000-8000-' || lpad(to_hex(tenant), 12, '0'))::uuid,
    (lpad(to_hex(1700000000000 + n * 1000), 12, '0') || '7000' || '8'
        || lpad(to_hex(n), 15, '0'))::uuid,
    to_timestamp(1700000000 + n), to_timestamp(1700000000 + n), to_timestamp(1700000000 + n), 1,
    CASE WHEN n % 300 = 11 AND n < 9000 THEN 6 WHEN n % 10 = 0 THEN 7 ELSE 4 END,
    CASE WHEN n % 400 = 7 AND n < 9000 THEN 2 ELSE 1 END,
    CASE WHEN n % 500 = 3 AND n < 9000 THEN 'NG' ELSE 'US' END,
    'e' || n,
    md5('s' || n)::uuid, md5('c' || n)::uuid,
    CASE WHEN n % 2 = 0 THEN md5('half') ELSE md5('p' || n % 10000) END::uuid,
    decode(repeat(md5('x' || n), 20), 'hex')
FROM generate_series(1, 31) AS tenant
CROSS JOIN generate_series(1, CASE tenant WHEN 1 THEN 30000 ELSE 100 END) AS n";

/// Three thousand changes of the oldest customer, and as many of others.
const CHANGES: &str = "
INSERT INTO customer_changes (
    tenant_id, customer_id, id, at, version, action, to_status, from_status, actor, changed_fields
)
SELECT tenant_id, id, id, created_at, number, 2, 4, 4, 'k000000000000001', '{/phone}'
FROM (SELECT * FROM customers ORDER BY tenant_id, id LIMIT 10) AS oldest
CROSS JOIN generate_series(1, 3000) AS number";

/// A record of a request for each customer.
const RECORDS: &str = "
INSERT INTO idempotency_records (
    tenant_id, resource_id, recorded_at, outcome, key_hash, fingerprint, detail
)
SELECT tenant_id, id, created_at, 1, sha256(id::text::bytea), '', ''
FROM customers";

const TENANT: &str = "'00000000-0000-7000-8000-000000000001'";
const OLDEST: &str = "'018bcfe5-6be8-7000-8000-000000000001'";
const FIRST_PAGE: &str = "'ffffffff-ffff-ffff-ffff-ffffffffffff'";
/// Below which two thirds of the tenant's customers lie.
const LATER_PAGE: &str = "'018bd116-9500-7000-8000-000000000000'";
/// A digest or an id that nobody has.
const NOBODY: &str = "'ffffffff-0000-0000-0000-000000000000'";
const ANY_TIME: &str = "'00000000-0000-0000-0000-000000000000'";
/// Later than all of them were created.
const TOMORROW: &str = "'019c0000-0000-0000-0000-000000000000'";
const LIMIT: u64 = 51;
/// A page of each pair of status and type.
const MOST_ROWS: u64 = 14 * LIMIT;

const STATUSES: &str = "'{1,2,3,4,5,6,7}'::smallint[]";
const TYPES: &str = "'{1,2}'::smallint[]";
const REJECTED: &str = "'{6}'::smallint[]";
const BUSINESS: &str = "'{2}'::smallint[]";

/// Each statement of a list with what follows the first six of its parameters.
fn cases() -> Vec<(&'static str, &'static str, String)> {
    let mut cases = Vec::new();
    for (statement, parameters) in [
        ("LIST_CUSTOMERS", String::new()),
        ("LIST_BY_STATUS", format!(", {REJECTED}, {TYPES}")),
        (
            "LIST_BY_STATUS",
            format!(", '{{2,4}}'::smallint[], {TYPES}"),
        ),
        ("LIST_BY_STATUS", format!(", {STATUSES}, {BUSINESS}")),
        ("LIST_BY_STATUS", format!(", {STATUSES}, {TYPES}")),
        ("LIST_BY_COUNTRY", format!(", {STATUSES}, {TYPES}, 'NG'")),
        ("LIST_BY_COUNTRY", format!(", {STATUSES}, {TYPES}, 'US'")),
        ("LIST_BY_COUNTRY", format!(", {REJECTED}, {BUSINESS}, 'US'")),
        (
            "LIST_BY_PHONE",
            format!(", {STATUSES}, {TYPES}, NULL, md5('half')::uuid"),
        ),
    ] {
        for name in [statement.to_owned(), format!("{statement}_OLDEST_FIRST")] {
            let known = sql::ALL.iter().find(|(known, _)| *known == name);
            let (name, text) = known.copied().unwrap();
            cases.push((name, text, parameters.clone()));
        }
    }
    let any = format!(", {STATUSES}, {TYPES}, NULL, NULL");
    cases.extend([
        (
            "LIST_BY_EXTERNAL_ID",
            sql::LIST_BY_EXTERNAL_ID,
            format!("{any}, 'e77'"),
        ),
        (
            "LIST_BY_EMAIL",
            sql::LIST_BY_EMAIL,
            format!("{any}, NULL, md5('c77')::uuid"),
        ),
    ]);
    cases
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
                (FIRST_PAGE, LATER_PAGE),
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
#[expect(clippy::too_many_lines, reason = "a list of statements and parameters")]
fn look_ups() -> Vec<(&'static str, &'static str, String)> {
    let change = format!(
        "{TENANT}, {OLDEST}, 7, now(), now(), 4, 'US', 'none', {NOBODY}, {NOBODY}, '\\x01', {OLDEST},
        3, 4, NULL, NULL, 'none', 'k'"
    );
    let decision = format!("{change}, '\\x01'");
    let erasure = format!("{TENANT}, {OLDEST}, 7, now(), {OLDEST}, 12, 7, 'k', 'none'");
    let unique = format!("{NOBODY}, 'none'");
    let key = "'\\x00', '\\x00', '\\x01'";
    let one = format!(
        "{TENANT}, {TOMORROW}, now(), 1, 1, 'US', NULL, {NOBODY}, {NOBODY}, {NOBODY}, '\\x01',
        {TOMORROW}, 'k', {key}"
    );
    let bytes = "ARRAY['\\x01'::bytea, NULL]";
    let ids = format!("ARRAY[{FIRST_PAGE}, {ANY_TIME}]::uuid[]");
    let several = format!(
        "ARRAY[{TENANT}, {TENANT}]::uuid[], {ids}, ARRAY[now(), now()], '{{1,1}}', '{{1,1}}',
        '{{US,US}}', '{{NULL,NULL}}', {ids}, {ids}, {ids}, ARRAY['\\x01'::bytea, '\\x02'], {ids},
        '{{k,k}}', {bytes}, {bytes}, {bytes}, '50'"
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
            format!("{TENANT}, {OLDEST}, {unique}, {key}"),
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
        (
            "FIND_SEALED",
            sql::FIND_SEALED,
            format!("{TENANT}, {OLDEST}, 1"),
        ),
        (
            "FIND_DECISION",
            sql::FIND_DECISION,
            format!("{TENANT}, 'none'"),
        ),
        (
            "FIND_ERASED",
            sql::FIND_ERASED,
            format!("{TENANT}, {OLDEST}"),
        ),
        ("ERASE_CUSTOMER", sql::ERASE_CUSTOMER, erasure.clone()),
        ("ERASE_AND_DECIDE", sql::ERASE_AND_DECIDE, erasure),
        ("UPDATE_CUSTOMER", sql::UPDATE_CUSTOMER, change.clone()),
        ("UPDATE_AND_DECIDE", sql::UPDATE_AND_DECIDE, decision),
        ("REPLACE_CUSTOMER", sql::REPLACE_CUSTOMER, change),
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
    for (name, value) in sql::PLANNER {
        run(&mut connection, format!("SET {name} = {value}")).await;
    }
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
