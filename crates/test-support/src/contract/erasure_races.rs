//! An erasure at the same moment as something else.

use std::collections::BTreeSet;
use std::sync::Arc;

use customers_domain::{Customer, CustomerErasure, CustomerState, CustomerStatus, TenantId, Verb};
use customers_ports::{CreateOutcome, CustomerFilter, ErasureOutcome, ListQuery, RecordedDecision};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use super::Stores;
use super::change::{Change, ChangeOutcome};
use super::erasure::{closed, erased, shows_remains};
use super::uniqueness::email_taken;
use super::update::{assert_stored, to_email};
use crate::builders::{creation, decided, edited, erasure, profile, renamed};

/// Makes all erasures at the same moment, each with its outcome.
async fn at_once(
    stores: &Stores,
    tenant: TenantId,
    erasures: Vec<CustomerErasure>,
) -> Vec<(CustomerErasure, ErasureOutcome)> {
    let gate = Arc::new(Barrier::new(erasures.len()));
    let mut callers = JoinSet::new();
    for erasure in erasures {
        let (stores, gate) = (stores.clone(), gate.clone());
        callers.spawn(async move {
            gate.wait().await;
            let outcome = stores.erase(tenant, &erasure).await;
            (erasure, outcome)
        });
    }
    callers.join_all().await
}

/// The loser learns what the winner did.
pub async fn of_an_erasure_and_a_change_at_once_one_is_stored(stores: Stores) {
    let tenant = stores.tenant().await;
    let changes: [fn(&Customer) -> Change; 4] = [
        |customer| renamed(customer).into(),
        |customer| edited(customer, to_email(&profile().email)).into(),
        |customer| decided(customer, Verb::Close, None).into(),
        |customer| {
            let id = format!("decision {}", customer.id());
            decided(customer, Verb::Close, Some(&id)).into()
        },
    ];
    for _ in 0..10 {
        for change in changes {
            let customer = stores.customer(tenant, creation(profile())).await;
            let rejected = Customer::from_stored(CustomerState {
                status: CustomerStatus::Rejected,
                ..customer.state().clone()
            });
            let (erasure, change) = (erasure(&rejected, None), change(&customer));
            let remains = erasure.erased();
            let outcomes = tokio::join!(
                stores.erase(tenant, &erasure),
                stores.update(tenant, &change)
            );
            match outcomes {
                (ErasureOutcome::Erased, ChangeOutcome::Erased(told)) => {
                    assert_eq!(told, remains);
                    shows_remains(&stores, tenant, remains).await;
                }
                (ErasureOutcome::VersionConflict, ChangeOutcome::Stored) => {
                    assert_stored(&stores, tenant, change.customer()).await;
                }
                other => panic!("{other:?}"),
            }
            assert_eq!(stores.changes(tenant, customer.id()).await.len(), 2);
        }
    }
}

/// Each other learns what the winner left.
pub async fn of_many_erasures_at_once_one_is_stored(stores: Stores) {
    let tenant = stores.tenant().await;
    for round in 0..5 {
        let customer = closed(&stores, tenant).await;
        let erasures = (0..8).map(|number| {
            let id = format!("erasure {round} {number}");
            erasure(&customer, (number % 2 == 0).then_some(id.as_str()))
        });
        let outcomes = at_once(&stores, tenant, erasures.collect()).await;
        let won = outcomes
            .iter()
            .filter(|(_, outcome)| *outcome == ErasureOutcome::Erased);
        let won: Vec<_> = won.map(|(erasure, _)| erasure.erased()).collect();
        let [remains] = won[..] else {
            panic!("{} won", won.len());
        };
        for (erasure, outcome) in &outcomes {
            if erasure.erased() != remains {
                assert_eq!(*outcome, ErasureOutcome::AlreadyErased(remains));
            }
        }
        shows_remains(&stores, tenant, remains).await;
        assert_eq!(stores.changes(tenant, customer.id()).await.len(), 3);
    }
}

/// On one customer: whoever is late learns that the decision id is used.
pub async fn an_erasure_sent_many_times_at_once_is_carried_out_once(stores: Stores) {
    let tenant = stores.tenant().await;
    for round in 0..5 {
        let id = format!("erasure {round}");
        let customer = closed(&stores, tenant).await;
        let erasures = (0..8).map(|_| erasure(&customer, Some(&id)));
        let outcomes = at_once(&stores, tenant, erasures.collect()).await;
        let mut won = None;
        for (erasure, outcome) in outcomes {
            match outcome {
                ErasureOutcome::Erased => assert_eq!(won.replace(erasure.erased()), None),
                other => assert_eq!(other, ErasureOutcome::DecisionTaken),
            }
        }
        let remains = won.expect("one is stored");
        let found = stores.find_decision(tenant, &id).await;
        assert_eq!(found, Some(RecordedDecision::Erasure(remains)));
    }
}

/// Afterwards the email belongs to the new customer, or it is free.
pub async fn a_creation_during_an_erasure_of_its_email_is_created_or_refused(stores: Stores) {
    let tenant = stores.tenant().await;
    for _ in 0..20 {
        let customer = closed(&stores, tenant).await;
        let erasure = erasure(&customer, None);
        let heir = creation(customer.profile().clone());
        let (outcome, created) =
            tokio::join!(stores.erase(tenant, &erasure), stores.create(tenant, &heir));
        assert_eq!(outcome, ErasureOutcome::Erased);
        if created != CreateOutcome::Created {
            assert_eq!(created, email_taken(customer.id()));
            stores.created(tenant, &heir).await;
        }
        assert_stored(&stores, tenant, heir.customer()).await;
        shows_remains(&stores, tenant, erasure.erased()).await;
    }
}

/// Also where the walk goes on from an erased customer.
pub async fn a_walk_during_erasures_shows_everybody_else_once(stores: Stores) {
    let tenant = stores.tenant().await;
    for _ in 0..24 {
        closed(&stores, tenant).await;
    }
    let customers = stores.all(tenant, CustomerFilter::default()).await;
    let mut query = ListQuery {
        limit: 3,
        ..ListQuery::default()
    };
    let (mut seen, mut gone) = (Vec::new(), BTreeSet::new());
    loop {
        let page = stores.list(tenant, &query).await;
        for shown in &page.items {
            assert!(!gone.contains(&shown.id()), "an erased customer is shown");
            seen.push(shown.id());
        }
        let last = page.items.last();
        let coming = customers.iter().map(Customer::id);
        let mut coming = coming.filter(|id| !seen.contains(id) && !gone.contains(id));
        let next_but_one = coming.nth(1);
        let next_but_one = customers.iter().find(|it| Some(it.id()) == next_but_one);
        for customer in last.into_iter().chain(next_but_one) {
            erased(&stores, tenant, &erasure(customer, None)).await;
            gone.insert(customer.id());
        }
        query.after = last.map(Customer::id);
        if !page.has_more {
            break;
        }
    }
    assert!(gone.len() > 8, "{}", gone.len());
    let once: BTreeSet<_> = seen.iter().copied().collect();
    assert_eq!(once.len(), seen.len(), "a customer is shown twice");
    for customer in &customers {
        let id = customer.id();
        assert!(once.contains(&id) || gone.contains(&id), "one is missing");
    }
}
