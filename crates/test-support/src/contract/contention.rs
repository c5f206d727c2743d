//! Many callers change the same thing at once.

use std::sync::Arc;

use customers_domain::{Customer, TenantId, Verb};
use customers_ports::CreateOutcome;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use super::Stores;
use super::change::{Change, ChangeOutcome};
use super::uniqueness::{email_taken, holds_email};
use super::update::{shows, to_email};
use crate::builders::{creation, decided, edited, minimal_profile, profile, renamed};

/// Makes all changes at the same moment, each with its outcome.
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

/// Of the outcomes one is `Stored` and each other `refused`; gives the customer as it was stored.
fn only_one(answers: Vec<(Change, ChangeOutcome)>, refused: ChangeOutcome) -> Customer {
    let (stored, others): (Vec<_>, Vec<_>) = answers
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

/// Of each pair one is stored, and the history shows one entry for it.
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
            let answers = at_once(&stores, tenant, pair(&customer).to_vec()).await;
            let won = only_one(answers, ChangeOutcome::VersionConflict);
            shows(&stores, tenant, &won).await;
        }
    }
}

/// Exactly one is stored, and 19 learn that they were too late.
pub async fn of_twenty_changes_of_one_version_one_is_stored(stores: Stores) {
    let tenant = stores.tenant().await;
    let customer = stores.customer(tenant, creation(profile())).await;
    let updates = (0..20).map(|number| match number % 2 {
        0 => renamed(&customer).into(),
        _ => decided(&customer, Verb::Close, Some(&format!("decision {number}"))).into(),
    });
    let answers = at_once(&stores, tenant, updates.collect()).await;
    let won = only_one(answers, ChangeOutcome::VersionConflict);
    shows(&stores, tenant, &won).await;
}

/// Each reads, changes and stores until it is stored: every change is there in the end.
pub async fn callers_that_try_again_lose_no_change(stores: Stores) {
    const CALLERS: usize = 8;
    let tenant = stores.tenant().await;
    let id = stores.created(tenant, &creation(profile())).await;
    let mut callers = JoinSet::new();
    for _ in 0..CALLERS {
        let stores = stores.clone();
        callers.spawn(async move {
            // Whoever fails was beaten by another, and each of those ends with its one success.
            for _ in 0..CALLERS {
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

/// Exactly one gets it, and each other learns who.
pub async fn of_twenty_customers_that_want_one_email_one_gets_it(stores: Stores) {
    let tenant = stores.tenant().await;
    let contested = profile().email;
    let mut updates = Vec::new();
    for _ in 0..20 {
        let customer = stores.customer(tenant, creation(profile())).await;
        updates.push(edited(&customer, to_email(&contested)).into());
    }
    let answers = at_once(&stores, tenant, updates).await;
    let mut winners = answers
        .iter()
        .filter(|(_, outcome)| *outcome == ChangeOutcome::Stored);
    let winner = winners.next().expect("one gets it").0.customer().id();
    let won = only_one(answers, ChangeOutcome::Taken(holds_email(winner)));
    shows(&stores, tenant, &won).await;
}

/// A creation and an edit are in each other's way like any two.
pub async fn a_creation_and_an_edit_never_both_get_one_email(stores: Stores) {
    let tenant = stores.tenant().await;
    for _ in 0..20 {
        let customer = stores.customer(tenant, creation(profile())).await;
        let newcomer = creation(minimal_profile());
        let edit = edited(&customer, to_email(&newcomer.customer().profile().email));
        let answers = tokio::join!(
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
        assert!(expected.contains(&answers), "{answers:?}");
    }
}

/// Whoever comes first, the other still holds what it wants.
pub async fn customers_that_want_each_others_email_at_once_both_keep_their_own(stores: Stores) {
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
        shows(&stores, tenant, &one).await;
        shows(&stores, tenant, &other).await;
    }
}

/// On one customer: whoever is late learns that the decision is made, not that the version is gone.
pub async fn a_decision_sent_many_times_at_once_is_carried_out_once(stores: Stores) {
    let tenant = stores.tenant().await;
    for round in 0..5 {
        let id = format!("decision {round}");
        let customer = stores.customer(tenant, creation(profile())).await;
        let decisions = (0..8).map(|_| decided(&customer, Verb::Approve, Some(&id)).into());
        let answers = at_once(&stores, tenant, decisions.collect()).await;
        let won = only_one(answers, ChangeOutcome::DecisionTaken);
        shows(&stores, tenant, &won).await;
        let decision = stores.find_decision(tenant, &id).await.expect("a decision");
        assert!(decision.customer == won, "{decision:?}");
    }
}

/// On several customers: one gets it, and the others are as they were.
pub async fn one_decision_id_on_many_customers_at_once_decides_on_one(stores: Stores) {
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
        let answers = at_once(&stores, tenant, decisions.collect()).await;
        let won = only_one(answers, ChangeOutcome::DecisionTaken);
        for customer in &customers {
            let decided_on = customer.id() == won.id();
            let expected = if decided_on { &won } else { customer };
            shows(&stores, tenant, expected).await;
        }
    }
}

/// A decision that is refused at the same moment does not use up the id of one that is not.
pub async fn a_stale_decision_at_the_same_moment_does_not_cost_another_its_id(stores: Stores) {
    let tenant = stores.tenant().await;
    for round in 0..20 {
        let id = format!("decision {round}");
        let first = stores.customer(tenant, creation(profile())).await;
        let current = stores.updated(tenant, renamed(&first)).await;
        let stale = Change::from(decided(&first, Verb::Reject, Some(&id)));
        let good = Change::from(decided(&current, Verb::Approve, Some(&id)));
        let answers = at_once(&stores, tenant, vec![stale, good.clone()]).await;
        for (update, outcome) in answers {
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
        shows(&stores, tenant, good.customer()).await;
    }
}
