use chrono::{DateTime, Utc};
use customers_domain::{
    CountryCode, CustomerId, CustomerStatus, CustomerType, EmailAddress, ExternalId, PhoneNumber,
    Version,
};

/// Which customers of a tenant to list, and which page of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListQuery {
    /// Which customers.
    pub filter: CustomerFilter,
    /// In which order.
    pub order: ListOrder,
    /// The last customer of the page before; the first page when absent.
    pub after: Option<CustomerId>,
    /// At most so many; at least one.
    pub limit: u32,
}

/// The order of a list of customers, which is that of their ids and so of their creation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ListOrder {
    /// The newest customer comes first.
    #[default]
    NewestFirst,
    /// The oldest customer comes first.
    OldestFirst,
}

/// What a customer must be like to be listed: every condition that is present.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CustomerFilter {
    /// One of these statuses; any when empty.
    pub statuses: Vec<CustomerStatus>,
    /// This type.
    pub customer_type: Option<CustomerType>,
    /// This email address, compared by its key.
    pub email: Option<EmailAddress>,
    /// This phone number.
    pub phone: Option<PhoneNumber>,
    /// This reference.
    pub external_id: Option<ExternalId>,
    /// This country of the billing address.
    pub country: Option<CountryCode>,
    /// Created at this time or later, to the microsecond.
    pub created_from: Option<DateTime<Utc>>,
    /// Created before this time, to the microsecond.
    pub created_before: Option<DateTime<Utc>>,
}

/// Which page of a customer's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HistoryQuery {
    /// The last version of the page before; the first page when absent.
    pub after: Option<Version>,
    /// At most so many; at least one.
    pub limit: u32,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Whether there is another page.
    pub has_more: bool,
}

impl<T> Page<T> {
    /// Cuts a page out of what a store found when it looked for one more than the limit.
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
