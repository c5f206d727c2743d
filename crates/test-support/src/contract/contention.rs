//! Concurrent changes of the same data.

use std::sync::Arc;

use customers_domain::{Customer, TenantId, Verb};
use customers_ports::{CreateOutcome, RecordedDecision};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use super::Stores;
use super::change::{Change, ChangeOutcome};
use super::uniqueness::{email_taken, holds_email};
use super::update::{assert_stored, to_email};
use crate::builders::{creation, decided, edited, minimal_profile, profile, renamed};

/// Makes all changes concurrently, and returns each with its outcome.
async fn at_once(
    stores: &Stores,
    tenant: TenantId,
    changes: Vec<Change>,
) -> Vec<(Change, ChangeOutcome)> {
    let gate = Arc::new(Barrier::new(changes.len()));
    let mut callers = JoinSet::new();
    for change in changes {
        let (stores, gate) = (stores.clone(), gate.clone());
        callers.spawn(async move {
            gate.wait().await;
            let outcome = stores.update(tenant, &change).await;
            (change, outcome)
        });
    }
    callers.join_all().await
}

/// Checks that one outcome is `Stored` and all others are `refused`. Returns the stored customer.
fn only_one(outcomes: Vec<(Change, ChangeOutcome)>, refused: ChangeOutcome) -> Customer {
    let (stored, others): (Vec<_>, Vec<_>) = outcomes
        .into_iter()
        .partition(|(_, outcome)| *outcome == ChangeOutcome::Stored);
    for (_, outcome) in &others {
        assert_eq!(*outcome, refused);
    }
    let [(update, _)] = &stored[..] else {
        panic!("{} were stored", stored.len());
    };
    update.customer().clone()
}

/// One change of each pair is stored, and the history has one entry for it.
pub async fn of_two_changes_of_one_version_one_is_stored(stores: Stores) {
    let tenant = stores.tenant().await;
    for _ in 0..10 {
        let pairs: [fn(&Customer) -> [Change; 2]; 3] = [
            |customer| [renamed(customer).into(), renamed(customer).into()],
            |customer| {
                [Verb::Approve, Verb::Reject].map(|verb| decided(customer, verb, None).into())
            },
            |customer| {
                [
                    decided(customer, Verb::Approve, None).into(),
                    renamed(customer).into(),
                ]
            },
        ];
        for pair in pairs {
            let customer = stores.customer(tenant, creation(profile())).await;
            let outcomes = at_once(&stores, tenant, pair(&customer).to_vec()).await;
            let won = only_one(outcomes, ChangeOutcome::VersionConflict);
            assert_stored(&stores, tenant, &won).await;
        }
    }
}

/// Exactly one change is stored, and the other 19 are refused as outdated.
pub async fn of_twenty_changes_of_one_version_one_is_stored(stores: Stores) {
    let tenant = stores.tenant().await;
    let customer = stores.customer(tenant, creation(profile())).await;
    let updates = (0..20).map(|number| match number % 2 {
        0 => renamed(&customer).into(),
        _ => decided(&customer, Verb::Close, Some(&format!("decision {number}"))).into(),
    });
    let outcomes = at_once(&stores, tenant, updates.collect()).await;
    let won = only_one(outcomes, ChangeOutcome::VersionConflict);
    assert_stored(&stores, tenant, &won).await;
}

/// Each client reads, changes and stores, and retries until it succeeds. In the end every change is stored.
pub async fn clients_that_retry_lose_no_change(stores: Stores) {
    const CLIENTS: usize = 8;
    let tenant = stores.tenant().await;
    let id = stores.created(tenant, &creation(profile())).await;
    let mut callers = JoinSet::new();
    for _ in 0..CLIENTS {
        let stores = stores.clone();
        callers.spawn(async move {
            // A client fails only if another one succeeded, and each other client succeeds once.
            for _ in 0..CLIENTS {
                let current = stores.find(tenant, id).await.expect("the customer");
                let update = renamed(&current);
                match stores.update(tenant, &update).await {
                    ChangeOutcome::Stored => return update.change().clone(),
                    ChangeOutcome::VersionConflict => {}
                    other => panic!("{other:?}"),
                }
            }
            panic!("beaten more often than there are others");
        });
    }
    let mut made = callers.join_all().await;
    made.sort_by_key(|change| std::cmp::Reverse(change.version));
    let mut changes = stores.changes(tenant, id).await;
    changes.pop();
    assert_eq!(changes, made);
}

/// Exactly one customer gets the email, and the others learn its holder.
pub async fn of_twenty_customers_with_one_new_email_one_gets_it(stores: Stores) {
    let tenant = stores.tenant().await;
    let contested = profile().email;
    let mut updates = Vec::new();
    for _ in 0..20 {
        let customer = stores.customer(tenant, creation(profile())).await;
        updates.push(edited(&customer, to_email(&contested)).into());
    }
    let outcomes = at_once(&stores, tenant, updates).await;
    let mut winners = outcomes
        .iter()
        .filter(|(_, outcome)| *outcome == ChangeOutcome::Stored);
    let winner = winners.next().expect("one gets it").0.customer().id();
    let won = only_one(outcomes, ChangeOutcome::Taken(holds_email(winner)));
    assert_stored(&stores, tenant, &won).await;
}

