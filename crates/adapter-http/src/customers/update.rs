//! `PATCH /customers/{id}`.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use customers_domain::{
    AddressLine, AddressPatch, CountryCode, CustomerField, EmailAddress, ExternalId, Fault,
    InvalidMetadata, Locality, PersonName, PhoneNumber, ProfilePatch, ZipCode,
};
use customers_http_kit::auth::Authorized;
use customers_http_kit::conditional::{IfMatch, etag};
use customers_http_kit::field_code::FieldCode;
use customers_http_kit::json::{EditField, Faults, Field, JsonBody, Refused, RequestBody, present};
use customers_http_kit::negotiation::{AcceptsJson, SendsMergePatch};
use customers_http_kit::problem::{FieldErrors, Problem, common, push_segment};
use customers_http_kit::problem_set;
use customers_http_kit::query::ValidateOnly;
use customers_http_kit::response::{Data, VALID, Validity};
use customers_use_cases::{CustomerService, UpdateCustomerError};
use garde::Validate;
use http::header::ETAG;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::expected_version::expected_version;
use super::metadata::MetadataEdit;
use super::path::CustomerIdInPath;
use super::problems::{
    CUSTOMER_ALREADY_EXISTS, CUSTOMER_ERASED, INVALID_TRANSITION, gone, refused_transition, taken,
};
use super::scopes::CustomersWrite;
use super::view::CustomerView;

/// Edit a customer
///
/// Applies a JSON merge patch (RFC 7396) to the version that `If-Match` names: absent members stay, and null removes an
/// optional member. An edit that changes nothing returns the same version. With `validate_only=true` the request is only
/// checked.
#[utoipa::path(
    patch,
    path = "/customers/{id}",
    tag = "customers",
    operation_id = "updateCustomer",
    security(("api_key" = ["customers:write"])),
    params(
        ("id" = String, Path, format = Uuid, description = "Id of the customer.", example = "01997099-05b2-7c4e-9b1f-2f6a1d3c5e70"),
        ("If-Match" = String, Header, description = "The `ETag` of the version that the change is based on: one strong entity tag with its quotation marks.", pattern = r#"^"[1-9][0-9]{0,9}"$"#, example = "\"1\""),
        ("validate_only" = Option<bool>, Query, description = "`true` makes every check, including uniqueness, and writes nothing.", example = false),
    ),
    request_body(content(
        (UpdateCustomerRequest = "application/merge-patch+json"),
        (UpdateCustomerRequest = "application/json"),
    )),
    responses(
        (
            status = 200,
            description = "The customer after the edit. With `validate_only=true`: the edit could be made now.",
            body = UpdateResponse,
            headers(("ETag" = String, description = "Version of the customer as an entity tag.")),
        ),
        UpdateProblems,
    ),
)]
#[expect(
    clippy::too_many_arguments,
    reason = "each is a check, in the order in which they are made"
)]
pub(crate) async fn update_customer(
    State(customers): State<CustomerService>,
    Authorized { caller, .. }: Authorized<CustomersWrite>,
    _: AcceptsJson,
    _: SendsMergePatch,
    ValidateOnly(validate_only): ValidateOnly,
    IfMatch(expected): IfMatch,
    CustomerIdInPath(id): CustomerIdInPath,
    body: JsonBody,
) -> Result<Response, Problem> {
    let patch = body.document()?.read_edit::<UpdateCustomerRequest>()?;
    let expected = expected_version(expected);
    if validate_only {
        customers
            .check_update(caller, id, expected, patch)
            .await
            .map_err(problem)?;
        return Ok(Json(UpdateResponse::Valid(VALID)).into_response());
    }
    let customer = customers
        .update(caller, id, expected, patch)
        .await
        .map_err(problem)?;
    let tag = etag(customer.version().number());
    let view = CustomerView::from(&customer);
    Ok((
        [(ETAG, tag)],
        Json(UpdateResponse::Customer(Data { data: view })),
    )
        .into_response())
}

