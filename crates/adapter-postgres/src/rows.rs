use std::collections::BTreeMap;

use customers_domain::{
    Action, AddressLine, ApiKeyId, BillingAddress, ChangeId, CountryCode, Customer, CustomerChange,
    CustomerField, CustomerId, CustomerState, CustomerStatus, CustomerType, DecisionId,
    EmailAddress, ExternalId, Locality, Metadata, Parse, PersonName, PhoneNumber, Profile, Reason,
    Version, ZipCode,
};
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{Decode, Postgres, Row as _, Type};

use crate::failure::{Failure, FailureKind};

/// Returns the value of a column.
///
/// # Errors
/// Returns an error with the name of the column if it is missing or has another type.
pub fn column<'r, T>(row: &'r PgRow, name: &str) -> Result<T, Failure>
where
    T: Decode<'r, Postgres> + Type<Postgres>,
{
    row.try_get(name).map_err(|_| unreadable(name))
}

/// Says which column, and nothing of what it holds.
pub(crate) fn unreadable(column: &str) -> Failure {
    let reason = format!("column {column} holds what it never should");
    Failure::new(FailureKind::Defect, reason)
}

/// A column whose text names one of a closed set.
pub(crate) fn named<T>(
    row: &PgRow,
    column_name: &str,
    from_name: impl FnOnce(&str) -> Option<T>,
) -> Result<T, Failure> {
    from_name(column(row, column_name)?).ok_or_else(|| unreadable(column_name))
}

/// A row that holds a customer, as that of [`FIND_CUSTOMER`](crate::sql::FIND_CUSTOMER).
pub(crate) fn customer(row: &PgRow) -> Result<Customer, Failure> {
    Ok(Customer::from_stored(CustomerState {
        id: CustomerId::from_uuid(column(row, "id")?),
        profile: profile(row)?,
        status: named(row, "status", CustomerStatus::from_name)?,
        status_reason: column::<Option<_>>(row, "status_reason")?.map(Reason::from_stored),
        status_since: column(row, "status_since")?,
        version: version(column(row, "version")?)?,
        created_at: column(row, "created_at")?,
        updated_at: column(row, "updated_at")?,
    }))
}

/// A row of [`LIST_CHANGES`](crate::sql::LIST_CHANGES) that holds a change of that customer.
pub(crate) fn change(row: &PgRow, customer_id: CustomerId) -> Result<CustomerChange, Failure> {
    let pointers: Vec<String> = column(row, "changed_fields")?;
    let fields = pointers.iter().map(|pointer| {
        CustomerField::from_pointer(pointer).ok_or_else(|| unreadable("changed_fields"))
    });
    let from: Option<&str> = column(row, "from_status")?;
    let from =
        from.map(|name| CustomerStatus::from_name(name).ok_or_else(|| unreadable("from_status")));
    Ok(CustomerChange {
        id: ChangeId::from_uuid(column(row, "id")?),
        customer_id,
        version: version(column(row, "version")?)?,
        action: named(row, "action", Action::from_name)?,
        from: from.transpose()?,
        to: named(row, "to_status", CustomerStatus::from_name)?,
        changed_fields: fields.collect::<Result<_, _>>()?,
        reason: column::<Option<_>>(row, "reason")?.map(Reason::from_stored),
        decision_id: column::<Option<_>>(row, "decision_id")?.map(DecisionId::from_stored),
        actor: named(row, "actor", ApiKeyId::parse)?,
        at: column(row, "at")?,
    })
}

fn version(number: i32) -> Result<Version, Failure> {
    let version = u32::try_from(number).ok().and_then(Version::from_number);
    version.ok_or_else(|| unreadable("version"))
}

fn profile(row: &PgRow) -> Result<Profile, Failure> {
    let Json(metadata): Json<BTreeMap<String, String>> = column(row, "metadata")?;
    Ok(Profile {
        first_name: PersonName::from_stored(column(row, "first_name")?),
        last_name: PersonName::from_stored(column(row, "last_name")?),
        email: EmailAddress::from_stored(column(row, "email")?),
        phone: PhoneNumber::from_stored(column(row, "phone")?),
        customer_type: named(row, "customer_type", |name| CustomerType::parse(name).ok())?,
        billing_address: BillingAddress {
            line1: AddressLine::from_stored(column(row, "line1")?),
            line2: column::<Option<_>>(row, "line2")?.map(AddressLine::from_stored),
            city: Locality::from_stored(column(row, "city")?),
            state: Locality::from_stored(column(row, "state")?),
            zip_code: ZipCode::from_stored(column(row, "zip_code")?),
            country: named(row, "country", |code| CountryCode::parse(code).ok())?,
        },
        external_id: column::<Option<_>>(row, "external_id")?.map(ExternalId::from_stored),
        metadata: Metadata::from_stored(metadata),
    })
}
