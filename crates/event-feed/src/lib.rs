//! Runs the event feed over any store.
//!
//! [`FeedRunner`] is the background task that gives events their positions. Each copy of the program runs one; the store
//! lets only one of them number the events of a tenant at a time. [`Wakes`] tells it about new events at once, and
//! [`SignallingCustomers`] does so after each change of a customer. [`Heads`] holds the readers that wait for events,
//! without a connection to the store.
//!
//! This crate does not depend on HTTP, SQL or the adapters, and contains no rule about events: their order and their
//! positions are the store's.

mod heads;
mod runner;
mod schedule;
mod signalling;
mod wakes;

pub use heads::{Heads, MAX_WAITS_PER_KEY};
pub use runner::FeedRunner;
pub use signalling::SignallingCustomers;
pub use wakes::Wakes;
