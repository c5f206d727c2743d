//! Valid values without ceremony. What must be unique is, by a counter of the process.

mod generators;
mod values;

pub use generators::{TestClock, TestIds, test_time};
pub use values::{
    address, api_key, business_profile, claim, claimed, creation, creation_under, metadata,
    minimal_profile, parse, profile, tenant_id, tenant_name, unique_number,
};
