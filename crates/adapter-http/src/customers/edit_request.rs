use customers_domain::{
    AddressLine, AddressPatch, CountryCode, EmailAddress, ExternalId, Fault, Locality, PersonName,
    PhoneNumber, ProfilePatch, ZipCode,
};
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

use customers_http_kit::json::{EditField, Field, present};

use super::metadata::MetadataEdit;

/// An edit of a customer (RFC 7396): what is absent stays, and null takes away what is optional. The
/// values follow the rules of creation; the type never changes.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateCustomerRequest {
    /// First name.
    #[garde(dive)]
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 100, example = "James")]
    first_name: Option<Field<PersonName>>,
    /// Last name.
    #[garde(dive)]
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 100, example = "Okafor")]
    last_name: Option<Field<PersonName>>,
    /// Email address.
    #[garde(dive)]
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, required = false, format = Email, max_length = 254, example = "james.okafor@example.com")]
    email: Option<Field<EmailAddress>>,
    /// Phone number.
    #[garde(dive)]
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, required = false, pattern = r"^\+[0-9][0-9 ().-]*[0-9]$", example = "+2348012345678")]
    phone: Option<Field<PhoneNumber>>,
    /// Changes of the address.
    #[garde(dive)]
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = BillingAddressEdit, required = false)]
    billing_address: Option<BillingAddressEdit>,
    /// The caller's own reference; null takes it away.
    #[garde(dive)]
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 255, pattern = r"^[ -~]*[!-~][ -~]*$", example = "crm-4711")]
    external_id: EditField<Field<ExternalId>>,
    /// Changes of the caller's own notes; null takes one, or all of them, away.
    #[garde(dive)]
    #[serde(default)]
    #[schema(required = false, schema_with = super::view::metadata_edit_schema)]
    metadata: EditField<MetadataEdit>,
}

/// An edit of a billing address.
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BillingAddressEdit {
    /// Street address, first line.
    #[garde(dive)]
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 200, example = "123 Test Lane")]
    line1: Option<Field<AddressLine>>,
    /// Street address, second line; null takes it away.
    #[garde(dive)]
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200, example = "Suite 456")]
    line2: EditField<Field<AddressLine>>,
    /// City.
    #[garde(dive)]
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 100, example = "Lagos")]
    city: Option<Field<Locality>>,
    /// State or region.
    #[garde(dive)]
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 100, example = "Lagos")]
    state: Option<Field<Locality>>,
    /// Postal code.
    #[garde(dive)]
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 16, pattern = r"^[A-Za-z0-9 -]*[A-Za-z0-9][A-Za-z0-9 -]*$", example = "100001")]
    zip_code: Option<Field<ZipCode>>,
    /// ISO 3166-1 alpha-2 code, upper case.
    #[garde(dive)]
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, required = false, pattern = "^[A-Z]{2}$", example = "NG")]
    country: Option<Field<CountryCode>>,
}

impl UpdateCustomerRequest {
    /// The edit, once validation has found nothing.
    pub(crate) fn into_patch(self) -> Result<ProfilePatch, Fault> {
        Ok(ProfilePatch {
            first_name: self.first_name.map(Field::into_valid).transpose()?,
            last_name: self.last_name.map(Field::into_valid).transpose()?,
            email: self.email.map(Field::into_valid).transpose()?,
            phone: self.phone.map(Field::into_valid).transpose()?,
            billing_address: self.billing_address.unwrap_or_default().into_patch()?,
            external_id: self.external_id.into_valid()?,
            metadata: self
                .metadata
                .into_edit()
                .try_map(MetadataEdit::into_valid)?,
        })
    }
}

impl BillingAddressEdit {
    fn into_patch(self) -> Result<AddressPatch, Fault> {
        Ok(AddressPatch {
            line1: self.line1.map(Field::into_valid).transpose()?,
            line2: self.line2.into_valid()?,
            city: self.city.map(Field::into_valid).transpose()?,
            state: self.state.map(Field::into_valid).transpose()?,
            zip_code: self.zip_code.map(Field::into_valid).transpose()?,
            country: self.country.map(Field::into_valid).transpose()?,
        })
    }
}
