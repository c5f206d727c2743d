use customers_domain::{
    Action, ApiKeyId, ChangeId, ChangedField, CountryCode, Customer, CustomerChange, CustomerId,
    CustomerState, CustomerStatus, DecisionId, ExternalId, Parse as _, Reason, Version,
};
use sqlx::postgres::PgRow;

use crate::codes;
use crate::column::{coded, column, named, unreadable};
use crate::failure::Failure;
use crate::sealing::form::{self, Clear, ProfileForm};
use crate::sealing::{KeyRing, Place, Salt, Slot};

/// A row that holds a customer, as that of [`FIND_CUSTOMER`](crate::sql::FIND_CUSTOMER).
pub(crate) fn customer(row: &PgRow, ring: &KeyRing) -> Result<Customer, Failure> {
    let id = CustomerId::from_uuid(column(row, "id")?);
    let version = version(column(row, "version")?)?;
    let place = Place {
        tenant: ring.tenant(),
        customer: id,
        slot: Slot::Profile(version),
    };
    let opened = open(row, "sealed", place, ring)?;
    let form: ProfileForm<'_> = form::read(&opened)?;
    let (profile, status_reason) = form.into_parts(Clear {
        customer_type: coded(row, "customer_type", codes::customer_type)?,
        country: named(row, "country", |code| CountryCode::parse(code).ok())?,
        external_id: column::<Option<_>>(row, "external_id")?.map(ExternalId::from_stored),
    });
    Ok(Customer::from_stored(CustomerState {
        id,
        profile,
        status: coded(row, "status", codes::status)?,
        status_reason,
        status_since: column(row, "status_since")?,
        version,
        created_at: column(row, "created_at")?,
        updated_at: column(row, "updated_at")?,
    }))
}

/// Opens the sealed value in a column of a row that also has the customer's salt.
pub(crate) fn open(
    row: &PgRow,
    column_name: &str,
    place: Place<'_>,
    ring: &KeyRing,
) -> Result<Vec<u8>, Failure> {
    let salt = Salt(column(row, "salt")?);
    let opened = ring.open(place, salt, column(row, column_name)?);
    opened.map_err(|unopened| unopened.into_failure(place))
}

/// A row of [`LIST_CHANGES`](crate::sql::LIST_CHANGES) that holds a change of that customer.
pub(crate) fn change(
    row: &PgRow,
    customer_id: CustomerId,
    ring: &KeyRing,
) -> Result<CustomerChange, Failure> {
    let version = version(column(row, "version")?)?;
    Ok(CustomerChange {
        id: ChangeId::from_uuid(column(row, "id")?),
        customer_id,
        version,
        action: action(row)?,
        from: from_status(row)?,
        to: to_status(row)?,
        changed_fields: changed_fields(row)?,
        reason: reason(row, customer_id, version, ring)?,
        decision_id: column::<Option<_>>(row, "decision_id")?.map(DecisionId::from_stored),
        actor: named(row, "actor", ApiKeyId::parse)?,
        at: column(row, "at")?,
    })
}

fn reason(
    row: &PgRow,
    customer: CustomerId,
    version: Version,
    ring: &KeyRing,
) -> Result<Option<Reason>, Failure> {
    if column::<Option<&[u8]>>(row, "sealed_reason")?.is_none() {
        return Ok(None);
    }
    let place = Place {
        tenant: ring.tenant(),
        customer,
        slot: Slot::Reason(version),
    };
    let opened = open(row, "sealed_reason", place, ring)?;
    let reason = String::from_utf8(opened).map_err(|_| unreadable("sealed_reason"))?;
    Ok(Some(Reason::from_stored(reason)))
}

/// Reads the action of a change.
pub(crate) fn action(row: &PgRow) -> Result<Action, Failure> {
    coded(row, "action", codes::action)
}

/// Reads the status after a change.
pub(crate) fn to_status(row: &PgRow) -> Result<CustomerStatus, Failure> {
    coded(row, "to_status", codes::status)
}

/// Reads the status before a change; `None` for a creation.
pub(crate) fn from_status(row: &PgRow) -> Result<Option<CustomerStatus>, Failure> {
    let from: Option<i16> = column(row, "from_status")?;
    from.map(|code| codes::status(code).ok_or_else(|| unreadable("from_status")))
        .transpose()
}

/// Reads the fields that an edit changed.
pub(crate) fn changed_fields(row: &PgRow) -> Result<Vec<ChangedField>, Failure> {
    let pointers: Option<Vec<String>> = column(row, "changed_fields")?;
    let pointers = pointers.into_iter().flatten();
    Ok(pointers.map(ChangedField::from_stored).collect())
}

pub(crate) fn version(number: i32) -> Result<Version, Failure> {
    let version = u32::try_from(number).ok().and_then(Version::from_number);
    version.ok_or_else(|| unreadable("version"))
}
