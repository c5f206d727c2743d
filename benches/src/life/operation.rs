//! What a caller does with a tenant's customers.

use std::time::Duration;

use super::creation;
use super::customers::Customers;
use crate::Result;
use crate::caller::Caller;

/// The page that is read deep in the list, where a page is one customer.
const DEEP_PAGE: usize = 10_000;
/// The most that a page may hold.
const LONGEST_PAGE: usize = 200;
/// Customers whose numbers end so are active at first, and only patched; the others get verbs.
const PATCHED: usize = 2;
const SUSPENDED: usize = 3;

/// One thing to do, over and over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    Read,
    FirstPage,
    DeepPage,
    PageByStatus,
    PageByCountry,
    Patch,
    Verb,
    /// Of a customer whose email another one holds.
    Conflict,
    Create,
    KeyedCreate,
}

impl Operation {
    /// What can be done with customers that are there, what changes nothing first.
    pub(crate) const LIFE: [Self; 7] = [
        Self::Read,
        Self::FirstPage,
        Self::DeepPage,
        Self::PageByStatus,
        Self::PageByCountry,
        Self::Patch,
        Self::Verb,
    ];

    /// What has to find its way among all customers, what changes nothing first.
    pub(crate) const SCALE: [Self; 4] =
        [Self::Read, Self::Conflict, Self::Create, Self::KeyedCreate];

    /// What it is called in the table.
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

/// A caller, and the customers of its tenant.
pub(crate) struct Actor {
    caller: Caller,
    customers: Customers,
    /// How many requests there were.
    step: usize,
    deep_page: String,
}

impl Actor {
    /// Finds the way to the deep page.
    ///
    /// # Errors
    /// When a page cannot be read, or there are too few customers.
    pub(crate) fn new(mut caller: Caller, customers: Customers) -> Result<Self> {
        let mut before = DEEP_PAGE - 1;
        let mut page = String::new();
        while before > 0 {
            let limit = before.min(LONGEST_PAGE);
            caller.get(&format!("/customers?limit={limit}{page}"))?;
            page = format!("&cursor={}", next_cursor(caller.answer()?)?);
            before -= limit;
        }
        Ok(Self {
            caller,
            customers,
            step: 0,
            deep_page: format!("/customers?limit=1{page}"),
        })
    }

    /// Does it once more, and says how long that took.
    ///
    /// # Errors
    /// When the answer is not the expected one.
    pub(crate) fn perform(&mut self, operation: Operation) -> Result<Duration> {
        self.step += 1;
        match operation {
            Operation::Read => {
                let number = self.customers.at(self.step);
                self.caller.get(&Customers::path(number))
            }
            Operation::FirstPage => self.caller.get("/customers"),
            Operation::DeepPage => self.caller.get(&self.deep_page),
            Operation::PageByStatus => self.caller.get("/customers?status=suspended"),
            Operation::PageByCountry => self.caller.get("/customers?country=NG"),
            Operation::Patch => self.patch(),
            Operation::Verb => self.verb(),
            Operation::Conflict => {
                let body = creation::of_one_whose_email_is_taken(self.customers.at(self.step));
                self.caller.create(&body, None, 409)
            }
            Operation::Create => self.create(None),
            Operation::KeyedCreate => self.create(Some(&format!("create-{}", self.step))),
        }
    }

    fn create(&mut self, key: Option<&str>) -> Result<Duration> {
        let near = self.customers.at(self.step);
        let body = creation::of_a_new_one(near, self.step);
        self.caller.create(&body, key, 201)
    }

    /// Each version of a customer has another name than the one before.
    fn patch(&mut self) -> Result<Duration> {
        let number = self.customers.of_tenth(PATCHED, self.step);
        let version = self.customers.version(number);
        let name = if version % 2 == 1 { "Ada" } else { "James" };
        let body = format!(r#"{{"first_name":"{name}"}}"#);
        let path = Customers::path(number);
        self.customers.changed(number);
        self.caller.change("PATCH", &path, version, &body)
    }

    /// Two steps on one customer, so that it is active again after the second; odd versions are active.
    fn verb(&mut self) -> Result<Duration> {
        let number = self.customers.of_tenth(SUSPENDED, self.step / 2);
        let version = self.customers.version(number);
        let verb = if version % 2 == 1 {
            "suspend"
        } else {
            "reinstate"
        };
        let path = format!("{}/{verb}", Customers::path(number));
        self.customers.changed(number);
        let body = r#"{"reason":"Asked for by the benchmark"}"#;
        self.caller.change("POST", &path, version, body)
    }
}

fn next_cursor(answer: &str) -> Result<&str> {
    let rest = answer.split_once(r#""next_cursor":""#);
    let cursor = rest.and_then(|(_, rest)| rest.split_once('"'));
    Ok(cursor.ok_or("the list ended too early")?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cursor_of_a_page_is_found_where_there_is_one() {
        let page = r#"{"data":[],"meta":{"next_cursor":"abc_-","has_more":true}}"#;
        assert_eq!(next_cursor(page).unwrap(), "abc_-");
        let last = r#"{"data":[],"meta":{"next_cursor":null,"has_more":false}}"#;
        assert!(next_cursor(last).is_err());
    }
}
