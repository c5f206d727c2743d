//! The HTTP listener over real sockets: time limits, connection limit and shutdown.

mod drain;
mod eviction;
mod harness;
mod limits;
mod unread_bodies;
