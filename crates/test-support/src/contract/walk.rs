//! A walk from page to page, while customers are created and changed: whoever existed when it began is
//! seen exactly once.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use customers_domain::{Customer, CustomerId, CustomerStatus, TenantId, Verb};
use customers_ports::{CustomerFilter, ListQuery};
use tokio::task::JoinSet;

use super::Stores;
use super::list::{goes_on, page_of};
use crate::builders::{Dice, creation_at, decided, minimal_profile, renamed, test_time};

const WALKS: u64 = 12;

/// A tenant whose customers are created and changed at random.
struct Town {
    stores: Stores,
    tenant: TenantId,
    dice: Dice,
    customers: Vec<Customer>,
    /// Who has been decided on since the walk began.
    moved: BTreeSet<CustomerId>,
}

impl Town {
    async fn with(stores: &Stores, tenant: TenantId, seed: u64, customers: u64) -> Self {
        let mut town = Self {
            stores: stores.clone(),
            tenant,
            dice: Dice::new(seed),
            customers: Vec::new(),
            moved: BTreeSet::new(),
        };
        for _ in 0..customers {
            town.create().await;
            if town.dice.roll(3) == 0 {
                town.decide().await;
            }
        }
        town.moved.clear();
        town
    }

    /// Before or after any of the others.
    async fn create(&mut self) {
        let creation = creation_at(random_time(&mut self.dice), minimal_profile());
        let customer = self.stores.customer(self.tenant, creation).await;
        self.customers.push(customer);
    }

    async fn rename(&mut self) {
        let place = self.random_place();
        if self.customers[place].status().is_editable() {
            let update = renamed(&self.customers[place]);
            self.customers[place] = self.stores.updated(self.tenant, update).await;
        }
    }

    /// Back and forth between being active and suspended, by way of an approval.
    async fn decide(&mut self) {
        let place = self.random_place();
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

    fn random_place(&mut self) -> usize {
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

/// Walks to the end; `between` is what happens between two pages.
async fn walk(
    stores: &Stores,
    tenant: TenantId,
    mut query: ListQuery,
    mut between: impl AsyncFnMut(),
) -> Vec<CustomerId> {
    let mut seen = Vec::new();
    loop {
        let page = stores.list(tenant, &query).await;
        goes_on(&query, &page);
        seen.extend(page.items.iter().map(Customer::id));
        query.after = seen.last().copied();
        if !page.has_more {
            return seen;
        }
        between().await;
    }
}

/// Newest first, nobody twice, and nobody missing of those who were there.
fn is_a_good_walk(seen: &[CustomerId], there: &BTreeSet<CustomerId>) {
    assert!(
        seen.windows(2).all(|pair| pair[0] > pair[1]),
        "out of order or doubled: {seen:?}"
    );
    let seen = seen.iter().copied().collect();
    let missing: Vec<&CustomerId> = there.difference(&seen).collect();
    assert!(missing.is_empty(), "missing: {missing:?}");
}

/// Up to three things happen between two pages, on pages of any size.
pub async fn a_walk_sees_everybody_once_while_customers_are_created_and_changed(stores: Stores) {
    for seed in 0..WALKS {
        let tenant = stores.tenant().await;
        let mut town = Town::with(&stores, tenant, seed, 5 + 3 * seed).await;
        let there = town.ids(|_| true);
        let size = u32::try_from(1 + seed % 5).expect("a small size");
        let query = page_of(size, None);
        let seen = walk(&stores, tenant, query, async || {
            for _ in 0..town.dice.roll(4) {
                town.live().await;
            }
        })
        .await;
        is_a_good_walk(&seen, &there);
        let all = town.ids(|_| true);
        assert!(seen.iter().all(|id| all.contains(id)), "a stranger");
    }
}

/// Whoever passed the filter all the while is seen once; nobody else may be seen twice.
pub async fn a_filtered_walk_sees_once_who_passes_all_the_while(stores: Stores) {
    for seed in 0..WALKS {
        let tenant = stores.tenant().await;
        let mut town = Town::with(&stores, tenant, 100 + seed, 10 + 3 * seed).await;
        let statuses = vec![CustomerStatus::Active, CustomerStatus::PendingKyc];
        let there = town.ids(|customer| statuses.contains(&customer.status()));
        let query = ListQuery {
            filter: CustomerFilter {
                statuses,
                ..CustomerFilter::default()
            },
            ..page_of(u32::try_from(1 + seed % 4).expect("a small size"), None)
        };
        let seen = walk(&stores, tenant, query, async || {
            for _ in 0..town.dice.roll(4) {
                town.live().await;
            }
        })
        .await;
        let stayed = there.difference(&town.moved).copied().collect();
        is_a_good_walk(&seen, &stayed);
    }
}

/// Writers and walkers run at the same time, each as fast as it can.
pub async fn many_walks_at_once_each_see_everybody_once_while_others_write(stores: Stores) {
    const WRITERS: u64 = 3;
    const WRITES: u64 = 40;
    let tenant = stores.tenant().await;
    let mut writers = JoinSet::new();
    let mut there = BTreeSet::new();
    let mut towns = Vec::new();
    for number in 0..WRITERS {
        // Each writer changes its own customers, so that no two are in each other's way.
        let town = Town::with(&stores, tenant, 200 + number, 15).await;
        there.extend(town.ids(|_| true));
        towns.push(town);
    }
    for mut town in towns {
        writers.spawn(async move {
            for _ in 0..WRITES {
                town.live().await;
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
        is_a_good_walk(&seen, &there);
    }
    writers.join_all().await;
}
