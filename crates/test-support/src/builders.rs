//! Builders of valid values. Unique values come from a counter of the process.

mod changes;
mod dice;
mod generators;
mod values;

pub use changes::{decided, decided_because, edited, erasure, renamed};
pub use dice::Dice;
pub use generators::{TestClock, TestIds, customer_id, test_time};
pub use values::{
    address, api_key, business_profile, claim, claim_of, claimed, creation, creation_at,
    creation_under, metadata, minimal_profile, parse, profile, tenant_id, tenant_name,
    unique_number,
};
