//! An adapter of [`MasterKey`](customers_ports::MasterKey) with the master key in the transit engine of HashiCorp Vault
//! or OpenBao.
//!
//! The master key never leaves the engine: it encrypts and decrypts the keys of tenants. [`Vault`] sends one request for
//! each key that is wrapped or unwrapped, so callers should cache unwrapped keys. This crate does not depend on the use
//! of the wrapped keys, the database or the command line.

mod client;
mod error;
mod key_name;
mod token;
mod vault;

pub use error::SettingsError;
pub use key_name::KeyName;
pub use token::Token;
pub use vault::{Settings, Vault};
