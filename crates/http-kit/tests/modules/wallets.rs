//! A module of wallets that keeps nothing.

use axum::Json;
use axum::extract::FromRef;
use axum::response::{IntoResponse, Response};
use customers_domain::{FieldFault, Parse, Scope};
use customers_http_kit::HttpState;
use customers_http_kit::auth::{Authorized, RequiredScope};
use customers_http_kit::field_code::FieldCode;
use customers_http_kit::json::{Faults, Field, JsonBody, NumberField, Refused, RequestBody};
use customers_http_kit::module::{BoundModule, Module, ScopeDefinition};
use customers_http_kit::negotiation::{AcceptsJson, SendsJson};
use customers_http_kit::problem::{
    ExtensionSchema, Problem, ProblemExtension, ProblemKind, common,
};
use customers_http_kit::problem_set;
use customers_http_kit::query::NoParameters;
use customers_http_kit::response::Data;
use garde::Validate;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use thiserror::Error;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// What the handlers share.
#[derive(Clone)]
pub struct WalletsState {
    http: HttpState,
}

impl FromRef<WalletsState> for HttpState {
    fn from_ref(state: &WalletsState) -> Self {
        state.http.clone()
    }
}

pub const WALLETS_WRITE: Scope = Scope::declare("wallets:write");

enum WalletsWrite {}

impl RequiredScope for WalletsWrite {
    const SCOPE: Scope = WALLETS_WRITE;
}

static WALLET_LIMIT_REACHED: ProblemKind = ProblemKind::new(
    "wallet_limit_reached",
    StatusCode::CONFLICT,
    "There are too many wallets",
)
.detail("The tenant holds as many wallets of this currency as it may.")
.help("Close a wallet first.")
.extension(ExtensionSchema::of::<WalletCount>());

/// How many wallets there are.
#[derive(Serialize, ToSchema)]
struct WalletCount {
    held: u32,
}

impl ProblemExtension for WalletCount {
    const MEMBER: &'static str = "wallets";
    const DESCRIPTION: &'static str = "How many wallets there are.";

    fn example() -> Value {
        json!({"held": 3})
    }
}

#[derive(Debug, Error)]
enum WalletFault {
    #[error("must be an ISO 4217 code")]
    UnknownCurrency,
    #[error("must be 0 or more")]
    NegativeAmount,
}

impl FieldFault for WalletFault {
    fn code(&self) -> &'static str {
        match self {
            Self::UnknownCurrency => "unknown_currency",
            Self::NegativeAmount => "negative_amount",
        }
    }
}

struct Currency(String);

impl Parse for Currency {
    type Fault = WalletFault;

    fn parse(raw: &str) -> Result<Self, WalletFault> {
        match raw {
            "EUR" | "XXX" => Ok(Self(raw.to_owned())),
            _ => Err(WalletFault::UnknownCurrency),
        }
    }
}

struct Amount(String);

impl Parse for Amount {
    type Fault = WalletFault;

    fn parse(raw: &str) -> Result<Self, WalletFault> {
        if raw.starts_with('-') {
            return Err(WalletFault::NegativeAmount);
        }
        Ok(Self(raw.to_owned()))
    }
}

/// A wallet to open.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(context(Faults))]
struct OpenWalletRequest {
    #[garde(dive)]
    #[schema(value_type = String)]
    currency: Field<Currency>,
    #[garde(dive)]
    #[schema(value_type = f64)]
    limit: NumberField<Amount>,
}

struct NewWallet {
    currency: Currency,
    limit: Amount,
}

impl RequestBody for OpenWalletRequest {
    type Value = NewWallet;

    fn into_value(self) -> Result<NewWallet, Refused> {
        Ok(NewWallet {
            currency: self.currency.into_valid()?,
            limit: self.limit.into_valid()?,
        })
    }
}

/// A wallet.
#[derive(Serialize, ToSchema)]
struct Wallet {
    currency: String,
    limit: String,
}

problem_set! {
    /// What opening a wallet may meet.
    OpenWalletProblems:
        common::UNAUTHORIZED, common::INVALID_FIELDS, WALLET_LIMIT_REACHED
}

/// Open a wallet
#[utoipa::path(
    post,
    path = "/wallets",
    security(("api_key" = ["wallets:write"])),
    request_body = OpenWalletRequest,
    responses((status = 201, description = "The wallet.", body = Data<Wallet>), OpenWalletProblems),
)]
async fn open_wallet(
    _: Authorized<WalletsWrite>,
    _: AcceptsJson,
    _: SendsJson,
    _: NoParameters,
    body: JsonBody,
) -> Result<Response, Problem> {
    let NewWallet { currency, limit } = body.document()?.read::<OpenWalletRequest>()?;
    if currency.0 == "XXX" {
        return Err(Problem::new(&WALLET_LIMIT_REACHED).with_extension(&WalletCount { held: 3 }));
    }
    let data = Wallet {
        currency: currency.0,
        limit: limit.0,
    };
    Ok((StatusCode::CREATED, Json(Data { data })).into_response())
}

#[utoipa::path(get, path = "/wallets/{id}", responses((status = 200)))]
async fn read_wallet() {}

#[utoipa::path(get, path = "/wallets/{wallet}", responses((status = 200)))]
async fn read_wallet_again() {}

pub fn module() -> Module<WalletsState> {
    let routes = OpenApiRouter::new()
        .routes(routes!(open_wallet))
        .routes(routes!(read_wallet));
    Module::new("wallets", routes)
        .scopes([ScopeDefinition::new(WALLETS_WRITE, "Open wallets.")])
        .problems([&WALLET_LIMIT_REACHED])
        .field_codes(
            [WalletFault::UnknownCurrency, WalletFault::NegativeAmount]
                .map(|fault| FieldCode::of(&fault)),
        )
}

#[utoipa::path(get, path = "/wallets/{wallet}/holds", responses((status = 200)))]
async fn read_holds() {}

/// A module that names a parameter differently.
pub fn module_of_holds() -> Module<WalletsState> {
    let routes = OpenApiRouter::new().routes(routes!(read_holds));
    Module::new("holds", routes)
}

/// Another module with one of the same routes.
pub fn module_again() -> Module<WalletsState> {
    let routes = OpenApiRouter::new().routes(routes!(read_wallet_again));
    Module::new("more wallets", routes)
}

pub fn serving() -> BoundModule {
    module().with_state(|http| WalletsState { http: http.clone() })
}
