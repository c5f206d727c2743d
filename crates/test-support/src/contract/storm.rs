//! Many callers, few emails, external ids and keys: whatever happens, the rules hold.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use customers_domain::{CustomerId, EmailAddress, ExternalId, Profile, TenantId};
use customers_ports::{Conflict, CreateOutcome, Creation, FirstAnswer, UniqueField};
use tokio::task::JoinSet;

use super::Stores;
use crate::builders::{Dice, claim, claimed, creation, minimal_profile, parse};

const CALLERS: u64 = 16;
const CALLS_OF_EACH: usize = 25;
const EMAILS: u64 = 40;
const EXTERNAL_IDS: u64 = 30;
const KEYS: u64 = 60;

/// One call: what it wanted and what it was told.
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
    // Two of three have an external id, and three of four a key.
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
    for number in 1..=CALLERS {
        let stores = stores.clone();
        callers.spawn(async move {
            let mut dice = Dice::new(number);
            let mut calls: Vec<Call> = Vec::new();
            for _ in 0..CALLS_OF_EACH {
                // Every third call repeats an earlier one's words under an id of its own.
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

/// Replays of a key agree, every holder exists and holds, no two customers share what is unique.
pub async fn a_storm_of_emails_external_ids_and_keys_breaks_no_rule(stores: Stores) {
    let tenant = stores.tenant().await;
    let calls = Arc::new(storm(&stores, tenant).await);
    let created: HashMap<CustomerId, &Call> = calls
        .iter()
        .filter(|call| call.outcome == CreateOutcome::Created)
        .map(|call| (call.creation.customer().id(), call))
        .collect();
    assert!(created.len() > 5, "the storm was a breeze");
    what_is_unique_is_held_once(&created);
    answers_name_who_exists(&calls, &created);
    keys_have_one_answer(&calls);
    for call in calls.iter() {
        let id = call.creation.customer().id();
        let expected = created
            .get(&id)
            .map(|call| call.creation.customer().clone());
        assert_eq!(stores.find(tenant, id).await, expected);
    }
}

fn what_is_unique_is_held_once(created: &HashMap<CustomerId, &Call>) {
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

fn answers_name_who_exists(calls: &[Call], created: &HashMap<CustomerId, &Call>) {
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

/// Of all calls under one key exactly one has an answer of its own, and it is the first answer of all
/// that have its fingerprint.
fn keys_have_one_answer(calls: &[Call]) {
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
