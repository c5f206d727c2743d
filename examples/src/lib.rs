//! What `docs/extending.md` shows, compiled and tested with everything else.
//!
//! - [`wallets`]: a module on top of customers. It reads them through the ports and asks them whether
//!   they may transact.
//! - [`toy_store`]: a whole store, as plain as it can be, that passes the contract suite.
//!
//! Nothing of the service depends on this crate, and it knows no adapter: it sees what a team that
//! builds on customers sees, the domain and the ports.

pub mod toy_store;
pub mod wallets;
