//! The listener over real sockets: its limits, its bound, and its end.

mod bound;
mod drain;
mod harness;
mod limits;
mod unread_bodies;
