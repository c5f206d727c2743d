//! The operations that a client performs on a tenant's customers.

use std::time::Duration;

use super::creation;
use super::customers::Customers;
use crate::Result;
use crate::client::Client;

/// Number of the page deep in the list, with pages of one customer.
const DEEP_PAGE: usize = 10_000;
/// Maximum page size.
const PAGE_MAX: usize = 200;
/// Last digit of the customers that are patched. They are active.
const PATCHED: usize = 2;
/// Last digit of the customers that are suspended and reinstated. They are active at first.
const SUSPENDED: usize = 3;

/// An operation that is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    Read,
    FirstPage,
    DeepPage,
    PageByStatus,
    PageByCountry,
    Patch,
    Verb,
    /// A create whose email is taken.
    Conflict,
    Create,
    KeyedCreate,
}

impl Operation {
    /// Operations on existing customers. Reads come first.
    pub(crate) const LIFECYCLE: [Self; 7] = [
        Self::Read,
        Self::FirstPage,
        Self::DeepPage,
        Self::PageByStatus,
        Self::PageByCountry,
        Self::Patch,
        Self::Verb,
    ];

    /// Operations that look up values among all customers. Reads come first.
    pub(crate) const SCALE: [Self; 4] =
        [Self::Read, Self::Conflict, Self::Create, Self::KeyedCreate];

    /// Returns the name in the table.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Read => "read by id",
            Self::FirstPage => "list, first page of 50",
            Self::DeepPage => "list, 10,000th page of 1",
            Self::PageByStatus => "list by status, first page of 50",
            Self::PageByCountry => "list by country, first page of 50",
            Self::Patch => "patch of the first name",
            Self::Verb => "verb (suspend, reinstate)",
            Self::Conflict => "create whose email is taken (409)",
            Self::Create => "create",
            Self::KeyedCreate => "create with an idempotency key",
        }
    }
}

/// A client and the customers of its tenant.
pub(crate) struct Workload {
    client: Client,
    customers: Customers,
    /// Number of operations so far.
    step: usize,
    deep_page: String,
}

impl Workload {
    /// Reads pages up to the deep page, to get its cursor.
    ///
    /// # Errors
    /// Returns an error if a page cannot be read, or if there are too few customers.
    pub(crate) fn new(mut client: Client, customers: Customers) -> Result<Self> {
        let mut before = DEEP_PAGE - 1;
        let mut page = String::new();
        while before > 0 {
            let limit = before.min(PAGE_MAX);
            client.get(&format!("/customers?limit={limit}{page}"))?;
            page = format!("&cursor={}", next_cursor(client.response()?)?);
            before -= limit;
        }
        Ok(Self {
            client,
            customers,
            step: 0,
            deep_page: format!("/customers?limit=1{page}"),
        })
    }

    /// Performs an operation and returns its latency.
    ///
    /// # Errors
    /// Returns an error if the response has an unexpected status.
    pub(crate) fn perform(&mut self, operation: Operation) -> Result<Duration> {
        self.step += 1;
        match operation {
            Operation::Read => {
                let number = self.customers.at(self.step);
                self.client.get(&Customers::path(number))
            }
            Operation::FirstPage => self.client.get("/customers"),
            Operation::DeepPage => self.client.get(&self.deep_page),
            Operation::PageByStatus => self.client.get("/customers?status=suspended"),
            Operation::PageByCountry => self.client.get("/customers?country=NG"),
            Operation::Patch => self.patch(),
            Operation::Verb => self.verb(),
            Operation::Conflict => {
                let body = creation::with_email_of(self.customers.at(self.step));
                self.client.create(&body, None, 409)
            }
            Operation::Create => self.create(None),
            Operation::KeyedCreate => self.create(Some(&format!("create-{}", self.step))),
        }
    }

    fn create(&mut self, key: Option<&str>) -> Result<Duration> {
        let near = self.customers.at(self.step);
        let body = creation::of_new_customer(near, self.step);
        self.client.create(&body, key, 201)
    }

    /// Changes the first name to one that differs from the current one.
    fn patch(&mut self) -> Result<Duration> {
        let number = self.customers.ending_with(PATCHED, self.step);
        let version = self.customers.version(number);
        let name = if version % 2 == 1 { "Ada" } else { "James" };
        let body = format!(r#"{{"first_name":"{name}"}}"#);
        let path = Customers::path(number);
        self.customers.increment_version(number);
        self.client.change("PATCH", &path, version, &body)
    }

    /// Suspends a customer, and reinstates it in the next step. Odd versions are active.
    fn verb(&mut self) -> Result<Duration> {
        let number = self.customers.ending_with(SUSPENDED, self.step / 2);
        let version = self.customers.version(number);
        let verb = if version % 2 == 1 {
            "suspend"
        } else {
            "reinstate"
        };
        let path = format!("{}/{verb}", Customers::path(number));
        self.customers.increment_version(number);
        let body = r#"{"reason":"Requested by the benchmark"}"#;
        self.client.change("POST", &path, version, body)
    }
}

fn next_cursor(response: &str) -> Result<&str> {
    let rest = response.split_once(r#""next_cursor":""#);
    let cursor = rest.and_then(|(_, rest)| rest.split_once('"'));
    Ok(cursor.ok_or("the list has too few customers")?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_cursor_is_read_unless_it_is_null() {
        let page = r#"{"data":[],"meta":{"next_cursor":"abc_-","has_more":true}}"#;
        assert_eq!(next_cursor(page).unwrap(), "abc_-");
        let last = r#"{"data":[],"meta":{"next_cursor":null,"has_more":false}}"#;
        assert!(next_cursor(last).is_err());
    }
}
