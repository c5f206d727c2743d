use std::collections::BTreeSet;

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use customers_domain::{Customer, CustomerId};
use customers_ports::{CustomerFilter, ListOrder, ListQuery};
use uuid::Uuid;

/// Which customers have what many of them share. It is asked for one customer after the other, in the
/// order of the list, and leaps over those that do not fit, so that a page does not cost what lies before
/// it.
#[derive(Default)]
pub(super) struct Index(BTreeSet<(Facet, CustomerId)>);

/// Something that several customers may have in common.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Facet {
    Status(&'static str),
    Type(&'static str),
    Country(&'static str),
    Phone(String),
}

/// A customer meets it with one of these facets.
pub(super) type Condition = Vec<Facet>;

/// A range of ids: from the first, which is in it, to the last, which is not.
#[derive(Clone, Copy)]
pub(super) struct Span {
    pub(super) from: CustomerId,
    pub(super) until: CustomerId,
}

impl Index {
    pub(super) fn insert(&mut self, customer: &Customer) {
        let id = customer.id();
        self.0
            .extend(facets(customer).into_iter().map(|facet| (facet, id)));
    }

    /// Puts a customer in the place of what it was before.
    pub(super) fn replace(&mut self, before: &Customer, after: &Customer) {
        let id = after.id();
        for (old, new) in facets(before).into_iter().zip(facets(after)) {
            if old != new {
                self.0.remove(&(old, id));
                self.0.insert((new, id));
            }
        }
    }

    /// Whether the customer meets every condition.
    pub(super) fn meets(&self, id: CustomerId, conditions: &[Condition]) -> bool {
        conditions.iter().all(|any_of| {
            let mut facets = any_of.iter();
            facets.any(|facet| self.0.contains(&(facet.clone(), id)))
        })
    }

    /// The first customer of the span, in that order, that meets every condition, of which there is at
    /// least one.
    pub(super) fn first(
        &self,
        conditions: &[Condition],
        mut span: Span,
        order: ListOrder,
    ) -> Option<CustomerId> {
        loop {
            let first_of_each: Option<Vec<CustomerId>> = conditions
                .iter()
                .map(|any_of| self.first_with(any_of, span, order))
                .collect();
            // Whatever comes earlier fails the condition whose first this is.
            let first_of_each = first_of_each?.into_iter();
            let candidate = match order {
                ListOrder::NewestFirst => first_of_each.min()?,
                ListOrder::OldestFirst => first_of_each.max()?,
            };
            if self.meets(candidate, conditions) {
                return Some(candidate);
            }
            span = span.after(candidate, order);
        }
    }

    fn first_with(&self, any_of: &[Facet], span: Span, order: ListOrder) -> Option<CustomerId> {
        let first_of_each = any_of.iter().filter_map(|facet| {
            let range = (facet.clone(), span.from)..(facet.clone(), span.until);
            let mut ids = self.0.range(range).map(|(_, id)| *id);
            match order {
                ListOrder::NewestFirst => ids.next_back(),
                ListOrder::OldestFirst => ids.next(),
            }
        });
        match order {
            ListOrder::NewestFirst => first_of_each.max(),
            ListOrder::OldestFirst => first_of_each.min(),
        }
    }
}

impl Span {
    /// Where the customers lie that the query asks for. A time within a millisecond takes in the whole
    /// of it.
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

/// What the filter asks of facets.
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

/// The time itself where it is a whole millisecond, else the millisecond that follows.
fn next_millisecond(at: DateTime<Utc>) -> DateTime<Utc> {
    let almost = TimeDelta::microseconds(999);
    at.checked_add_signed(almost).unwrap_or(at).trunc_subsecs(3)
}

/// A version 7 UUID begins with the 48 bits of its time in milliseconds, and an id carries the time of
/// its customer's creation: so a range of whole milliseconds is a range of ids.
fn first_uuid_of(at: DateTime<Utc>) -> Uuid {
    const BITS_BELOW_THE_TIME: u32 = 80;
    const LAST: i64 = (1 << 48) - 1;
    let milliseconds = at.timestamp_millis().clamp(0, LAST).unsigned_abs();
    Uuid::from_u128(u128::from(milliseconds) << BITS_BELOW_THE_TIME)
}
