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

/// A field of a customer that can be edited.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    strum::EnumString,
    strum::VariantArray,
    strum::VariantNames,
)]
pub enum CustomerField {
    /// First name.
    #[strum(serialize = "/first_name")]
    FirstName,
    /// Last name.
    #[strum(serialize = "/last_name")]
    LastName,
    /// Email address.
    #[strum(serialize = "/email")]
    Email,
    /// Phone number.
    #[strum(serialize = "/phone")]
    Phone,
    /// First line of the billing address.
    #[strum(serialize = "/billing_address/line1")]
    Line1,
    /// Second line of the billing address.
    #[strum(serialize = "/billing_address/line2")]
    Line2,
    /// City of the billing address.
    #[strum(serialize = "/billing_address/city")]
    City,
    /// State or region of the billing address.
    #[strum(serialize = "/billing_address/state")]
    State,
    /// Postal code of the billing address.
    #[strum(serialize = "/billing_address/zip_code")]
    ZipCode,
    /// Country of the billing address.
    #[strum(serialize = "/billing_address/country")]
    Country,
    /// The caller's own reference.
    #[strum(serialize = "/external_id")]
    ExternalId,
    /// The caller's own notes, as a whole.
    #[strum(serialize = "/metadata")]
    Metadata,
}

impl CustomerField {
    /// Every field, in the order in which it is documented.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// The JSON pointer (RFC 6901) of the field in a customer. It names a field, never a value.
    pub const fn pointer(self) -> &'static str {
        <Self as strum::VariantNames>::VARIANTS[self as usize]
    }

    /// The field of that pointer.
    pub fn from_pointer(pointer: &str) -> Option<Self> {
        pointer.parse().ok()
    }

    /// Whether no two customers of a tenant share a value of the field.
    pub const fn is_unique(self) -> bool {
        matches!(self, Self::Email | Self::ExternalId)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_back_from_their_pointers() {
        for &field in CustomerField::ALL {
            assert_eq!(CustomerField::from_pointer(field.pointer()), Some(field));
        }
        for unknown in ["", "email", "/id", "/billing_address"] {
            assert_eq!(CustomerField::from_pointer(unknown), None, "{unknown}");
        }
    }
}
