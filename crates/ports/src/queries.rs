use chrono::{DateTime, Utc};
use customers_domain::{
    CountryCode, CustomerId, CustomerStatus, CustomerType, EmailAddress, ExternalId, PhoneNumber,
    Version,
};

/// Query for a page of a tenant's customers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListQuery {
    /// Conditions on the customers.
    pub filter: CustomerFilter,
    /// Order of the customers.
    pub order: ListOrder,
    /// The last customer of the previous page, or `None` for the first page.
    pub after: Option<CustomerId>,
    /// Maximum page size; at least 1.
    pub limit: u32,
}

/// Order of a list of customers: the order of their ids, and so of their creation, or the reverse.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ListOrder {
    /// The newest customer comes first.
    #[default]
    NewestFirst,
    /// The oldest customer comes first.
    OldestFirst,
}

/// Conditions on listed customers. A customer must meet every condition that is present.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CustomerFilter {
    /// The status is one of these. An empty list allows any.
    pub statuses: Vec<CustomerStatus>,
    /// The type.
    pub customer_type: Option<CustomerType>,
    /// The email address, compared by its key.
    pub email: Option<EmailAddress>,
    /// The phone number.
    pub phone: Option<PhoneNumber>,
    /// The external id.
    pub external_id: Option<ExternalId>,
    /// The country of the billing address.
    pub country: Option<CountryCode>,
    /// Created at or after this time, to the microsecond.
    pub created_from: Option<DateTime<Utc>>,
    /// Created before this time, to the microsecond.
    pub created_before: Option<DateTime<Utc>>,
}

/// Query for a page of a customer's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HistoryQuery {
    /// The last version of the previous page, or `None` for the first page.
    pub after: Option<Version>,
    /// Maximum page size; at least 1.
    pub limit: u32,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Whether there is a next page.
    pub has_more: bool,
}

impl<T> Page<T> {
    /// Creates a page from a result that was queried with one more item than the limit.
    pub fn cut(mut found: Vec<T>, limit: u32) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let has_more = found.len() > limit;
        found.truncate(limit);
        Self {
            items: found,
            has_more,
        }
    }
}
