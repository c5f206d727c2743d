//! `POST /customers`.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use customers_domain::{
    AddressLine, BillingAddress, CountryCode, CustomerType, EmailAddress, ExternalId, Locality,
    PersonName, PhoneNumber, Profile, Receipt, Version, ZipCode,
};
use customers_http_kit::auth::Authorized;
use customers_http_kit::conditional::etag;
use customers_http_kit::headers::IDEMPOTENT_REPLAYED;
use customers_http_kit::idempotency::IdempotencyKeyHeader;
use customers_http_kit::json::{Faults, Field, JsonBody, Refused, RequestBody};
use customers_http_kit::negotiation::{AcceptsJson, SendsJson};
use customers_http_kit::problem::{Problem, common};
use customers_http_kit::problem_set;
use customers_http_kit::query::ValidateOnly;
use customers_http_kit::response::{Data, VALID, Validity};
use customers_http_kit::timestamp::rfc3339;
use customers_use_cases::{CreateCustomerError, CustomerService, RepeatableRequest};
use garde::Validate;
use http::header::{ETAG, LOCATION};
use http::{HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::metadata::MetadataField;
use super::problems::{self, CUSTOMER_ALREADY_EXISTS};
use super::scopes::CustomersWrite;
use super::view::{CustomerTypeName, StatusName};

/// Create a customer
///
/// Provisions a customer, which wallets, payment methods and transactions refer to by its id. With an
/// `Idempotency-Key` a request may be repeated safely: it is carried out once and answered alike.
#[utoipa::path(
    post,
    path = "/customers",
    tag = "customers",
    operation_id = "createCustomer",
    security(("api_key" = ["customers:write"])),
    params(
        IdempotencyKeyHeader,
        ("validate_only" = Option<bool>, Query, description = "Check, uniqueness included, and write nothing."),
    ),
    request_body = CreateCustomerRequest,
    responses(
        (
            status = 201,
            description = "The customer is created, now or by the first request of this idempotency key.",
            body = Data<ReceiptView>,
            headers(
                ("Location" = String, description = "Where the customer is read."),
                ("ETag" = String, description = "The customer's version as an entity tag."),
                ("Idempotent-Replayed" = String, description = "`true` where the first answer is given again."),
            ),
        ),
        (
            status = 200,
            description = "With `validate_only=true`: the customer could be created now.",
            body = Data<Validity>,
        ),
        CreateProblems,
    ),
)]
pub(crate) async fn create_customer(
    // Each argument is a check, in the order in which they are made.
    State(customers): State<CustomerService>,
    Authorized { caller, .. }: Authorized<CustomersWrite>,
    _: AcceptsJson,
    _: SendsJson,
    ValidateOnly(validate_only): ValidateOnly,
    key: IdempotencyKeyHeader,
    body: JsonBody,
) -> Result<Response, Problem> {
    let document = body.document()?;
    let profile = document.read::<CreateCustomerRequest>()?;
    if validate_only {
        customers
            .check_create(caller, profile)
            .await
            .map_err(problem)?;
        return Ok(Json(VALID).into_response());
    }
    let canonical_body = key.0.as_ref().map(|_| document.canonical());
    let repeatable = key.0.as_ref().zip(canonical_body.as_deref());
    let repeatable = repeatable.map(|(key, canonical_body)| RepeatableRequest {
        key,
        canonical_body,
    });

    let created = customers
        .create(caller, profile, repeatable)
        .await
        .map_err(problem)?;

    let location = format!("/customers/{}", created.receipt.id);
    let location = HeaderValue::try_from(location).map_err(|_| Problem::new(&common::INTERNAL))?;
    let headers = [(LOCATION, location), (ETAG, etag(Version::FIRST.number()))];
    let view = ReceiptView::from(created.receipt);
    let mut response = (StatusCode::CREATED, headers, Json(Data { data: view })).into_response();
    if created.replayed {
        let (name, value) = IDEMPOTENT_REPLAYED;
        response.headers_mut().insert(name, value);
    }
    Ok(response)
}

problem_set! {
    /// What a create may meet.
    CreateProblems:
        common::MALFORMED_JSON, common::INVALID_REQUEST, common::IDEMPOTENCY_KEY_INVALID,
        common::UNAUTHORIZED, common::INSUFFICIENT_SCOPE, common::NOT_ACCEPTABLE,
        common::REQUEST_TIMEOUT, CUSTOMER_ALREADY_EXISTS, common::IDEMPOTENCY_IN_PROGRESS,
        common::PAYLOAD_TOO_LARGE, common::UNSUPPORTED_MEDIA_TYPE, common::INVALID_FIELDS,
        common::IDEMPOTENCY_KEY_REUSED, common::RATE_LIMITED, common::INTERNAL,
        common::UNAVAILABLE
}

/// What a failed create is to the client.
fn problem(error: CreateCustomerError) -> Problem {
    match error {
        CreateCustomerError::Taken { conflict, replayed } => {
            let problem = problems::taken(conflict);
            if replayed {
                problems::replayed(problem)
            } else {
                problem
            }
        }
        CreateCustomerError::KeyReused => Problem::new(&common::IDEMPOTENCY_KEY_REUSED),
        CreateCustomerError::KeyInProgress => Problem::new(&common::IDEMPOTENCY_IN_PROGRESS),
        CreateCustomerError::Store(error) => Problem::from(error),
    }
}

/// A customer to create.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(context(Faults))]
struct CreateCustomerRequest {
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
    #[schema(required = false, schema_with = super::metadata::nullable_metadata_schema)]
    metadata: Option<MetadataField>,
}

/// A billing address.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(context(Faults))]
#[schema(as = NewBillingAddress)]
struct BillingAddressRequest {
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

impl RequestBody for CreateCustomerRequest {
    type Value = Profile;

    fn into_value(self) -> Result<Profile, Refused> {
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
    fn into_address(self) -> Result<BillingAddress, Refused> {
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

/// A customer that was just created.
#[derive(Serialize, ToSchema)]
#[schema(as = CustomerCreated)]
struct ReceiptView {
    /// Unique customer identifier: a UUID version 7.
    #[schema(format = Uuid, example = "01997099-05b2-7c4e-9b1f-2f6a1d3c5e70")]
    id: String,
    /// Customer status: `pending_kyc` where this type of customer is verified, else `active`.
    #[schema(value_type = StatusName)]
    status: &'static str,
    /// When the customer was created: RFC 3339, UTC, whole seconds.
    #[schema(format = DateTime, example = "2025-09-22T09:01:09Z")]
    created_at: String,
}

impl From<Receipt> for ReceiptView {
    fn from(receipt: Receipt) -> Self {
        Self {
            id: receipt.id.to_string(),
            status: receipt.status.as_str(),
            created_at: rfc3339(receipt.created_at),
        }
    }
}
