//! Customers as responses show them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use customers_domain::{Action, AddressLine, Customer, ExternalId, Reason, Verb};
use serde::Serialize;
use serde_json::Value;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use customers_http_kit::timestamp::rfc3339;

/// A customer.
#[derive(Serialize, ToSchema)]
#[schema(as = Customer)]
pub(crate) struct CustomerView<'a> {
    /// Id of the customer: a UUID version 7.
    #[schema(format = Uuid, example = "01997099-05b2-7c4e-9b1f-2f6a1d3c5e70")]
    id: String,
    /// Status of the customer.
    #[schema(value_type = StatusName)]
    status: &'static str,
    /// Reason of the last change of the status, if one was given.
    #[schema(required = true, example = json!(null))]
    status_reason: Option<&'a str>,
    /// Time of the last change of the status, or of the creation.
    #[schema(format = DateTime, example = "2025-09-22T09:01:09Z")]
    status_since: String,
    /// Whether this status allows wallets and transactions.
    #[schema(example = false)]
    may_transact: bool,
    /// Verbs that are allowed from this status.
    #[schema(value_type = Vec<VerbName>, example = json!(["submit", "approve", "reject", "close"]))]
    allowed_transitions: Vec<&'static str>,
    /// First name.
    #[schema(example = "James")]
    first_name: &'a str,
    /// Last name.
    #[schema(example = "Okafor")]
    last_name: &'a str,
    /// Email address, with its domain in lower case.
    #[schema(format = Email, example = "james.okafor@example.com")]
    email: &'a str,
    /// Phone number in E.164 form.
    #[schema(example = "+2348012345678")]
    phone: &'a str,
    /// Customer type.
    #[serde(rename = "type")]
    #[schema(value_type = CustomerTypeName)]
    customer_type: &'static str,
    /// Billing address.
    billing_address: BillingAddressView<'a>,
    /// The client's own reference.
    #[schema(required = true, example = "crm-4711")]
    external_id: Option<&'a str>,
    /// The client's own data.
    #[schema(schema_with = super::metadata::metadata_schema)]
    metadata: &'a BTreeMap<String, String>,
    /// Version of the customer, as in the `ETag`. Each change raises it by one.
    #[schema(minimum = 1, example = 1)]
    version: u32,
    /// Time of the creation.
    #[schema(format = DateTime, example = "2025-09-22T09:01:09Z")]
    created_at: String,
    /// Time of the last change.
    #[schema(format = DateTime, example = "2025-09-22T09:01:09Z")]
    updated_at: String,
}

/// A billing address.
#[derive(Serialize, ToSchema)]
#[schema(as = BillingAddress)]
pub(crate) struct BillingAddressView<'a> {
    /// Street address, first line.
    #[schema(example = "123 Test Lane")]
    line1: &'a str,
    /// Street address, second line.
    #[schema(required = true, example = "Suite 456")]
    line2: Option<&'a str>,
    /// City.
    #[schema(example = "Lagos")]
    city: &'a str,
    /// State or region.
    #[schema(example = "Lagos")]
    state: &'a str,
    /// Postal code.
    #[schema(example = "100001")]
    zip_code: &'a str,
    /// ISO 3166-1 alpha-2 code.
    #[schema(example = "NG")]
    country: &'static str,
}

impl<'a> From<&'a Customer> for CustomerView<'a> {
    fn from(customer: &'a Customer) -> Self {
        let state = customer.state();
        let profile = &state.profile;
        let address = &profile.billing_address;
        Self {
            id: state.id.to_string(),
            status: state.status.as_str(),
            status_reason: state.status_reason.as_ref().map(Reason::expose),
            status_since: rfc3339(state.status_since),
            may_transact: state.status.may_transact(),
            allowed_transitions: state
                .status
                .allowed_transitions()
                .map(Verb::as_str)
                .collect(),
            first_name: profile.first_name.expose(),
            last_name: profile.last_name.expose(),
            email: profile.email.expose(),
            phone: profile.phone.expose(),
            customer_type: profile.customer_type.as_str(),
            billing_address: BillingAddressView {
                line1: address.line1.expose(),
                line2: address.line2.as_ref().map(AddressLine::expose),
                city: address.city.expose(),
                state: address.state.expose(),
                zip_code: address.zip_code.expose(),
                country: address.country.as_str(),
            },
            external_id: profile.external_id.as_ref().map(ExternalId::expose),
            metadata: profile.metadata.expose(),
            version: state.version.number(),
            created_at: rfc3339(state.created_at),
            updated_at: rfc3339(state.updated_at),
        }
    }
}

/// Status of a customer.
///
/// - `pending_kyc`: verification has not begun.
/// - `in_review`: the customer is being verified.
/// - `action_required`: the customer must provide something before verification can continue.
/// - `active`: the customer may transact.
/// - `suspended`: the customer may not transact for now.
/// - `rejected`: verification failed.
/// - `closed`: the relation has ended for good.
#[derive(ToSchema)]
#[schema(as = CustomerStatus, rename_all = "snake_case")]
#[expect(
    dead_code,
    reason = "it only describes the status in the OpenAPI document"
)]
pub(crate) enum StatusName {
    /// Waits for verification to begin.
    PendingKyc,
    /// Is being verified.
    InReview,
    /// Must hand something in before verification can go on.
    ActionRequired,
    /// May transact.
    Active,
    /// May not transact for now.
    Suspended,
    /// Failed verification.
    Rejected,
    /// Gone for good.
    Closed,
}

/// Type of a customer: a natural person, or a company or another legal person.
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

/// The verbs of the status rules, and what else the history contains. The values come from the domain.
///
/// It is one enum because generated Go code has one constant for each value of all enums.
pub(crate) enum VerbName {}

impl PartialSchema for VerbName {
    fn schema() -> RefOr<Schema> {
        let others = [Action::Create, Action::Update, Action::Erase];
        let verbs = Verb::ALL.iter().copied().map(Action::Transition);
        let names = others
            .into_iter()
            .chain(verbs)
            .map(|action| Value::from(action.as_str()));
        ObjectBuilder::new()
            .schema_type(Type::String)
            .enum_values(Some(names))
            .description(Some(
                "What was done to a customer, or can be done. `create` and `update` appear in the history only.",
            ))
            .into()
    }
}

impl ToSchema for VerbName {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("CustomerVerb")
    }
}
