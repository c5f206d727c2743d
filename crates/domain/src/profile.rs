use crate::billing_address::BillingAddress;
use crate::customer_type::CustomerType;
use crate::email::EmailAddress;
use crate::external_id::ExternalId;
use crate::metadata::Metadata;
use crate::phone::PhoneNumber;
use crate::text::PersonName;

/// Client-supplied customer data. Everything except `customer_type` can be edited. Each member is
/// valid by itself, and no rule ties one to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// First name.
    pub first_name: PersonName,
    /// Last name.
    pub last_name: PersonName,
    /// Email address, unique in the tenant.
    pub email: EmailAddress,
    /// Phone number.
    pub phone: PhoneNumber,
    /// Person or company; never changes.
    pub customer_type: CustomerType,
    /// Where bills go.
    pub billing_address: BillingAddress,
    /// The caller's own reference, unique in the tenant.
    pub external_id: Option<ExternalId>,
    /// The caller's own notes.
    pub metadata: Metadata,
}
