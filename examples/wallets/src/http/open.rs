//! `POST /wallets`.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use customers_http_kit::auth::Authorized;
use customers_http_kit::conditional::etag;
use customers_http_kit::field_code::FieldCode;
use customers_http_kit::headers::IDEMPOTENT_REPLAYED;
use customers_http_kit::idempotency::IdempotencyKeyHeader;
use customers_http_kit::json::{Faults, Field, JsonBody, Refused, RequestBody};
use customers_http_kit::negotiation::{AcceptsJson, SendsJson};
use customers_http_kit::problem::{FieldErrors, Problem, common};
use customers_http_kit::problem_set;
use customers_http_kit::query::NoParameters;
use customers_http_kit::response::Data;
use customers_use_cases::RepeatableRequest;
use garde::Validate;
use http::header::{ETAG, LOCATION};
use http::{HeaderValue, StatusCode};
use serde::Deserialize;
use utoipa::ToSchema;

use super::WalletsWrite;
use super::get::VERSION;
use super::problems::{CUSTOMER_MAY_NOT_TRANSACT, CUSTOMER_TOO_NEW};
use super::view::WalletView;
use crate::domain::{Currency, OpeningRefused, Owner, WalletFault};
use crate::service::{OpenWalletError, WalletService};

/// Open a wallet
///
/// Opens a wallet for a customer that may transact. With an `Idempotency-Key` the request can be repeated safely. Only
/// its success is recorded; a refused request is checked again.
#[utoipa::path(
    post,
    path = "/wallets",
    tag = "wallets",
    operation_id = "openWallet",
    security(("api_key" = ["wallets:write"])),
    params(IdempotencyKeyHeader),
    request_body = OpenWalletRequest,
    responses(
        (
            status = 201,
            description = "The wallet is open.",
            body = Data<WalletView>,
            headers(
                ("Location" = String, description = "The path of the wallet."),
                ("ETag" = String, description = "The wallet's version as an entity tag."),
                ("Idempotent-Replayed" = String, description = "`true` if an earlier request opened the wallet."),
            ),
        ),
        OpenWalletProblems,
    ),
)]
pub(super) async fn open_wallet(
    // Each argument is a check. They run in this order.
    State(wallets): State<WalletService>,
    Authorized { caller, .. }: Authorized<WalletsWrite>,
    _: AcceptsJson,
    _: SendsJson,
    _: NoParameters,
    key: IdempotencyKeyHeader,
    body: JsonBody,
) -> Result<Response, Problem> {
    let document = body.document()?;
    let (owner, currency) = document.read::<OpenWalletRequest>()?;
    let canonical_body = key.0.as_ref().map(|_| document.canonical());
    let request = key.0.as_ref().zip(canonical_body.as_deref());
    let request = request.map(|(key, canonical_body)| RepeatableRequest {
        key,
        canonical_body,
    });
    let opened = wallets.open(caller, owner, currency, request).await;
    let opened = opened.map_err(problem)?;
    let location = format!("/wallets/{}", opened.wallet.id.0);
    let location = HeaderValue::try_from(location).map_err(|_| Problem::new(&common::INTERNAL))?;
    let headers = [(LOCATION, location), (ETAG, etag(VERSION))];
    let data = WalletView::from(opened.wallet);
    let mut response = (StatusCode::CREATED, headers, Json(Data { data })).into_response();
    if opened.replayed {
        let (name, value) = IDEMPOTENT_REPLAYED;
        response.headers_mut().insert(name, value);
    }
    Ok(response)
}

problem_set! {
    /// Problems of opening a wallet.
    OpenWalletProblems:
        common::MALFORMED_JSON, common::INVALID_REQUEST, common::IDEMPOTENCY_KEY_INVALID,
        common::UNAUTHORIZED, common::INSUFFICIENT_SCOPE, common::NOT_ACCEPTABLE,
        common::REQUEST_TIMEOUT, CUSTOMER_MAY_NOT_TRANSACT, CUSTOMER_TOO_NEW,
        common::IDEMPOTENCY_IN_PROGRESS, common::PAYLOAD_TOO_LARGE,
        common::UNSUPPORTED_MEDIA_TYPE, common::INVALID_FIELDS, common::IDEMPOTENCY_KEY_REUSED,
        common::RATE_LIMITED, common::INTERNAL, common::UNAVAILABLE
}

/// Converts the errors of the use case.
fn problem(error: OpenWalletError) -> Problem {
    match error {
        OpenWalletError::NoSuchCustomer => {
            let mut errors = FieldErrors::default();
            errors.note(
                "/customer_id",
                &FieldCode::of(&WalletFault::UnknownCustomer),
            );
            Problem::with_errors(&common::INVALID_FIELDS, errors)
        }
        OpenWalletError::Refused(OpeningRefused::MayNotTransact) => {
            Problem::new(&CUSTOMER_MAY_NOT_TRANSACT)
        }
        OpenWalletError::Refused(OpeningRefused::TooNew) => Problem::new(&CUSTOMER_TOO_NEW),
        OpenWalletError::KeyReused => Problem::new(&common::IDEMPOTENCY_KEY_REUSED),
        OpenWalletError::KeyInProgress => Problem::new(&common::IDEMPOTENCY_IN_PROGRESS),
        OpenWalletError::Store(error) => Problem::from(error),
    }
}

/// A wallet to open.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(context(Faults))]
struct OpenWalletRequest {
    /// The owner: a customer of this tenant that may transact.
    #[garde(dive)]
    #[schema(value_type = String, format = Uuid, example = "01997099-05b2-7c4e-9b1f-2f6a1d3c5e70")]
    customer_id: Field<Owner>,
    /// ISO 4217 code in upper case.
    #[garde(dive)]
    #[schema(value_type = String, pattern = "^[A-Z]{3}$", example = "NGN")]
    currency: Field<Currency>,
}

impl RequestBody for OpenWalletRequest {
    type Value = (Owner, Currency);

    fn into_value(self) -> Result<(Owner, Currency), Refused> {
        Ok((self.customer_id.into_valid()?, self.currency.into_valid()?))
    }
}
