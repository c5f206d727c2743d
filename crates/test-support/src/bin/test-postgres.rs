//! Starts a temporary Postgres server and prints its URL. The server runs until standard input ends or the
//! program is stopped. Arguments are settings of the server: `test-postgres log_statement=all`.
#![expect(clippy::print_stdout, reason = "the URL is the output of this program")]

use std::io::Read as _;

use customers_test_support::postgres::{PostgresOptions, PostgresServer};

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let options = std::env::args()
        .skip(1)
        .filter_map(|setting| {
            let (name, value) = setting.split_once('=')?;
            Some((name.to_owned(), value.to_owned()))
        })
        .fold(
            PostgresOptions::new().durable(),
            |options, (name, value)| options.setting(&name, &value),
        );
    let server = PostgresServer::own(&options).await;
    println!("{}", server.url());
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
