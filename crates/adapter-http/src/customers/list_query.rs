//! The query of `GET /customers`.

use chrono::{DateTime, SecondsFormat, Utc};
use customers_domain::{
    CountryCode, CustomerId, CustomerStatus, CustomerType, EmailAddress, ExternalId, Parse,
    PhoneNumber, TenantId,
};
use customers_ports::{CustomerFilter, ListOrder, ListQuery};
use http::Uri;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::view::{CustomerTypeName, StatusName};
use customers_http_kit::cursor::CursorScope;
use customers_http_kit::problem::Problem;
use customers_http_kit::query::{LIMIT_DEFAULT, Query, limit};
use customers_http_kit::timestamp::parse_bound;

/// The parameters of a list of customers, for the OpenAPI document.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(
    dead_code,
    reason = "it only describes the parameters in the OpenAPI document"
)]
pub(crate) struct ListParameters {
    /// Maximum number of customers on a page.
    #[param(minimum = 1, maximum = 200, default = 50, example = 50)]
    limit: Option<u32>,
    /// `next_cursor` of the previous page, which had the same filters and the same order.
    #[param(pattern = "^[A-Za-z0-9_-]+$")]
    cursor: Option<String>,
    /// `desc`: the newest customer first; `asc`: the oldest first.
    #[param(inline)]
    order: Option<OrderName>,
    /// Only customers with one of these statuses. Repeat the parameter for several.
    #[param(style = Form, explode = true, example = json!(["pending_kyc", "in_review"]))]
    status: Option<Vec<StatusName>>,
    /// Only customers of this type.
    #[param(value_type = Option<CustomerTypeName>, example = "individual")]
    r#type: Option<String>,
    /// Only the customer with this email address, compared without regard to ASCII case.
    #[param(max_length = 254, example = "james.okafor@example.com")]
    email: Option<String>,
    /// Only customers with this phone number.
    #[param(example = "+2348012345678")]
    phone: Option<String>,
    /// Only the customer with this reference of the client.
    #[param(min_length = 1, max_length = 255, example = "crm-4711")]
    external_id: Option<String>,
    /// Only customers whose billing address is in this country: an ISO 3166-1 alpha-2 code in upper case.
    #[param(pattern = "^[A-Z]{2}$", example = "NG")]
    country: Option<String>,
    /// Only customers that were created at this time or later: an RFC 3339 date-time with any offset, compared to the
    /// microsecond.
    #[param(format = DateTime, example = "2025-01-01T00:00:00Z")]
    created_from: Option<String>,
    /// Only customers that were created before this time.
    #[param(format = DateTime, example = "2026-01-01T00:00:00Z")]
    created_before: Option<String>,
}

/// The orders of a list, for the OpenAPI document.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase", default = "desc")]
#[expect(
    dead_code,
    reason = "it only describes the parameter in the OpenAPI document"
)]
enum OrderName {
    Desc,
    Asc,
}

/// Reads what a list of customers is asked, and what its cursors are bound to.
pub(super) fn list_query(uri: &Uri, tenant: TenantId) -> Result<(ListQuery, CursorScope), Problem> {
    const KNOWN: [&str; 10] = [
        "limit",
        "cursor",
        "order",
        "type",
        "email",
        "phone",
        "external_id",
        "country",
        "created_from",
        "created_before",
    ];
    let mut query = Query::read(uri, &KNOWN, &["status"]);
    let mut statuses = query.all("status", CustomerStatus::from_name);
    statuses.sort_by_key(|status| status.as_str());
    statuses.dedup();
    let filter = CustomerFilter {
        statuses,
        customer_type: query.one("type", parsed::<CustomerType>),
        email: query.one("email", parsed::<EmailAddress>),
        phone: query.one("phone", |value| parsed::<PhoneNumber>(&with_plus(value))),
        external_id: query.one("external_id", parsed::<ExternalId>),
        country: query.one("country", parsed::<CountryCode>),
        created_from: query.one("created_from", bound),
        created_before: query.one("created_before", bound),
    };
    let order = query.one("order", order).unwrap_or_default();
    let scope = list_scope(tenant, &filter, order);
    let limit = query.one("limit", limit).unwrap_or(LIMIT_DEFAULT);
    let after = query.one("cursor", |cursor| {
        scope
            .key(cursor)
            .map(Uuid::from_bytes)
            .map(CustomerId::from_uuid)
    });
    query.finish()?;
    let list = ListQuery {
        filter,
        order,
        after,
        limit,
    };
    Ok((list, scope))
}

/// The tenant, every condition and the order, in one spelling each.
fn list_scope(tenant: TenantId, filter: &CustomerFilter, order: ListOrder) -> CursorScope {
    let statuses: Vec<&str> = filter
        .statuses
        .iter()
        .map(|status| status.as_str())
        .collect();
    let email = filter.email.as_ref().map(EmailAddress::key);
    let texts = [
        ("status", (!statuses.is_empty()).then(|| statuses.join(","))),
        (
            "type",
            filter.customer_type.map(|kind| kind.as_str().to_owned()),
        ),
        ("email", email.map(|key| key.expose().clone())),
        (
            "phone",
            filter.phone.as_ref().map(|phone| phone.expose().to_owned()),
        ),
        (
            "external_id",
            filter.external_id.as_ref().map(|id| id.expose().to_owned()),
        ),
        (
            "country",
            filter.country.map(|country| country.as_str().to_owned()),
        ),
        ("created_from", filter.created_from.map(exact)),
        ("created_before", filter.created_before.map(exact)),
        (
            "order",
            (order == ListOrder::OldestFirst).then(|| ASCENDING.to_owned()),
        ),
    ];
    let tenant = tenant.as_uuid();
    let fixed = [&b"customers"[..], tenant.as_bytes()];
    let present = texts
        .iter()
        .filter_map(|(name, text)| Some((name, text.as_ref()?)));
    let conditions = present.flat_map(|(name, text)| [name.as_bytes(), text.as_bytes()]);
    CursorScope::of(fixed.into_iter().chain(conditions))
}

