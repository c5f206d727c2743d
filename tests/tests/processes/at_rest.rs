//! What lies on the database's disk and in its log holds nothing personal in clear.

use std::time::Duration;

use aho_corasick::AhoCorasick;
use customers_test_support::eventually;
use customers_test_support::postgres::{PostgresOptions, PostgresServer, TestDatabase};
use customers_tests::{Caller, Program, stores};
use nix::sys::signal::Signal;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

/// Ten values for each of four customers: what a person is asked for, and two reasons. None of them
/// stands anywhere else.
fn planted(number: usize) -> Vec<String> {
    let unusual = ["Qvalbryn", "Wexmordu", "Zuxhoveq", "Jyrkolpim"][number];
    vec![
        format!("First{unusual}"),
        format!("Last{unusual}"),
        format!("mail.{unusual}@{unusual}.example.com").to_ascii_lowercase(),
        format!("+4930901820{number}{number}"),
        format!("{number} Street{unusual}"),
        format!("Floor{unusual}"),
        format!("City{unusual}"),
        format!("Note{unusual}"),
        format!("Because{unusual}"),
        format!("Finally{unusual}"),
    ]
}

fn person(number: usize) -> Value {
    let values = planted(number);
    json!({
        "first_name": values[0], "last_name": values[1], "email": values[2], "phone": values[3],
        "type": "individual",
        "billing_address": {
            "line1": values[4], "line2": values[5], "city": values[6], "state": "Lagos",
            "zip_code": "100001", "country": "NG"
        },
        "external_id": format!("in-clear-{number}"),
        "metadata": {"note": values[7]}
    })
}

/// Creates a customer, edits it, decides on it, looks it up in every way, and is refused once.
async fn live(caller: &Caller, number: usize) {
    let values = planted(number);
    let once = format!("once-{number}");
    let created = caller.create(&person(number), Some(&once)).await;
    assert_eq!(created.status, 201, "{}", created.text());
    let path = format!("/customers/{}", created.id());
    assert_eq!(caller.create(&person(number), None).await.status, 409);
    let edit = json!({"email": format!("new.{}", values[2])});
    let edited = caller.change("PATCH", &path, 1, &edit).await;
    assert_eq!(edited.status, 200, "{}", edited.text());
    for (version, verb, reason) in [(2, "submit", &values[8]), (3, "reject", &values[9])] {
        let decision = json!({"reason": reason, "decision_id": format!("{verb}-{number}")});
        for _ in ["first", "again"] {
            let path = format!("{path}/{verb}");
            let decided = caller.change("POST", &path, version, &decision).await;
            assert_eq!(decided.status, 200, "{}", decided.text());
        }
    }
    let phone = values[3].replace('+', "%2B");
    let email = format!("new.{}", values[2]);
    for query in [
        format!("phone={phone}"),
        format!("email={email}"),
        String::new(),
    ] {
        let listed = caller.get(&format!("/customers?{query}")).await;
        assert!(
            listed.text().contains(&values[0]),
            "{query}: {}",
            listed.text()
        );
    }
    let history = caller.get(&format!("{path}/history")).await;
    assert!(history.text().contains(&values[9]), "{}", history.text());
}

/// The value in every spelling in which a file or a log could hold it.
fn spellings(value: &str) -> Vec<Vec<u8>> {
    let bytes = value.as_bytes();
    let utf16 = |to: fn(u16) -> [u8; 2]| value.encode_utf16().flat_map(to).collect();
    let digit = |nibble: u8| b"0123456789abcdef"[usize::from(nibble)];
    let hex = bytes.iter().map(|byte| [byte >> 4, byte & 15].map(digit));
    let hex: Vec<u8> = hex.flatten().collect();
    let mut spellings = vec![
        bytes.to_vec(),
        utf16(u16::to_le_bytes),
        utf16(u16::to_be_bytes),
        hex.to_ascii_uppercase(),
        hex,
    ];
    // In base64 a value looks different at each of three offsets. Its ends mix with its neighbours.
    spellings.extend((0..3).map(|offset| base64(&bytes[offset..])));
    spellings
}

/// The characters that whole groups of three bytes make.
fn base64(bytes: &[u8]) -> Vec<u8> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let groups = bytes.chunks_exact(3);
    let characters = groups.flat_map(|group| {
        let bits = group
            .iter()
            .fold(0, |bits, byte| bits << 8 | usize::from(*byte));
        [18, 12, 6, 0].map(|shift| ALPHABET[bits >> shift & 63])
    });
    characters.collect()
}

/// Every row of every table, as text.
async fn dump(connection: &mut PgConnection) -> Vec<u8> {
    let tables = "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
                  WHERE schemaname = 'public'";
    let tables: Vec<String> = sqlx::query_scalar(tables)
        .fetch_all(&mut *connection)
        .await
        .unwrap();
    assert!(tables.len() >= 7, "{tables:?}");
    let mut dump = Vec::new();
    for table in tables {
        let rows = format!("SELECT row_to_json(it)::text || it::text FROM {table} AS it");
        let rows: Vec<String> = sqlx::query_scalar(AssertSqlSafe(rows))
            .fetch_all(&mut *connection)
            .await
            .unwrap();
        dump.extend(rows.concat().into_bytes());
    }
    dump
}