problem_set! {
    /// Problems of editing a customer.
    UpdateProblems:
        common::MALFORMED_JSON, common::INVALID_REQUEST, common::UNAUTHORIZED,
        common::INSUFFICIENT_SCOPE, common::NOT_FOUND, common::NOT_ACCEPTABLE,
        common::REQUEST_TIMEOUT, CUSTOMER_ALREADY_EXISTS, INVALID_TRANSITION, CUSTOMER_ERASED,
        common::VERSION_MISMATCH, common::PAYLOAD_TOO_LARGE, common::UNSUPPORTED_MEDIA_TYPE,
        common::INVALID_FIELDS, common::VERSION_REQUIRED, common::RATE_LIMITED,
        common::INTERNAL, common::UNAVAILABLE
}

/// What a failed edit is to the client.
fn problem(error: UpdateCustomerError) -> Problem {
    match error {
        UpdateCustomerError::NotFound => Problem::new(&common::NOT_FOUND),
        UpdateCustomerError::Erased(erased) => gone(erased),
        UpdateCustomerError::VersionMismatch => Problem::new(&common::VERSION_MISMATCH),
        UpdateCustomerError::Frozen(invalid) => refused_transition(invalid),
        UpdateCustomerError::Metadata(fault) => invalid_metadata(&fault),
        UpdateCustomerError::Taken(conflict) => taken(conflict),
        UpdateCustomerError::Store(error) => Problem::from(error),
    }
}

/// Metadata that breaks its limits only once it is merged.
fn invalid_metadata(fault: &InvalidMetadata) -> Problem {
    let code = FieldCode::of(&Fault::InvalidMetadata);
    let mut errors = FieldErrors::default();
    match fault {
        InvalidMetadata::Whole => errors.note(CustomerField::Metadata.pointer(), &code),
        InvalidMetadata::Members(names) => {
            for name in names.expose() {
                let mut pointer = String::from(CustomerField::Metadata.pointer());
                push_segment(&mut pointer, name);
                errors.note(&pointer, &code);
            }
        }
    }
    Problem::with_errors(&common::INVALID_FIELDS, errors)
}

/// An edit of a customer (RFC 7396): absent members stay, and null removes an optional member. The rules of values are
/// those of creation. The type cannot be edited.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(context(Faults))]
struct UpdateCustomerRequest {
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
    /// Changes of the billing address.
    #[garde(dive)]
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = BillingAddressEdit, required = false)]
    billing_address: Option<BillingAddressEdit>,
    /// The client's own reference. Null removes it.
    #[garde(dive)]
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 255, pattern = r"^[ -~]*[!-~][ -~]*$", example = "crm-4711")]
    external_id: EditField<Field<ExternalId>>,
    /// Changes of the client's own data. A null value removes a member, and null in place of the object removes all.
    #[garde(dive)]
    #[serde(default)]
    #[schema(required = false, schema_with = super::metadata::metadata_edit_schema)]
    metadata: EditField<MetadataEdit>,
}

/// An edit of a billing address.
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(context(Faults))]
struct BillingAddressEdit {
    /// Street address, first line.
    #[garde(dive)]
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 200, example = "123 Test Lane")]
    line1: Option<Field<AddressLine>>,
    /// Street address, second line. Null removes it.
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
    /// ISO 3166-1 alpha-2 code in upper case.
    #[garde(dive)]
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, required = false, pattern = "^[A-Z]{2}$", example = "NG")]
    country: Option<Field<CountryCode>>,
}

impl RequestBody for UpdateCustomerRequest {
    type Value = ProfilePatch;

    fn into_value(self) -> Result<ProfilePatch, Refused> {
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
    fn into_patch(self) -> Result<AddressPatch, Refused> {
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

/// The response to an edit: the customer after it, or the result of a request that was only checked.
//
// The variants have no descriptions, because generated TypeScript code lacks imports if they do.
#[derive(Serialize, ToSchema)]
#[schema(as = UpdateCustomerResponse)]
#[serde(untagged)]
#[expect(
    clippy::large_enum_variant,
    reason = "it lives for as long as it takes to write it out"
)]
enum UpdateResponse<'a> {
    Customer(Data<CustomerView<'a>>),
    Valid(Data<Validity>),
}
