use std::collections::BTreeSet;

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use customers_domain::{Customer, CustomerId};
use customers_ports::{CustomerFilter, ListOrder, ListQuery};
use uuid::Uuid;

/// Index of values that many customers share. A list looks up one customer after the other, in its order, and skips
/// those that do not match, so that the cost of a page does not depend on its position.
#[derive(Default)]
pub(super) struct Index(BTreeSet<(Facet, CustomerId)>);

/// A value that several customers may share.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Facet {
    Status(&'static str),
    Type(&'static str),
    Country(&'static str),
    Phone(String),
}

/// Facets of which a customer must have at least one.
pub(super) type Condition = Vec<Facet>;

/// A range of ids that includes its first id and excludes its last.
#[derive(Clone, Copy)]
pub(super) struct IdRange {
    pub(super) from: CustomerId,
    pub(super) until: CustomerId,
}

impl Index {
    pub(super) fn insert(&mut self, customer: &Customer) {
        let id = customer.id();
        self.0
            .extend(facets(customer).into_iter().map(|facet| (facet, id)));
    }

    /// Removes the facets of a customer.
    pub(super) fn remove(&mut self, customer: &Customer) {
        let id = customer.id();
        for facet in facets(customer) {
            self.0.remove(&(facet, id));
        }
    }

    /// Replaces the facets of a customer after a change.
    pub(super) fn replace(&mut self, before: &Customer, after: &Customer) {
        let id = after.id();
        for (old, new) in facets(before).into_iter().zip(facets(after)) {
            if old != new {
                self.0.remove(&(old, id));
                self.0.insert((new, id));
            }
        }
    }

    /// Returns whether the customer meets every condition.
    pub(super) fn meets(&self, id: CustomerId, conditions: &[Condition]) -> bool {
        conditions.iter().all(|any_of| {
            let mut facets = any_of.iter();
            facets.any(|facet| self.0.contains(&(facet.clone(), id)))
        })
    }

    /// Returns the first customer of the range, in this order, that meets every condition. `conditions` must not be
    /// empty.
    pub(super) fn first(
        &self,
        conditions: &[Condition],
        mut range: IdRange,
        order: ListOrder,
    ) -> Option<CustomerId> {
        loop {
            let first_for_each: Option<Vec<CustomerId>> = conditions
                .iter()
                .map(|any_of| self.first_with(any_of, range, order))
                .collect();
            // Earlier customers do not meet the condition whose first customer this is.
            let first_for_each = first_for_each?.into_iter();
            let candidate = match order {
                ListOrder::NewestFirst => first_for_each.min()?,
                ListOrder::OldestFirst => first_for_each.max()?,
            };
            if self.meets(candidate, conditions) {
                return Some(candidate);
            }
            range = range.after(candidate, order);
        }
    }

    fn first_with(&self, any_of: &[Facet], ids: IdRange, order: ListOrder) -> Option<CustomerId> {
        let first_for_each = any_of.iter().filter_map(|facet| {
            let range = (facet.clone(), ids.from)..(facet.clone(), ids.until);
            let mut matches = self.0.range(range).map(|(_, id)| *id);
            match order {
                ListOrder::NewestFirst => matches.next_back(),
                ListOrder::OldestFirst => matches.next(),
            }
        });
        match order {
            ListOrder::NewestFirst => first_for_each.max(),
            ListOrder::OldestFirst => first_for_each.min(),
        }
    }
}

impl IdRange {
    /// Returns the range of ids that the query can match. A time within a millisecond selects the whole millisecond.
    pub(super) fn of(query: &ListQuery) -> Self {
        let filter = &query.filter;
        let from = filter.created_from.map_or(Uuid::nil(), first_uuid_of);
        let until = filter.created_before.map(next_millisecond);
        let until = until.map_or(Uuid::max(), first_uuid_of);
        let span = Self {
            from: CustomerId::from_uuid(from),
            until: CustomerId::from_uuid(until),
        };
        query
            .after
            .map_or(span, |last| span.after(last, query.order))
    }

    /// What of it comes after that customer.
    pub(super) fn after(self, last: CustomerId, order: ListOrder) -> Self {
        match order {
            ListOrder::NewestFirst => Self {
                until: self.until.min(last),
                ..self
            },
            ListOrder::OldestFirst => {
                let next = Uuid::from_u128(last.as_uuid().as_u128().saturating_add(1));
                Self {
                    from: self.from.max(CustomerId::from_uuid(next)),
                    ..self
                }
            }
        }
    }

    pub(super) fn is_empty(self) -> bool {
        self.from >= self.until
    }

    pub(super) fn contains(self, id: CustomerId) -> bool {
        (self.from..self.until).contains(&id)
    }
}

/// Converts a filter to conditions on facets.
pub(super) fn conditions(filter: &CustomerFilter) -> Vec<Condition> {
    let statuses = filter.statuses.iter();
    let statuses: Condition = statuses
        .map(|status| Facet::Status(status.as_str()))
        .collect();
    let alone = [
        filter.customer_type.map(|kind| Facet::Type(kind.as_str())),
        filter
            .country
            .map(|country| Facet::Country(country.as_str())),
        filter
            .phone
            .as_ref()
            .map(|phone| Facet::Phone(phone.expose().to_owned())),
    ];
    let mut conditions: Vec<Condition> = alone.into_iter().flatten().map(|it| vec![it]).collect();
    if !statuses.is_empty() {
        conditions.push(statuses);
    }
    conditions
}

fn facets(customer: &Customer) -> [Facet; 4] {
    let profile = customer.profile();
    [
        Facet::Status(customer.status().as_str()),
        Facet::Type(profile.customer_type.as_str()),
        Facet::Country(profile.billing_address.country.as_str()),
        Facet::Phone(profile.phone.expose().to_owned()),
    ]
}

/// Returns the time itself if it is a whole millisecond, and otherwise the next millisecond.
fn next_millisecond(at: DateTime<Utc>) -> DateTime<Utc> {
    let almost = TimeDelta::microseconds(999);
    at.checked_add_signed(almost).unwrap_or(at).trunc_subsecs(3)
}

/// Returns the smallest id of a millisecond. A version 7 UUID begins with 48 bits of time in milliseconds, and an id
/// carries the creation time of its customer. A range of whole milliseconds is therefore a range of ids.
fn first_uuid_of(at: DateTime<Utc>) -> Uuid {
    const BITS_AFTER_TIME: u32 = 80;
    const LAST: i64 = (1 << 48) - 1;
    let milliseconds = at.timestamp_millis().clamp(0, LAST).unsigned_abs();
    Uuid::from_u128(u128::from(milliseconds) << BITS_AFTER_TIME)
}