const ASCENDING: &str = "asc";
const DESCENDING: &str = "desc";

fn order(value: &str) -> Option<ListOrder> {
    match value {
        ASCENDING => Some(ListOrder::OldestFirst),
        DESCENDING => Some(ListOrder::NewestFirst),
        _ => None,
    }
}

fn parsed<T: Parse>(value: &str) -> Option<T> {
    T::parse(value).ok()
}

/// A plus sign in a query is read as a space, so a leading space was one.
fn with_plus(value: &str) -> String {
    value
        .strip_prefix(' ')
        .map_or_else(|| value.to_owned(), |rest| format!("+{rest}"))
}

/// A time that bounds a range. A plus sign in a query is read as a space, so a space where the offset
/// begins was one.
fn bound(value: &str) -> Option<DateTime<Utc>> {
    const OFFSET: usize = "+01:00".len();
    let offset_at = value.len().checked_sub(OFFSET)?;
    match value.split_at_checked(offset_at)? {
        (time, offset) if offset.starts_with(' ') => {
            parse_bound(&format!("{time}{}", with_plus(offset)))
        }
        _ => parse_bound(value),
    }
}

/// A time in one spelling, with a fraction only where it has one.
fn exact(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Result<(ListQuery, CursorScope), Problem> {
        let uri = format!("/customers?{query}").parse().unwrap();
        list_query(&uri, TenantId::from_uuid(Uuid::nil()))
    }

    #[test]
    fn filters_are_read_by_the_rules_of_their_fields() {
        let (list, _) = read(
            "limit=7&status=active&status=closed&type=business&email=A%40Example.com&phone=+2348012345678\
             &external_id=crm-1&country=NG&created_from=2025-01-01T00:00:00Z",
        )
        .unwrap();
        assert_eq!(list.limit, 7);
        assert_eq!(list.filter.statuses.len(), 2);
        assert_eq!(list.filter.phone.unwrap().expose(), "+2348012345678");
        assert!(list.filter.created_from.is_some());
    }

    #[test]
    fn values_that_break_their_rule_are_refused() {
        for bad in [
            "limit=0",
            "limit=201",
            "limit=+5",
            "limit=",
            "order=",
            "order=ASC",
            "order=newest",
            "status=Active",
            "type=x",
            "email=x",
            "phone=123",
            "external_id=",
            "country=ng",
            "created_from=2025-01-01",
            "created_from=2025-09-22T09:01:60Z",
            "created_from=2025-01-01T00:00:00+",
            "created_before=+01:00",
            "created_before=%F0%9F%98%8001:00",
            "created_before=2025-13-01T00:00:00Z",
            "created_before=-0001-01-01T00:00:00Z",
            "cursor=",
            "cursor=AAAA",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_time_has_any_offset_whose_plus_may_arrive_as_a_space() {
        let from = |value: &str| {
            let (list, _) = read(&format!("created_from={value}")).unwrap();
            list.filter.created_from.unwrap()
        };
        let noon = from("2025-09-22T12:00:00Z");
        for same in [
            "2025-09-22T13:00:00%2B01:00",
            "2025-09-22T13:00:00+01:00",
            "2025-09-22T13:00:00.000+01:00",
            "2025-09-22T13:00:00%2001:00",
            "2025-09-22T11:00:00-01:00",
        ] {
            assert_eq!(from(same), noon, "{same}");
        }
    }

    #[test]
    fn a_cursor_is_bound_to_the_exact_times() {
        let (_, scope) = read("created_from=2025-09-22T12:00:00.5Z").unwrap();
        let cursor = scope.cursor(Uuid::max().as_bytes());
        let with = |from: &str| read(&format!("created_from={from}&cursor={cursor}"));
        assert!(with("2025-09-22T13:00:00.500%2B01:00").is_ok());
        assert!(with("2025-09-22T12:00:00Z").is_err());
        assert!(with("2025-09-22T12:00:00.500001Z").is_err());
    }

    #[test]
    fn a_cursor_goes_on_with_the_same_filters_and_any_limit() {
        let (_, scope) = read("status=closed&status=active&limit=5").unwrap();
        let cursor = scope.cursor(Uuid::max().as_bytes());
        let same = read(&format!(
            "status=active&status=closed&limit=9&cursor={cursor}"
        ));
        assert_eq!(
            same.unwrap().0.after,
            Some(CustomerId::from_uuid(Uuid::max()))
        );
        assert!(read(&format!("status=active&cursor={cursor}")).is_err());
        let ordered = |order| {
            read(&format!(
                "status=active&status=closed&order={order}&cursor={cursor}"
            ))
        };
        assert_eq!(ordered("desc").unwrap().0.order, ListOrder::NewestFirst);
        assert!(ordered("asc").is_err());
        let uri = format!("/customers?status=active&status=closed&cursor={cursor}")
            .parse()
            .unwrap();
        assert!(list_query(&uri, TenantId::from_uuid(Uuid::max())).is_err());
    }
}
