//! Stories that a user would tell, over HTTP, with the real program and a real Postgres: in containers
//! on a private network where a Docker engine has both images, and as processes where not.
//!
//! `TEST_E2E_PROVIDER` (`containers` or `processes`) asks for one of them alone; which one it was is
//! printed. `TEST_CUSTOMERS_IMAGE` (default `customers:dev`) is the program's image, and
//! `TEST_E2E_POOLER=transaction` puts PgBouncer between processes and their Postgres.
//!
//! The service runs as a role that may not change the schema, set up by the files in `deploy/`.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what a test cannot go on without fails it"
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
