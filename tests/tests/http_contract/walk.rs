//! Reading all pages while customers are created and changed.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use customers_test_support::builders::Dice;
use customers_tests::{TestApp, bodies};
use serde_json::json;

const WALKS: u64 = 4;

/// A tenant with random changes.
struct ChangingTenant {
    app: TestApp,
    dice: Dice,
    /// Version of each customer.
    customers: BTreeMap<String, u64>,
    /// Customers whose status changed since paging began.
    moved: BTreeSet<String>,
}

impl ChangingTenant {
    async fn create(&mut self) {
        // Ids of customers that are created within the same millisecond have no order.
        let pause = TimeDelta::microseconds(if self.dice.roll(2) == 0 { 1 } else { 1_500 });
        self.app.clock.advance(pause);
        let id = self.app.create(&bodies::person()).await.id();
        self.customers.insert(id, 1);
    }

    async fn change(&mut self) {
        let ids: Vec<&String> = self.customers.keys().collect();
        let id = (*self.dice.pick(&ids)).clone();
        let version = self.customers[&id];
        let status = self.app.customer(&id).await["status"].clone();
        if self.dice.roll(2) == 0 {
            let patch = json!({"first_name": format!("James {version}")});
            self.app.edit(&id, version, &patch).await;
        } else {
            let verb = match status.as_str() {
                Some("active") => "suspend",
                Some("suspended") => "reinstate",
                _ => "approve",
            };
            self.app.decide(&id, verb, version).await;
            self.moved.insert(id.clone());
        }
        self.customers.insert(id, version + 1);
    }

    async fn live(&mut self) {
        for _ in 0..self.dice.roll(4) {
            if self.dice.roll(3) == 0 {
                self.create().await;
            } else {
                self.change().await;
            }
        }
    }

    /// Returns the customers on all pages, in their order.
    async fn walk(&mut self, filter: &str) -> Vec<String> {
        let mut seen = Vec::new();
        let mut cursor = String::new();
        loop {
            let limit = 1 + self.dice.roll(9);
            let path = format!("/customers?limit={limit}{filter}{cursor}");
            let answer = self.app.send(self.app.get(&path)).await;
            seen.extend(answer.ids());
            let Some(next) = answer.next_cursor() else {
                return seen;
            };
            cursor = format!("&cursor={next}");
            self.live().await;
        }
    }
}

async fn town(app: TestApp, seed: u64) -> ChangingTenant {
    let mut town = ChangingTenant {
        app,
        dice: Dice::new(seed),
        customers: BTreeMap::new(),
        moved: BTreeSet::new(),
    };
    for _ in 0..30 {
        town.create().await;
    }
    for _ in 0..15 {
        town.change().await;
    }
    town.moved.clear();
    town
}

#[track_caller]
fn assert_once_each(seen: &[String], expected: impl IntoIterator<Item = String>) {
    let distinct: BTreeSet<&String> = seen.iter().collect();
    assert_eq!(distinct.len(), seen.len(), "someone was shown twice");
    for id in expected {
        assert!(distinct.contains(&id), "{id} was not shown");
    }
}

pub async fn paging_returns_each_existing_customer_exactly_once(app: TestApp) {
    let mut town = town(app, 1).await;
    for _ in 0..WALKS {
        let there: Vec<String> = town.customers.keys().cloned().collect();
        let seen = town.walk("").await;
        assert_once_each(&seen, there);
    }
}

pub async fn paging_with_a_filter_returns_each_constant_match(app: TestApp) {
    let mut town = town(app, 2).await;
    for status in ["active", "pending_kyc", "suspended", "active"] {
        town.moved.clear();
        let path = format!("/customers?limit=200&status={status}");
        let there = town.app.send(town.app.get(&path)).await.ids();
        let seen = town.walk(&format!("&status={status}")).await;
        let throughout = there.into_iter().filter(|id| !town.moved.contains(id));
        assert_once_each(&seen, throughout.collect::<Vec<_>>());
    }
}
