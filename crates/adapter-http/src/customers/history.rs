//! `GET /customers/{id}/history`.

use axum::extract::State;
use axum::response::Response;
use customers_domain::{
    Action, ChangedField, CustomerChange, CustomerStatus, DecisionId, Reason, Version,
};
use customers_http_kit::auth::Authorized;
use customers_http_kit::cursor::CursorScope;
use customers_http_kit::negotiation::AcceptsJson;
use customers_http_kit::problem::Problem;
use customers_http_kit::query::{LIMIT_DEFAULT, Query, limit};
use customers_http_kit::response::{Listing, PageMeta};
use customers_http_kit::timestamp::rfc3339;
use customers_ports::HistoryQuery;
use http::Uri;
use serde::Serialize;
use utoipa::ToSchema;

use super::get::{self, ReadProblems};
use super::path::CustomerIdInPath;
use super::scopes::CustomersRead;
use super::view::{StatusName, VerbName};
use crate::state::CustomersState;

/// The most memory that an entry takes while a page is built, in bytes: a reason of 500 characters, a decision id and the
/// names of fields, each as a row and as a value.
const ENTRY_BYTES: usize = 8 * 1024;

/// A change of a customer. It contains the names of changed fields, not their values.
#[derive(Serialize, ToSchema)]
#[schema(as = HistoryEntry)]
pub(crate) struct HistoryEntryView<'a> {
    /// Version of the customer after the change.
    #[schema(minimum = 1, example = 2)]
    version: u32,
    /// Time of the change.
    #[schema(format = DateTime, example = "2025-09-22T09:01:09Z")]
    at: String,
    /// Id of the API key that made the change.
    #[schema(example = "0123456789abcdef")]
    actor: String,
    /// What was done: `create`, `update`, `erase`, or a verb of the status rules.
    #[schema(value_type = VerbName, example = "approve")]
    verb: &'static str,
    /// Status before the change; null for the creation.
    #[schema(value_type = Option<StatusName>, required = true)]
    from: Option<&'static str>,
    /// Status after the change.
    #[schema(value_type = StatusName)]
    to: &'static str,
    /// JSON pointers to the changed fields.
    #[schema(example = json!(["/email", "/billing_address/city"]))]
    changed_fields: Vec<&'a str>,
    /// Reason, if one was given.
    #[schema(required = true, example = "documents verified")]
    reason: Option<&'a str>,
    /// The client's own id of the decision, if one was given.
    #[schema(required = true, example = "kyc-2025-0042")]
    decision_id: Option<&'a str>,
}

impl<'a> From<&'a CustomerChange> for HistoryEntryView<'a> {
    fn from(change: &'a CustomerChange) -> Self {
        let pointers = change.changed_fields.iter().map(ChangedField::pointer);
        Self {
            version: change.version.number(),
            at: rfc3339(change.at),
            actor: change.actor.to_string(),
            verb: Action::as_str(change.action),
            from: change.from.map(CustomerStatus::as_str),
            to: change.to.as_str(),
            changed_fields: pointers.collect(),
            reason: change.reason.as_ref().map(Reason::expose),
            decision_id: change.decision_id.as_ref().map(DecisionId::as_str),
        }
    }
}

/// List the changes of a customer
///
/// Returns the history of the customer, newest first.
#[utoipa::path(
    get,
    path = "/customers/{id}/history",
    tag = "customers",
    operation_id = "getCustomerHistory",
    security(("api_key" = ["customers:read"])),
    params(
        ("id" = String, Path, format = Uuid, description = "Id of the customer.", example = "01997099-05b2-7c4e-9b1f-2f6a1d3c5e70"),
        HistoryParameters,
    ),
    responses(
        (status = 200, description = "A page of the history.", body = Listing<HistoryEntryView>),
        ReadProblems,
    ),
)]
pub(crate) async fn customer_history(
    State(api): State<CustomersState>,
    Authorized { caller, .. }: Authorized<CustomersRead>,
    _: AcceptsJson,
    uri: Uri,
    CustomerIdInPath(id): CustomerIdInPath,
) -> Result<Response, Problem> {
    let tenant = caller.tenant_id.as_uuid();
    let scope = CursorScope::of([b"history", &tenant.as_bytes()[..], uri.path().as_bytes()]);
    let query = history_query(&uri, &scope)?;
    let reservation = api
        .http
        .response_budget()
        .reserve(caller, query.limit, ENTRY_BYTES)
        .await?;
    let page = api
        .customers
        .history(caller, id, query)
        .await
        .map_err(get::problem)?;
    let last = page.items.last().filter(|_| page.has_more);
    let listing = Listing {
        data: page.items.iter().map(HistoryEntryView::from).collect(),
        meta: PageMeta {
            next_cursor: last.map(|change| scope.cursor(&change.version.number().to_be_bytes())),
            has_more: page.has_more,
        },
    };
    reservation.json(&listing).await
}

/// The parameters of a history, for the OpenAPI document.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(
    dead_code,
    reason = "it only describes the parameters in the OpenAPI document"
)]
struct HistoryParameters {
    /// Maximum number of entries on a page.
    #[param(minimum = 1, maximum = 200, default = 50, example = 50)]
    limit: Option<u32>,
    /// `next_cursor` of the previous page.
    #[param(pattern = "^[A-Za-z0-9_-]+$")]
    cursor: Option<String>,
}

/// Reads what a history is asked.
fn history_query(uri: &Uri, scope: &CursorScope) -> Result<HistoryQuery, Problem> {
    let mut query = Query::read(uri, &["limit", "cursor"], &[]);
    let limit = query.one("limit", limit).unwrap_or(LIMIT_DEFAULT);
    let after = query.one("cursor", |cursor| {
        scope
            .key(cursor)
            .map(u32::from_be_bytes)
            .and_then(Version::from_number)
    });
    query.finish()?;
    Ok(HistoryQuery { after, limit })
}
