//! The code of `docs/extending.md`, compiled and tested with the workspace.
//!
//! - [`wallets`]: a module on top of customers. It reads customers through the ports and checks whether they may
//!   transact.
//! - [`toy_store`]: a minimal store that passes the contract suite.
//!
//! The service does not depend on this crate. The crate depends on the domain and the ports and on no adapter, like the
//! code of a team that builds on customers.

pub mod toy_store;
pub mod wallets;