/// Every file of the server's data directory, its write-ahead log included.
async fn files(connection: &mut PgConnection) -> Vec<u8> {
    connection.execute("CHECKPOINT").await.unwrap();
    let files = "
        WITH RECURSIVE entry (path, is_folder) AS (
            SELECT '.', true
            UNION ALL
            SELECT entry.path || '/' || name, (pg_stat_file(entry.path || '/' || name, true)).isdir
            FROM entry CROSS JOIN LATERAL pg_ls_dir(entry.path) AS name
            WHERE entry.is_folder
        )
        SELECT path FROM entry WHERE NOT is_folder";
    let files: Vec<String> = sqlx::query_scalar(files)
        .fetch_all(&mut *connection)
        .await
        .unwrap();
    assert!(files.iter().any(|path| path.contains("pg_wal/0000")));
    let mut all = Vec::new();
    for path in files {
        let read = "SELECT coalesce(pg_read_binary_file($1, 0, 64000000, true), '')";
        let bytes: Vec<u8> = sqlx::query_scalar(read)
            .bind(path)
            .fetch_one(&mut *connection)
            .await
            .unwrap();
        all.extend(bytes);
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn planted_personal_data_is_in_no_table_no_file_and_no_log_of_the_database() {
    let options = PostgresOptions::new()
        .setting("log_statement", "all")
        .setting("log_parameter_max_length", "-1")
        .setting("log_parameter_max_length_on_error", "-1");
    let server = PostgresServer::own(&options).await;
    let database: TestDatabase = server.migrated_database(stores::bring_up).await;
    let key = Program::key_with(
        database.url(),
        "Acme",
        "customers:read,customers:write,customers:review",
    );
    let program = Program::serve(database.url(), &[]).await;
    let caller = Caller::new(&program, &key);
    for number in 0..4 {
        live(&caller, number).await;
    }

    let mut connection = PgConnection::connect(database.url()).await.unwrap();
    let dump = dump(&mut connection).await;
    let files = files(&mut connection).await;
    connection.execute("SELECT 'the end'").await.unwrap();
    eventually("the log", Duration::from_secs(10), async || {
        server.log().await.contains("the end")
    })
    .await;
    let log = server.log().await.into_bytes();

    let values: Vec<String> = (0..4).flat_map(planted).collect();
    assert_eq!(values.len(), 40);
    let spellings: Vec<Vec<u8>> = values.iter().flat_map(|value| spellings(value)).collect();
    let planted = AhoCorasick::new(&spellings).unwrap();
    let control = AhoCorasick::new(["in-clear-0"]).unwrap();
    for (place, bytes) in [("a dump", &dump), ("the files", &files), ("the log", &log)] {
        let found = planted
            .find(bytes)
            .map(|it| &values[it.pattern().as_usize() / 8]);
        assert_eq!(found, None, "in {place}");
        assert!(control.find(bytes).is_some(), "the search works in {place}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sealed_value_that_was_tampered_with_is_500_and_one_line_that_names_the_customer() {
    let server = PostgresServer::shared().await;
    let database = server.migrated_database(stores::bring_up).await;
    let key = Program::key(database.url(), "Acme");
    let program = Program::serve(database.url(), &["--drain-delay", "0s"]).await;
    let caller = Caller::new(&program, &key);
    let created = caller.create(&person(0), None).await;
    assert_eq!(created.status, 201, "{}", created.text());
    let id = created.id();

    let mut connection = PgConnection::connect(database.url()).await.unwrap();
    connection
        .execute("UPDATE customers SET sealed = set_bit(sealed, 200, 1 - get_bit(sealed, 200))")
        .await
        .unwrap();
    for path in [&format!("/customers/{id}"), "/customers"] {
        let answer = caller.get(path).await;
        assert_eq!(answer.status, 500, "{}", answer.text());
        assert!(!answer.text().contains(&id), "{}", answer.text());
    }
    program.signal(Signal::SIGTERM);
    let (_, log) = program.ended().await;
    let faults: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("\"ERROR\""))
        .collect();
    assert_eq!(faults.len(), 2, "{log}");
    for fault in faults {
        assert!(
            fault.contains(&id) && fault.contains("does not open"),
            "{fault}"
        );
    }
    for value in planted(0) {
        assert!(!log.contains(&value), "{log}");
    }
}

#[test]
fn a_value_is_found_in_every_spelling() {
    let value = "FirstQvalbryn";
    let base64_at = |offset: usize| base64(format!("{}{value}..", &"xyz"[..offset]).as_bytes());
    for text in [
        value.as_bytes().to_vec(),
        value.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        b"4669727374517661 6c62 72 796e"
            .iter()
            .copied()
            .filter(|byte| *byte != b' ')
            .collect(),
        base64_at(0),
        base64_at(1),
        base64_at(2),
    ] {
        let found = AhoCorasick::new(spellings(value)).unwrap();
        assert!(
            found.find(&text).is_some(),
            "{}",
            String::from_utf8_lossy(&text)
        );
    }
}
