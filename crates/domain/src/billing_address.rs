use crate::country::CountryCode;
use crate::text::{AddressLine, Locality};
use crate::zip_code::ZipCode;

/// Billing address of a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillingAddress {
    /// Street address, first line.
    pub line1: AddressLine,
    /// Street address, second line.
    pub line2: Option<AddressLine>,
    /// City.
    pub city: Locality,
    /// State or region.
    pub state: Locality,
    /// Postal code.
    pub zip_code: ZipCode,
    /// Country.
    pub country: CountryCode,
}
