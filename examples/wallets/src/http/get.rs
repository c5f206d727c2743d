//! `GET /wallets/{id}`.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use customers_http_kit::auth::Authorized;
use customers_http_kit::conditional::{etag, none_match};
use customers_http_kit::negotiation::AcceptsJson;
use customers_http_kit::problem::{Problem, common};
use customers_http_kit::query::NoParameters;
use customers_http_kit::response::Data;
use customers_http_kit::{path, problem_set};
use http::header::ETAG;
use http::{HeaderMap, StatusCode, Uri};

use super::WalletsRead;
use super::view::WalletView;
use crate::domain::WalletId;
use crate::service::WalletService;

/// Version of every wallet, because wallets do not change.
pub(super) const VERSION: u32 = 1;

/// Read a wallet
#[utoipa::path(
    get,
    path = "/wallets/{id}",
    tag = "wallets",
    operation_id = "getWallet",
    security(("api_key" = ["wallets:read"])),
    params(
        ("id" = String, Path, format = Uuid, description = "The wallet's id."),
        ("If-None-Match" = Option<String>, Header, description = "Entity tags that the client has; 304 if one of them is current."),
    ),
    responses(
        (
            status = 200,
            description = "The wallet.",
            body = Data<WalletView>,
            headers(("ETag" = String, description = "The wallet's version as an entity tag.")),
        ),
        (
            status = 304,
            description = "The client has the current version.",
            headers(("ETag" = String, description = "The wallet's version as an entity tag.")),
        ),
        GetWalletProblems,
    ),
)]
pub(super) async fn get_wallet(
    State(wallets): State<WalletService>,
    Authorized { caller, .. }: Authorized<WalletsRead>,
    _: AcceptsJson,
    _: NoParameters,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let not_found = || Problem::new(&common::NOT_FOUND);
    let id = WalletId::from_canonical(path::parameter(&uri)).ok_or_else(not_found)?;
    let wallet = wallets.get(caller, id).await?.ok_or_else(not_found)?;
    let tag = etag(VERSION);
    if !none_match(&headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(ETAG, tag)]).into_response());
    }
    let data = WalletView::from(wallet);
    Ok(([(ETAG, tag)], Json(Data { data })).into_response())
}

problem_set! {
    /// Problems of reading a wallet.
    GetWalletProblems:
        common::INVALID_REQUEST, common::UNAUTHORIZED, common::INSUFFICIENT_SCOPE,
        common::NOT_FOUND, common::NOT_ACCEPTABLE, common::RATE_LIMITED, common::INTERNAL,
        common::UNAVAILABLE
}
