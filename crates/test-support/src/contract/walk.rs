//! Paging while customers are created and changed. Each customer that exists at the start is returned exactly once.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use customers_domain::{Customer, CustomerId, CustomerStatus, TenantId, Verb};
use customers_ports::{CustomerFilter, ListQuery};
use tokio::task::JoinSet;

use super::Stores;
use super::list::{assert_progress, page_of};
use crate::builders::{Dice, creation_at, decided, minimal_profile, renamed, test_time};

const WALKS: u64 = 12;

/// A tenant whose customers are created and changed at random.
struct ChangingTenant {
    stores: Stores,
    tenant: TenantId,
    dice: Dice,
    customers: Vec<Customer>,
    /// Customers with a decision since the start of paging.
    moved: BTreeSet<CustomerId>,
}

impl ChangingTenant {
    async fn with(stores: &Stores, tenant: TenantId, seed: u64, customers: u64) -> Self {
        let mut changing = Self {
            stores: stores.clone(),
            tenant,
            dice: Dice::new(seed),
            customers: Vec::new(),
            moved: BTreeSet::new(),
        };
        for _ in 0..customers {
            changing.create().await;
            if changing.dice.roll(3) == 0 {
                changing.decide().await;
            }
        }
        changing.moved.clear();
        changing
    }

    /// The id can be before or after existing ones.
    async fn create(&mut self) {
        let creation = creation_at(random_time(&mut self.dice), minimal_profile());
        let customer = self.stores.customer(self.tenant, creation).await;
        self.customers.push(customer);
    }

    async fn rename(&mut self) {
        let place = self.random_index();
        if self.customers[place].status().is_editable() {
            let update = renamed(&self.customers[place]);
            self.customers[place] = self.stores.updated(self.tenant, update).await;
        }
    }

    /// Suspends or reactivates a customer, after an approval if it is new.
    async fn decide(&mut self) {
        let place = self.random_index();
        let customer = &self.customers[place];
        let verb = match customer.status() {
            CustomerStatus::Active => Verb::Suspend,
            CustomerStatus::Suspended => Verb::Reinstate,
            _ => Verb::Approve,
        };
        let update = decided(customer, verb, None);
        self.moved.insert(customer.id());
        self.customers[place] = self.stores.updated(self.tenant, update).await;
    }

    async fn live(&mut self) {
        match self.dice.roll(4) {
            0 | 1 => self.create().await,
            2 => self.rename().await,
            _ => self.decide().await,
        }
    }

    fn random_index(&mut self) -> usize {
        let places: Vec<usize> = (0..self.customers.len()).collect();
        *self.dice.pick(&places)
    }

    fn ids(&self, passing: impl Fn(&Customer) -> bool) -> BTreeSet<CustomerId> {
        let passing = self.customers.iter().filter(|customer| passing(customer));
        passing.map(Customer::id).collect()
    }
}

fn random_time(dice: &mut Dice) -> DateTime<Utc> {
    test_time() + TimeDelta::milliseconds(dice.roll(100_000).cast_signed())
}

/// Reads all pages. `between` runs between two pages.
async fn walk(
    stores: &Stores,
    tenant: TenantId,
    mut query: ListQuery,
    mut between: impl AsyncFnMut(),
) -> Vec<CustomerId> {
    let mut seen = Vec::new();
    loop {
        let page = stores.list(tenant, &query).await;
        assert_progress(&query, &page);
        seen.extend(page.items.iter().map(Customer::id));
        query.after = seen.last().copied();
        if !page.has_more {
            return seen;
        }
        between().await;
    }
}

/// Checks that ids are in order and unique, and that no customer of the start is missing.
fn assert_complete(seen: &[CustomerId], there: &BTreeSet<CustomerId>) {
    assert!(
        seen.windows(2).all(|pair| pair[0] > pair[1]),
        "out of order or doubled: {seen:?}"
    );
    let seen = seen.iter().copied().collect();
    let missing: Vec<&CustomerId> = there.difference(&seen).collect();
    assert!(missing.is_empty(), "missing: {missing:?}");
}

/// Up to three changes happen between two pages. Pages have any size.
pub async fn paging_returns_each_customer_once_while_customers_are_created_and_changed(
    stores: Stores,
) {
    for seed in 0..WALKS {
        let tenant = stores.tenant().await;
        let mut changing = ChangingTenant::with(&stores, tenant, seed, 5 + 3 * seed).await;
        let there = changing.ids(|_| true);
        let size = u32::try_from(1 + seed % 5).expect("a small size");
        let query = page_of(size, None);
        let seen = walk(&stores, tenant, query, async || {
            for _ in 0..changing.dice.roll(4) {
                changing.live().await;
            }
        })
        .await;
        assert_complete(&seen, &there);
        let all = changing.ids(|_| true);
        assert!(seen.iter().all(|id| all.contains(id)), "a stranger");
    }
}

/// A customer that matches the filter all the time is returned once. No customer is returned twice.
pub async fn paging_with_a_filter_returns_each_constant_match_once(stores: Stores) {
    for seed in 0..WALKS {
        let tenant = stores.tenant().await;
        let mut changing = ChangingTenant::with(&stores, tenant, 100 + seed, 10 + 3 * seed).await;
        let statuses = vec![CustomerStatus::Active, CustomerStatus::PendingKyc];
        let there = changing.ids(|customer| statuses.contains(&customer.status()));
        let query = ListQuery {
            filter: CustomerFilter {
                statuses,
                ..CustomerFilter::default()
            },
            ..page_of(u32::try_from(1 + seed % 4).expect("a small size"), None)
        };
        let seen = walk(&stores, tenant, query, async || {
            for _ in 0..changing.dice.roll(4) {
                changing.live().await;
            }
        })
        .await;
        let stayed = there.difference(&changing.moved).copied().collect();
        assert_complete(&seen, &stayed);
    }
}

/// Writers and readers run concurrently, as fast as they can.
pub async fn concurrent_paging_returns_each_customer_once_during_writes(stores: Stores) {
    const WRITERS: u64 = 3;
    const WRITES: u64 = 40;
    let tenant = stores.tenant().await;
    let mut writers = JoinSet::new();
    let mut there = BTreeSet::new();
    let mut towns = Vec::new();
    for number in 0..WRITERS {
        // Each writer changes its own customers, so that writers do not conflict.
        let changing = ChangingTenant::with(&stores, tenant, 200 + number, 15).await;
        there.extend(changing.ids(|_| true));
        towns.push(changing);
    }
    for mut changing in towns {
        writers.spawn(async move {
            for _ in 0..WRITES {
                changing.live().await;
            }
        });
    }
    let mut walkers = JoinSet::new();
    for size in [1, 2, 7, 50] {
        let stores = stores.clone();
        walkers.spawn(async move {
            let mut walks = Vec::new();
            for _ in 0..3 {
                let query = page_of(size, None);
                walks.push(walk(&stores, tenant, query, async || {}).await);
            }
            walks
        });
    }
    for seen in walkers.join_all().await.into_iter().flatten() {
        assert_complete(&seen, &there);
    }
    writers.join_all().await;
}
