use customers_domain::{
    ChangedField, Customer, CustomerChange, CustomerState, DecisionId, ExternalId, TenantId,
    Version,
};

use crate::codes;
use crate::customers::seals::ChangeSeals;
use crate::failure::{Failure, FailureKind};
use crate::statement::Statement;

/// The version as the database counts.
pub(super) fn stored_version(version: Version) -> Result<i32, Failure> {
    i32::try_from(version.number())
        .map_err(|_| Failure::new(FailureKind::Defect, "a version beyond what is stored"))
}

/// The external id, in clear.
pub(super) fn external_id(state: &CustomerState) -> Option<&str> {
    state.profile.external_id.as_ref().map(ExternalId::expose)
}

/// Binds a changed customer and its change, as every statement of [`sql::change`](crate::sql) begins.
pub(super) fn bind_change(
    statement: Statement,
    tenant: TenantId,
    customer: &Customer,
    change: &CustomerChange,
    seals: &ChangeSeals,
) -> Result<Statement, Failure> {
    let state = customer.state();
    let statement = statement
        .bind(tenant.as_uuid())
        .bind(state.id.as_uuid())
        .bind(stored_version(state.version)?)
        .bind(state.updated_at)
        .bind(state.status_since)
        .bind(codes::of_status(state.status))
        .bind(state.profile.billing_address.country.as_str())
        .bind(external_id(state))
        .bind(seals.email_digest)
        .bind(seals.phone_digest)
        .bind(seals.profile.as_slice())
        .bind(change.id.as_uuid())
        .bind(codes::of_action(change.action))
        .bind(change.from.map(codes::of_status))
        .bind(changed_fields(change))
        .bind(seals.reason.as_deref())
        .bind(change.decision_id.as_ref().map(DecisionId::as_str))
        .bind(change.actor.as_str());
    Ok(statement)
}

/// The pointers of an edit; `None` for a change that is none.
fn changed_fields(change: &CustomerChange) -> Option<Vec<&str>> {
    let pointers = change.changed_fields.iter().map(ChangedField::pointer);
    Some(pointers.collect()).filter(|pointers: &Vec<_>| !pointers.is_empty())
}
