//! Many clients with few emails, external ids and keys. The rules hold for any interleaving.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use customers_domain::{CustomerId, EmailAddress, ExternalId, Profile, TenantId};
use customers_ports::{Conflict, CreateOutcome, Creation, FirstAnswer, UniqueField};
use tokio::task::JoinSet;

use super::Stores;
use crate::builders::{Dice, claim, claimed, creation, minimal_profile, parse};

const CLIENTS: u64 = 16;
const CALLS_PER_CLIENT: usize = 25;
const EMAILS: u64 = 40;
const EXTERNAL_IDS: u64 = 30;
const KEYS: u64 = 60;

/// A call with its request and outcome.
struct Call {
    creation: Creation,
    outcome: CreateOutcome,
}

impl Call {
    fn email(&self) -> &EmailAddress {
        &self.creation.customer().profile().email
    }

    fn external_id(&self) -> Option<&ExternalId> {
        self.creation.customer().profile().external_id.as_ref()
    }
}

fn random_creation(dice: &mut Dice) -> Creation {
    let email = dice.roll(EMAILS);
    // Two of three customers have an external id, and three of four requests have a key.
    let external_id = (dice.roll(3) > 0).then(|| dice.roll(EXTERNAL_IDS));
    let key = (dice.roll(4) > 0).then(|| dice.roll(KEYS));
    let profile = Profile {
        email: parse(&format!("storm-{email}@example.com")),
        external_id: external_id.map(|id| parse(&format!("storm-{id}"))),
        ..minimal_profile()
    };
    match key {
        Some(key) => {
            let body = format!("{email} {external_id:?}");
            claimed(profile, claim(&key.to_string(), &body))
        }
        None => creation(profile),
    }
}

async fn storm(stores: &Stores, tenant: TenantId) -> Vec<Call> {
    let mut callers = JoinSet::new();
    for number in 1..=CLIENTS {
        let stores = stores.clone();
        callers.spawn(async move {
            let mut dice = Dice::new(number);
            let mut calls: Vec<Call> = Vec::new();
            for _ in 0..CALLS_PER_CLIENT {
                // Every third call repeats an earlier one with a new customer id.
                let creation = if dice.roll(3) == 0 && !calls.is_empty() {
                    let earlier = dice.pick(&calls);
                    let profile = earlier.creation.customer().profile().clone();
                    Creation {
                        claim: earlier.creation.claim,
                        ..creation(profile)
                    }
                } else {
                    random_creation(&mut dice)
                };
                let outcome = stores.create(tenant, &creation).await;
                calls.push(Call { creation, outcome });
            }
            calls
        });
    }
    callers.join_all().await.into_iter().flatten().collect()
}

/// Replays of a key agree, every holder exists and holds the value, and unique values are held once.
pub async fn a_storm_of_emails_external_ids_and_keys_breaks_no_rule(stores: Stores) {
    let tenant = stores.tenant().await;
    let calls = Arc::new(storm(&stores, tenant).await);
    let created: HashMap<CustomerId, &Call> = calls
        .iter()
        .filter(|call| call.outcome == CreateOutcome::Created)
        .map(|call| (call.creation.customer().id(), call))
        .collect();
    assert!(created.len() > 5, "the storm was a breeze");
    unique_values_are_held_once(&created);
    outcomes_name_existing_customers(&calls, &created);
    keys_have_one_outcome(&calls);
    for call in calls.iter() {
        let id = call.creation.customer().id();
        let expected = created
            .get(&id)
            .map(|call| call.creation.customer().clone());
        assert_eq!(stores.find(tenant, id).await, expected);
    }
}

fn unique_values_are_held_once(created: &HashMap<CustomerId, &Call>) {
    let (mut emails, mut external_ids) = (HashSet::new(), HashSet::new());
    for call in created.values() {
        assert!(
            emails.insert(call.email().expose()),
            "an email is held twice"
        );
        if let Some(id) = call.external_id() {
            assert!(
                external_ids.insert(id.expose()),
                "an external id is held twice"
            );
        }
    }
}

fn outcomes_name_existing_customers(calls: &[Call], created: &HashMap<CustomerId, &Call>) {
    for call in calls {
        match call.outcome {
            CreateOutcome::Taken(Conflict { field, holder })
            | CreateOutcome::Replayed(FirstAnswer::Taken(Conflict { field, holder })) => {
                let holder = created.get(&holder).expect("the holder exists");
                match field {
                    UniqueField::Email => assert_eq!(holder.email(), call.email()),
                    UniqueField::ExternalId => {
                        assert!(call.external_id().is_some());
                        assert_eq!(holder.external_id(), call.external_id());
                    }
                }
            }
            CreateOutcome::Replayed(FirstAnswer::Created(receipt)) => {
                let first = created
                    .get(&receipt.id)
                    .expect("the receipt is of a customer");
                assert_eq!(first.creation.customer().receipt(), receipt);
                assert_eq!(first.creation.claim, call.creation.claim);
            }
            CreateOutcome::Created | CreateOutcome::KeyReused | CreateOutcome::KeyInProgress => {}
        }
    }
}

/// Of all calls with one key, exactly one has an outcome of its own. It is the first outcome of all calls with the same
/// fingerprint.
fn keys_have_one_outcome(calls: &[Call]) {
    let mut keys: HashMap<[u8; 32], Vec<&Call>> = HashMap::new();
    for call in calls {
        if let Some(claim) = call.creation.claim {
            keys.entry(claim.key_hash).or_default().push(call);
        }
    }
    for calls in keys.values() {
        let firsts: Vec<_> = calls
            .iter()
            .filter_map(|call| match call.outcome {
                CreateOutcome::Created => Some((
                    call.creation.claim,
                    FirstAnswer::Created(call.creation.customer().receipt()),
                )),
                CreateOutcome::Taken(conflict) => {
                    Some((call.creation.claim, FirstAnswer::Taken(conflict)))
                }
                _ => None,
            })
            .collect();
        let [(first_claim, first_answer)] = firsts[..] else {
            panic!("a key was answered {} times", firsts.len());
        };
        for call in calls {
            match call.outcome {
                CreateOutcome::Replayed(answer) => {
                    assert_eq!(answer, first_answer);
                    assert_eq!(call.creation.claim, first_claim);
                }
                CreateOutcome::KeyReused => assert_ne!(call.creation.claim, first_claim),
                _ => {}
            }
        }
    }
}
