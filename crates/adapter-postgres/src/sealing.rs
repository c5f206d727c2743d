//! Sealing of personal data before it reaches a row.
//!
//! ```text
//! master key ──wraps──▶ sealing key of the tenant ──HKDF with the customer's salt──▶ customer's key
//!            ──wraps──▶ index key of the tenant   ──HMAC──▶ digests of email and phone
//! ```
//!
//! - [`TenantKeys`] loads and makes the keys of tenants and keeps them in memory.
//! - [`KeyRing`] is the keys of one tenant. It opens what any of them sealed.
//! - [`CustomerKey`] seals with AES-256-GCM. A sealed value is bound to its [`Place`].
//! - [`form`] is what is sealed: JSON whose members a newer program can add to.
//!
//! Nothing outside this module sees a key, a nonce or a cipher.

mod cipher;
pub(crate) mod form;
mod ring;
mod tenant_keys;

pub(crate) use cipher::{CustomerKey, Place, Salt, Slot};
pub(crate) use ring::{Digest, KeyRing};
pub use tenant_keys::TenantKeys;
