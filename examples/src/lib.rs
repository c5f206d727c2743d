//! The store of `docs/extending.md`, compiled and tested with the workspace: [`toy_store`] is minimal and passes the
//! contract suite.
//!
//! The service does not depend on this crate. The crate depends on the domain and the ports and on no adapter, like the
//! store of a team. The example of a module is the crate in `examples/wallets`.

pub mod toy_store;
