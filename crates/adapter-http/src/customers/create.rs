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
/// Creates a customer, to which wallets, payment methods and transactions refer by its id. With an `Idempotency-Key`
/// the request can be repeated safely: it is executed once, and each repetition returns the first response. With
/// `validate_only=true` the request is only checked.
#[utoipa::path(
    post,
    path = "/customers",
    tag = "customers",
    operation_id = "createCustomer",
    security(("api_key" = ["customers:write"])),
    params(
        IdempotencyKeyHeader,
        ("validate_only" = Option<bool>, Query, description = "`true` makes every check, including uniqueness, and writes nothing.", example = false),
    ),
    request_body = CreateCustomerRequest,
    responses(
        (
            status = 201,
            description = "The customer was created, now or by the first request with this idempotency key.",
            body = CreateCustomerResponse,
            headers(
                ("Location" = String, description = "Path of the customer."),
                ("ETag" = String, description = "Version of the customer as an entity tag."),
                ("Idempotent-Replayed" = String, description = "`true` if this is the first response to this idempotency key again."),
            ),
        ),
        (
            status = 200,
            description = "With `validate_only=true`: the customer could be created now.",
            body = CreateCustomerResponse,
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
    /// Problems of creating a customer.
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
    /// First name. White space around it is removed, it is normalized to NFC, and its length is counted in code points.
    /// Control, format and private-use characters are not allowed.
    #[garde(dive)]
    #[schema(value_type = String, min_length = 1, max_length = 100, example = "James")]
    first_name: Field<PersonName>,
    /// Last name. The rules are those of `first_name`.
    #[garde(dive)]
    #[schema(value_type = String, min_length = 1, max_length = 100, example = "Okafor")]
    last_name: Field<PersonName>,
    /// Email address, unique in the tenant without regard to ASCII case. ASCII `local@domain` with at least one dot in
    /// the domain; no quoted local part, address literal or comment. The domain is stored in lower case.
    #[garde(dive)]
    #[schema(value_type = String, format = Email, max_length = 254, example = "james.okafor@example.com")]
    email: Field<EmailAddress>,
    /// Phone number with its country code, valid in its numbering plan. Spaces, hyphens, dots and parentheses are allowed
    /// between digits. Stored and returned in E.164 form.
    #[garde(dive)]
    #[schema(value_type = String, pattern = r"^\+[0-9][0-9 ().-]*[0-9]$", example = "+2348012345678")]
    phone: Field<PhoneNumber>,
    /// Customer type. It cannot be changed later.
    #[garde(dive)]
    #[schema(value_type = CustomerTypeName)]
    r#type: Field<CustomerType>,
    /// Billing address.
    #[garde(dive)]
    billing_address: BillingAddressRequest,
    /// The client's own reference, unique in the tenant: printable ASCII, not only spaces. It must not contain personal
    /// data.
    #[garde(dive)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 255, pattern = r"^[ -~]*[!-~][ -~]*$", example = "crm-4711")]
    external_id: Option<Field<ExternalId>>,
    /// The client's own data: up to 50 strings of up to 500 characters, with names of 1 to 40 letters, digits, `_`, `.`
    /// and `-`; at most 16 KiB of UTF-8 in total.
    #[garde(dive)]
    #[schema(required = false, schema_with = super::metadata::nullable_metadata_schema)]
    metadata: Option<MetadataField>,
}

/// A billing address.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(context(Faults))]
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
    /// Id of the customer: a UUID version 7.
    #[schema(format = Uuid, example = "01997099-05b2-7c4e-9b1f-2f6a1d3c5e70")]
    id: String,
    /// `pending_kyc` if this type of customer is verified, otherwise `active`.
    #[schema(value_type = StatusName)]
    status: &'static str,
    /// Time of the creation: RFC 3339, UTC, whole seconds.
    #[schema(format = DateTime, example = "2025-09-22T09:01:09Z")]
    created_at: String,
}

/// The response to a create: with status 201 the new customer, and with status 200 the result of a request that was only
/// checked.
//
// Both statuses have this schema, because generators of clients use one schema for an operation. The variants have no
// descriptions, because generated TypeScript code lacks imports if they do.
#[derive(ToSchema)]
#[schema(as = CreateCustomerResponse)]
#[serde(untagged)]
#[expect(
    dead_code,
    reason = "it only describes the response in the OpenAPI document"
)]
enum CreateCustomerResponse {
    Created(Data<ReceiptView>),
    Valid(Data<Validity>),
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
