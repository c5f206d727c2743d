//! End-to-end tests over HTTP, with the real program and a real Postgres.
//!
//! They run in containers on a private network if a Docker engine has both images, and as processes otherwise.
//! `TEST_E2E_PROVIDER` (`containers` or `processes`) selects one of them; the one that is used is printed.
//! `TEST_CUSTOMERS_IMAGE` (default `customers:dev`) is the image of the program. `TEST_E2E_POOLER=transaction` puts
//! PgBouncer between the processes and their Postgres.
//!
//! The service runs as a role that cannot change the schema, created by the files in `deploy/`.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a panic fails the test"
)]

mod copies;
mod database;
mod deployment;
mod first_customer;
mod interruption;
mod load;
mod logs;
mod releases;
mod retries;
mod roles;