/// A create and an edit conflict like two creates.
pub async fn a_create_and_an_edit_never_both_get_one_email(stores: Stores) {
    let tenant = stores.tenant().await;
    for _ in 0..20 {
        let customer = stores.customer(tenant, creation(profile())).await;
        let newcomer = creation(minimal_profile());
        let edit = edited(&customer, to_email(&newcomer.customer().profile().email));
        let outcomes = tokio::join!(
            stores.create(tenant, &newcomer),
            stores.update(tenant, &edit)
        );
        let created = newcomer.customer().id();
        let expected = [
            (
                CreateOutcome::Created,
                ChangeOutcome::Taken(holds_email(created)),
            ),
            (email_taken(customer.id()), ChangeOutcome::Stored),
        ];
        assert!(expected.contains(&outcomes), "{outcomes:?}");
    }
}

/// Each customer still holds the email that the other one requests.
pub async fn concurrent_swaps_of_emails_are_both_refused(stores: Stores) {
    let tenant = stores.tenant().await;
    for _ in 0..10 {
        let one = stores.customer(tenant, creation(profile())).await;
        let other = stores.customer(tenant, creation(profile())).await;
        let swap = vec![
            edited(&one, to_email(&other.profile().email)).into(),
            edited(&other, to_email(&one.profile().email)).into(),
        ];
        for (update, outcome) in at_once(&stores, tenant, swap).await {
            let holder = if update.customer().id() == one.id() {
                other.id()
            } else {
                one.id()
            };
            assert_eq!(outcome, ChangeOutcome::Taken(holds_email(holder)));
        }
        assert_stored(&stores, tenant, &one).await;
        assert_stored(&stores, tenant, &other).await;
    }
}

/// On one customer, a late call learns that the decision was made, and not that the version is outdated.
pub async fn concurrent_retries_of_a_decision_store_it_once(stores: Stores) {
    let tenant = stores.tenant().await;
    for round in 0..5 {
        let id = format!("decision {round}");
        let customer = stores.customer(tenant, creation(profile())).await;
        let decisions = (0..8).map(|_| decided(&customer, Verb::Approve, Some(&id)).into());
        let outcomes = at_once(&stores, tenant, decisions.collect()).await;
        let won = only_one(outcomes, ChangeOutcome::DecisionTaken);
        assert_stored(&stores, tenant, &won).await;
        let decision = stores.find_decision(tenant, &id).await.expect("a decision");
        let RecordedDecision::Made(made) = decision else {
            panic!("{decision:?}");
        };
        assert!(made.customer == won, "{made:?}");
    }
}

/// On several customers, one call succeeds, and the other customers do not change.
pub async fn one_decision_id_for_many_customers_is_used_once(stores: Stores) {
    let tenant = stores.tenant().await;
    for round in 0..5 {
        let id = format!("decision {round}");
        let mut customers = Vec::new();
        for _ in 0..8 {
            customers.push(stores.customer(tenant, creation(profile())).await);
        }
        let decisions = customers
            .iter()
            .map(|customer| decided(customer, Verb::Approve, Some(&id)).into());
        let outcomes = at_once(&stores, tenant, decisions.collect()).await;
        let won = only_one(outcomes, ChangeOutcome::DecisionTaken);
        for customer in &customers {
            let decided_on = customer.id() == won.id();
            let expected = if decided_on { &won } else { customer };
            assert_stored(&stores, tenant, expected).await;
        }
    }
}

/// A concurrent decision that is refused does not use up the decision id.
pub async fn a_concurrent_outdated_decision_does_not_use_up_the_decision_id(stores: Stores) {
    let tenant = stores.tenant().await;
    for round in 0..20 {
        let id = format!("decision {round}");
        let first = stores.customer(tenant, creation(profile())).await;
        let current = stores.updated(tenant, renamed(&first)).await;
        let stale = Change::from(decided(&first, Verb::Reject, Some(&id)));
        let good = Change::from(decided(&current, Verb::Approve, Some(&id)));
        let outcomes = at_once(&stores, tenant, vec![stale, good.clone()]).await;
        for (update, outcome) in outcomes {
            if update == good {
                assert_eq!(outcome, ChangeOutcome::Stored);
            } else {
                assert!(
                    matches!(
                        outcome,
                        ChangeOutcome::VersionConflict | ChangeOutcome::DecisionTaken
                    ),
                    "{outcome:?}"
                );
            }
        }
        assert_stored(&stores, tenant, good.customer()).await;
    }
}
