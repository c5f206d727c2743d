use customers_domain::{
    AddressLine, BillingAddress, CountryCode, CustomerType, EmailAddress, ExternalId, Fault,
    Locality, PersonName, PhoneNumber, Profile, ZipCode,
};
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

use customers_http_kit::json::Field;

use super::metadata::MetadataField;

/// A customer to create.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateCustomerRequest {
    /// First name. Trimmed, put in NFC and counted in code points; no control, format or private-use
    /// characters.
    #[garde(dive)]
    #[schema(value_type = String, min_length = 1, max_length = 100, example = "James")]
    first_name: Field<PersonName>,
    /// Last name, by the same rules.
    #[garde(dive)]
    #[schema(value_type = String, min_length = 1, max_length = 100, example = "Okafor")]
    last_name: Field<PersonName>,
    /// Email address, unique in the tenant (compared without regard to ASCII case). ASCII `local@domain`
    /// with a dotted domain; no quoted local part, address literal or comment. The domain is stored in
    /// lower case.
    #[garde(dive)]
    #[schema(value_type = String, format = Email, max_length = 254, example = "james.okafor@example.com")]
    email: Field<EmailAddress>,
    /// Phone number with its country code, valid in its numbering plan. Spaces, hyphens, dots and
    /// parentheses may stand between digits. Stored and returned as E.164.
    #[garde(dive)]
    #[schema(value_type = String, pattern = r"^\+[0-9][0-9 ().-]*[0-9]$", example = "+2348012345678")]
    phone: Field<PhoneNumber>,
    /// Customer type; never changes.
    #[garde(dive)]
    #[schema(value_type = CustomerTypeName)]
    r#type: Field<CustomerType>,
    /// Where bills go.
    #[garde(dive)]
    billing_address: BillingAddressRequest,
    /// The caller's own reference, unique in the tenant: printable ASCII, not all spaces.
    #[garde(dive)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 255, pattern = r"^[ -~]*[!-~][ -~]*$", example = "crm-4711")]
    external_id: Option<Field<ExternalId>>,
    /// The caller's own notes: up to 50 texts of up to 500 characters under names of 1 to 40 letters,
    /// digits, `_`, `.` and `-`; 16 KiB of UTF-8 in all.
    #[garde(dive)]
    #[schema(required = false, schema_with = super::view::nullable_metadata_schema)]
    metadata: Option<MetadataField>,
}

/// A billing address.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewBillingAddress)]
pub(crate) struct BillingAddressRequest {
    /// Street address, first line.
    #[garde(dive)]
    #[schema(value_type = String, min_length = 1, max_length = 200, example = "123 Test Lane")]
    line1: Field<AddressLine>,
    /// Street address, second line.
    #[garde(dive)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200, example = "Suite 456")]
    line2: Option<Field<AddressLine>>,
    /// City.
    #[garde(dive)]
    #[schema(value_type = String, min_length = 1, max_length = 100, example = "Lagos")]
    city: Field<Locality>,
    /// State or region.
    #[garde(dive)]
    #[schema(value_type = String, min_length = 1, max_length = 100, example = "Lagos")]
    state: Field<Locality>,
    /// Postal code: ASCII letters, digits, spaces and hyphens.
    #[garde(dive)]
    #[schema(value_type = String, min_length = 1, max_length = 16, pattern = r"^[A-Za-z0-9 -]*[A-Za-z0-9][A-Za-z0-9 -]*$", example = "100001")]
    zip_code: Field<ZipCode>,
    /// ISO 3166-1 alpha-2 code, upper case.
    #[garde(dive)]
    #[schema(value_type = String, pattern = "^[A-Z]{2}$", example = "NG")]
    country: Field<CountryCode>,
}

/// The types of customers.
#[derive(ToSchema)]
#[schema(as = CustomerType, rename_all = "snake_case")]
#[expect(
    dead_code,
    reason = "it only describes the type in the OpenAPI document"
)]
pub(crate) enum CustomerTypeName {
    /// A natural person.
    Individual,
    /// A company or another legal person.
    Business,
}

impl CreateCustomerRequest {
    /// The profile, once validation has found nothing.
    pub(crate) fn into_profile(self) -> Result<Profile, Fault> {
        Ok(Profile {
            first_name: self.first_name.into_valid()?,
            last_name: self.last_name.into_valid()?,
            email: self.email.into_valid()?,
            phone: self.phone.into_valid()?,
            customer_type: self.r#type.into_valid()?,
            billing_address: self.billing_address.into_address()?,
            external_id: self.external_id.map(Field::into_valid).transpose()?,
            metadata: self
                .metadata
                .map(MetadataField::into_valid)
                .transpose()?
                .unwrap_or_default(),
        })
    }
}

impl BillingAddressRequest {
    fn into_address(self) -> Result<BillingAddress, Fault> {
        Ok(BillingAddress {
            line1: self.line1.into_valid()?,
            line2: self.line2.map(Field::into_valid).transpose()?,
            city: self.city.into_valid()?,
            state: self.state.into_valid()?,
            zip_code: self.zip_code.into_valid()?,
            country: self.country.into_valid()?,
        })
    }
}
