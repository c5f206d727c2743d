use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use customers_domain::{CountryCode, CustomerStatus, CustomerType, ExternalId};
use customers_ports::{CustomerFilter, ListOrder, ListQuery};
use sqlx::types::Uuid;

use crate::codes;
use crate::sealing::KeyRing;
use crate::sql;
use crate::statement::Statement;

/// The statement that is led by the filter that leaves the fewest customers. `ring` is the tenant's.
pub(super) fn statement(query: &ListQuery, ring: &KeyRing) -> Statement {
    let filter = &query.filter;
    let (text, narrowed) = driver(filter, query.order);
    let IdRange { from, before } = IdRange::of(query);
    let mut statement = Statement::new(text)
        .bind(ring.tenant().as_uuid())
        .bind(before)
        .bind(from)
        .bind(i64::from(query.limit) + 1)
        .bind(filter.created_from)
        .bind(filter.created_before);
    if narrowed >= Narrowed::ByStatus {
        statement = statement.bind(statuses(filter)).bind(types(filter));
    }
    if narrowed >= Narrowed::ByCountry {
        statement = statement.bind(filter.country.map(CountryCode::as_str));
    }
    if narrowed >= Narrowed::ByPhone {
        let digest = filter.phone.as_ref().map(|phone| ring.phone_digest(phone));
        statement = statement.bind(digest);
    }
    if narrowed >= Narrowed::ByExternalId {
        statement = statement.bind(filter.external_id.as_ref().map(ExternalId::expose));
    }
    if narrowed >= Narrowed::ByEmail {
        let digest = filter.email.as_ref().map(|email| ring.email_digest(email));
        statement = statement.bind(digest);
    }
    statement
}

/// What leads a statement. Each has the parameters of those before it, and one of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Narrowed {
    Not,
    ByStatus,
    ByCountry,
    ByPhone,
    ByExternalId,
    ByEmail,
}

fn driver(filter: &CustomerFilter, order: ListOrder) -> (&'static str, Narrowed) {
    let by = |newest_first, oldest_first| match order {
        ListOrder::NewestFirst => newest_first,
        ListOrder::OldestFirst => oldest_first,
    };
    if filter.email.is_some() {
        (sql::LIST_BY_EMAIL, Narrowed::ByEmail)
    } else if filter.external_id.is_some() {
        (sql::LIST_BY_EXTERNAL_ID, Narrowed::ByExternalId)
    } else if filter.phone.is_some() {
        let text = by(sql::LIST_BY_PHONE, sql::LIST_BY_PHONE_OLDEST_FIRST);
        (text, Narrowed::ByPhone)
    } else if filter.country.is_some() {
        let text = by(sql::LIST_BY_COUNTRY, sql::LIST_BY_COUNTRY_OLDEST_FIRST);
        (text, Narrowed::ByCountry)
    } else if filter.customer_type.is_some() || !filter.statuses.is_empty() {
        let text = by(sql::LIST_BY_STATUS, sql::LIST_BY_STATUS_OLDEST_FIRST);
        (text, Narrowed::ByStatus)
    } else {
        let text = by(sql::LIST_CUSTOMERS, sql::LIST_CUSTOMERS_OLDEST_FIRST);
        (text, Narrowed::Not)
    }
}

/// Each of them once, since a page is read for each.
fn statuses(filter: &CustomerFilter) -> Vec<i16> {
    let wanted =
        |status: &CustomerStatus| filter.statuses.is_empty() || filter.statuses.contains(status);
    let statuses = CustomerStatus::ALL.iter().copied().filter(wanted);
    statuses.map(codes::of_status).collect()
}

fn types(filter: &CustomerFilter) -> Vec<i16> {
    let types = CustomerType::ALL.iter().copied();
    types
        .filter(|kind| filter.customer_type.is_none_or(|wanted| wanted == *kind))
        .map(codes::of_type)
        .collect()
}

/// The ids that may be on a page. An id begins with the millisecond in which its customer was created,
/// so these are all ids of customers in the range of times, and some of its first and last millisecond.
#[derive(Debug, PartialEq, Eq)]
struct IdRange {
    from: Uuid,
    before: Uuid,
}

impl IdRange {
    fn of(query: &ListQuery) -> Self {
        let filter = &query.filter;
        let created_before = filter.created_before.map(next_millisecond);
        let mut range = Self {
            from: filter.created_from.map_or(Uuid::nil(), lowest_id),
            before: created_before.map_or(Uuid::max(), lowest_id),
        };
        if let Some(last) = query.after {
            let last = last.as_uuid();
            match query.order {
                ListOrder::NewestFirst => range.before = range.before.min(last),
                ListOrder::OldestFirst => range.from = range.from.max(next_id(last)),
            }
        }
        range
    }
}

/// The lowest id above that one.
fn next_id(id: Uuid) -> Uuid {
    Uuid::from_u128(id.as_u128().saturating_add(1))
}

/// The time itself where it is a whole millisecond, else the millisecond that follows.
fn next_millisecond(at: DateTime<Utc>) -> DateTime<Utc> {
    let almost = TimeDelta::microseconds(999);
    at.checked_add_signed(almost).unwrap_or(at).trunc_subsecs(3)
}

/// Not above any id of that millisecond or later, and above every earlier one.
fn lowest_id(at: DateTime<Utc>) -> Uuid {
    /// Behind the last millisecond that an id can carry.
    const END: i64 = 1 << 48;
    match at.timestamp_millis() {
        ..0 => Uuid::nil(),
        END.. => Uuid::max(),
        milliseconds => Uuid::from_u128(u128::from(milliseconds.unsigned_abs()) << 80),
    }
}

#[cfg(test)]
mod tests;
