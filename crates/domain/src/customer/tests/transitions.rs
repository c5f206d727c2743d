use chrono::TimeDelta;

use super::*;

#[test]
fn every_legal_verb_changes_the_status_and_increases_the_version() {
    let later = NOON + TimeDelta::hours(1);
    for &status in CustomerStatus::ALL {
        for verb in status.allowed_transitions() {
            let decision = DecisionId::parse("d-1").ok();
            let moved = in_status(status)
                .transition(verb, Some(reason()), decision.clone(), context(later))
                .unwrap();
            assert_eq!(moved.verb(), verb);
            let (moved, change) = moved.into_parts();
            assert_eq!(moved.status(), verb.rule().to);
            assert_eq!(moved.version().number(), 2);
            assert_eq!(moved.state().status_reason, Some(reason()));
            assert_eq!(moved.state().updated_at, later);
            assert_eq!(moved.state().status_since, later);
            assert_eq!(moved.state().created_at, NOON);
            assert_eq!((change.from, change.to), (Some(status), verb.rule().to));
            assert_eq!(
                (change.reason, change.decision_id),
                (Some(reason()), decision)
            );
            assert_eq!(change.version, moved.version());
        }
    }
}

#[test]
fn every_illegal_verb_is_refused() {
    for &status in CustomerStatus::ALL {
        let allowed: Vec<Verb> = status.allowed_transitions().collect();
        for verb in Verb::ALL
            .iter()
            .copied()
            .filter(|verb| !allowed.contains(verb))
        {
            let refused = in_status(status).transition(verb, Some(reason()), None, context(NOON));
            let why = InvalidTransition {
                from: status,
                verb: Some(verb),
            };
            assert_eq!(refused, Err(TransitionRefused::Invalid(why)));
        }
    }
}

#[test]
fn closing_a_closed_customer_is_refused() {
    let refused = in_status(CustomerStatus::Closed).transition(
        Verb::Close,
        Some(reason()),
        None,
        context(NOON),
    );
    assert!(matches!(refused, Err(TransitionRefused::Invalid(_))));
}

#[test]
fn a_verb_that_needs_a_reason_is_refused_without_one() {
    for &verb in Verb::ALL {
        let from = verb.rule().from[0];
        let outcome = in_status(from).transition(verb, None, None, context(NOON));
        if verb.rule().reason_required {
            assert_eq!(outcome, Err(TransitionRefused::ReasonMissing), "{verb:?}");
        } else {
            assert!(outcome.is_ok(), "{verb:?}");
        }
    }
}
