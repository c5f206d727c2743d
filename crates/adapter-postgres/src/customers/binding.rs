use customers_domain::{
    AddressLine, CustomerChange, CustomerState, CustomerStatus, DecisionId, ExternalId, Reason,
    Version,
};
use sqlx::types::Json;

use crate::failure::{Failure, FailureKind};
use crate::statement::Statement;

/// The version as the database counts.
pub(super) fn stored_version(version: Version) -> Result<i32, Failure> {
    i32::try_from(version.number())
        .map_err(|_| Failure::new(FailureKind::Defect, "a version beyond what is stored"))
}

/// The customer, as all statements that store one have it from $2 on.
pub(super) fn bind_customer(
    statement: Statement,
    state: &CustomerState,
    version: i32,
) -> Statement {
    let profile = &state.profile;
    let address = &profile.billing_address;
    statement
        .bind(state.id.as_uuid())
        .bind(profile.customer_type.as_str())
        .bind(profile.first_name.expose())
        .bind(profile.last_name.expose())
        .bind(profile.email.expose())
        .bind(profile.email.key().expose())
        .bind(profile.phone.expose())
        .bind(address.line1.expose())
        .bind(address.line2.as_ref().map(AddressLine::expose))
        .bind(address.city.expose())
        .bind(address.state.expose())
        .bind(address.zip_code.expose())
        .bind(address.country.as_str())
        .bind(profile.external_id.as_ref().map(ExternalId::expose))
        .bind(Json(profile.metadata.expose()))
        .bind(state.status.as_str())
        .bind(state.status_reason.as_ref().map(Reason::expose))
        .bind(version)
        .bind(state.created_at)
        .bind(state.updated_at)
        .bind(state.status_since)
}

/// The change, as all statements that store one have it behind the customer.
pub(super) fn bind_change(statement: Statement, change: &CustomerChange) -> Statement {
    let fields = change.changed_fields.iter();
    let pointers: Vec<&str> = fields.map(|field| field.pointer()).collect();
    statement
        .bind(change.id.as_uuid())
        .bind(change.action.as_str())
        .bind(change.from.map(CustomerStatus::as_str))
        .bind(change.to.as_str())
        .bind(pointers)
        .bind(change.reason.as_ref().map(Reason::expose))
        .bind(change.decision_id.as_ref().map(DecisionId::as_str))
        .bind(change.actor.as_str())
        .bind(change.at)
}
