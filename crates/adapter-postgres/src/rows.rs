use std::collections::BTreeMap;

use customers_domain::{
    AddressLine, BillingAddress, CountryCode, Customer, CustomerId, CustomerState, CustomerStatus,
    CustomerType, EmailAddress, ExternalId, Locality, Metadata, Parse, PersonName, PhoneNumber,
    Profile, Reason, Version, ZipCode,
};
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{Decode, Postgres, Row as _, Type};

use crate::failure::{Failure, FailureKind};

/// The value of a column.
pub(crate) fn column<'r, T>(row: &'r PgRow, name: &str) -> Result<T, Failure>
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

/// A row of [`FIND_CUSTOMER`](crate::sql::FIND_CUSTOMER).
pub(crate) fn customer(row: &PgRow) -> Result<Customer, Failure> {
    let version: i32 = column(row, "version")?;
    let version = u32::try_from(version).ok().and_then(Version::from_number);
    Ok(Customer::from_stored(CustomerState {
        id: CustomerId::from_uuid(column(row, "id")?),
        profile: profile(row)?,
        status: named(row, "status", CustomerStatus::from_name)?,
        status_reason: column::<Option<_>>(row, "status_reason")?.map(Reason::from_stored),
        version: version.ok_or_else(|| unreadable("version"))?,
        created_at: column(row, "created_at")?,
        updated_at: column(row, "updated_at")?,
    }))
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
