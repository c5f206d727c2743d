//! `GET /statuses`.

use axum::Json;
use customers_domain::{CustomerStatus, TRANSITIONS};
use customers_http_kit::auth::Authorized;
use customers_http_kit::negotiation::AcceptsJson;
use customers_http_kit::query::NoParameters;
use customers_http_kit::response::Data;
use customers_http_kit::schema_names::ScopeName;
use serde::Serialize;
use utoipa::ToSchema;

use super::list::ListProblems;
use super::scopes::CustomersRead;
use super::view::{StatusName, VerbName};

/// The status rules.
#[derive(Serialize, ToSchema)]
pub(crate) struct StatusRules {
    /// Every status.
    #[schema(value_type = Vec<StatusName>)]
    statuses: Vec<&'static str>,
    /// Statuses in which a customer may transact.
    #[schema(value_type = Vec<StatusName>, example = json!(["active"]))]
    may_transact: Vec<&'static str>,
    /// Statuses in which the data of a customer can be edited.
    #[schema(value_type = Vec<StatusName>)]
    editable: Vec<&'static str>,
    /// Every change from one status to another.
    transitions: Vec<StatusTransition>,
}

/// A change from one status to another.
#[derive(Serialize, ToSchema)]
pub(crate) struct StatusTransition {
    /// Status before the change.
    #[schema(value_type = StatusName)]
    from: &'static str,
    /// Verb that makes the change.
    #[schema(value_type = VerbName)]
    verb: &'static str,
    /// Status after the change.
    #[schema(value_type = StatusName)]
    to: &'static str,
    /// Scope that the verb needs.
    #[schema(value_type = ScopeName, example = "customers:review")]
    scope: &'static str,
    /// Whether the verb needs a reason.
    reason_required: bool,
}

/// Read the status rules
///
/// Returns the statuses, what a customer may do in each, and the verbs that change them.
#[utoipa::path(
    get,
    path = "/statuses",
    tag = "customers",
    operation_id = "getStatuses",
    security(("api_key" = ["customers:read"])),
    responses(
        (status = 200, description = "The status rules.", body = Data<StatusRules>),
        ListProblems,
    ),
)]
pub(crate) async fn statuses(
    _: Authorized<CustomersRead>,
    _: AcceptsJson,
    _: NoParameters,
) -> Json<Data<StatusRules>> {
    let transitions = TRANSITIONS.iter().flat_map(|rule| {
        rule.from.iter().map(|from| StatusTransition {
            from: from.as_str(),
            verb: rule.verb.as_str(),
            to: rule.to.as_str(),
            scope: rule.scope.as_str(),
            reason_required: rule.reason_required,
        })
    });
    Json(Data {
        data: StatusRules {
            statuses: statuses_where(|_| true),
            may_transact: statuses_where(CustomerStatus::may_transact),
            editable: statuses_where(CustomerStatus::is_editable),
            transitions: transitions.collect(),
        },
    })
}

fn statuses_where(condition: impl Fn(CustomerStatus) -> bool) -> Vec<&'static str> {
    let statuses = CustomerStatus::ALL.iter().copied();
    statuses
        .filter(|status| condition(*status))
        .map(CustomerStatus::as_str)
        .collect()
}
