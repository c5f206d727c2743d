//! The ports on Postgres
