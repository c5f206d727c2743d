//! Random filters over random customers return the same as a linear search.

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use customers_domain::{
    BillingAddress, Customer, CustomerStatus, CustomerType, Profile, TenantId, Verb,
};
use customers_ports::CustomerFilter;

use super::Stores;
use super::filters::{COUNTRIES, PHONES};
use super::list::{all_pages, newest_first};
use crate::builders::{
    Dice, address, creation_at, decided, minimal_profile, parse, test_time, unique_number,
};

const CUSTOMERS: usize = 60;
const FILTERS: usize = 80;
/// The customers are created within this number of seconds.
const SECONDS: u64 = 8;
/// Transitions that bring customers to their statuses.
const LIVES: [&[Verb]; 7] = [
    &[],
    &[Verb::Submit],
    &[Verb::Submit, Verb::RequestAction],
    &[Verb::Approve],
    &[Verb::Approve, Verb::Suspend],
    &[Verb::Reject],
    &[Verb::Close],
];

fn start() -> DateTime<Utc> {
    test_time().trunc_subsecs(0)
}

/// Half of the customers are created on a whole second.
fn random_time(dice: &mut Dice) -> DateTime<Utc> {
    let milliseconds = dice.roll(2) * dice.roll(1000) + 1000 * dice.roll(SECONDS);
    start() + TimeDelta::milliseconds(milliseconds.cast_signed())
}

/// Returns a time at which customers are created, or one a microsecond away.
fn random_bound(dice: &mut Dice) -> DateTime<Utc> {
    let beside = dice.roll(3).cast_signed() - 1;
    random_time(dice) + TimeDelta::microseconds(beside)
}

async fn random_customer(stores: &Stores, tenant: TenantId, dice: &mut Dice) -> Customer {
    let profile = Profile {
        customer_type: *dice.pick(CustomerType::ALL),
        phone: parse(dice.pick::<&str>(&PHONES)),
        external_id: (dice.roll(2) == 0).then(|| parse(&format!("crm-{}", unique_number()))),
        billing_address: BillingAddress {
            country: parse(dice.pick::<&str>(&COUNTRIES)),
            ..address()
        },
        ..minimal_profile()
    };
    let creation = creation_at(random_time(dice), profile);
    let mut customer = stores.customer(tenant, creation).await;
    for verb in *dice.pick(&LIVES) {
        let decision = decided(&customer, *verb, None);
        customer = stores.updated(tenant, decision).await;
    }
    customer
}

/// Each condition is set in one of three filters, an email or external id in one of six.
fn random_filter(dice: &mut Dice, customers: &[Customer]) -> CustomerFilter {
    let somebody = dice.pick(customers).profile().clone();
    let statuses = if dice.roll(3) == 0 { dice.roll(4) } else { 0 };
    CustomerFilter {
        statuses: (0..statuses)
            .map(|_| *dice.pick(CustomerStatus::ALL))
            .collect(),
        customer_type: (dice.roll(3) == 0).then(|| *dice.pick(CustomerType::ALL)),
        email: (dice.roll(6) == 0).then_some(somebody.email),
        phone: (dice.roll(3) == 0).then(|| parse(dice.pick::<&str>(&PHONES))),
        external_id: somebody.external_id.filter(|_| dice.roll(6) == 0),
        country: (dice.roll(3) == 0).then(|| parse(dice.pick::<&str>(&COUNTRIES))),
        created_from: (dice.roll(3) == 0).then(|| random_bound(dice)),
        created_before: (dice.roll(3) == 0).then(|| random_bound(dice)),
    }
}

/// Evaluates the filter, condition by condition.
fn passes(customer: &Customer, filter: &CustomerFilter) -> bool {
    let profile = customer.profile();
    let created_at = customer.state().created_at;
    (filter.statuses.is_empty() || filter.statuses.contains(&customer.status()))
        && filter
            .customer_type
            .is_none_or(|wanted| profile.customer_type == wanted)
        && filter
            .email
            .as_ref()
            .is_none_or(|wanted| profile.email.key() == wanted.key())
        && filter
            .phone
            .as_ref()
            .is_none_or(|wanted| profile.phone == *wanted)
        && (filter.external_id.is_none() || profile.external_id == filter.external_id)
        && filter
            .country
            .is_none_or(|wanted| profile.billing_address.country == wanted)
        && filter.created_from.is_none_or(|from| created_at >= from)
        && filter
            .created_before
            .is_none_or(|before| created_at < before)
}

/// Covers pages of any size.
pub async fn any_combination_of_conditions_lists_what_a_plain_search_finds(stores: Stores) {
    let tenant = stores.tenant().await;
    let mut dice = Dice::new(5);
    let mut customers = Vec::new();
    for _ in 0..CUSTOMERS {
        customers.push(random_customer(&stores, tenant, &mut dice).await);
    }
    let customers = newest_first(customers);
    let mut found = 0;
    for _ in 0..FILTERS {
        let filter = random_filter(&mut dice, &customers);
        let size = *dice.pick(&[1, 2, 7, 60]);
        let expected: Vec<Customer> = customers
            .iter()
            .filter(|customer| passes(customer, &filter))
            .cloned()
            .collect();
        let listed = all_pages(&stores, tenant, &filter, size).await;
        assert!(listed == expected, "{filter:?}\n{listed:?}\n{expected:?}");
        found += usize::from(!expected.is_empty());
    }
    assert!(found > FILTERS / 4, "most filters found nobody: {found}");
}
