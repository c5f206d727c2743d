use super::*;
use CustomerStatus::{ActionRequired, Active, Closed, InReview, PendingKyc, Rejected, Suspended};

/// Written by hand, so that a mistake in the table is detected: a row for each status and a column for each verb, in
/// the order of `ALL`.
const RESULTS: [[Option<CustomerStatus>; 9]; 7] = [
    // submit, approve, request-action, reject, reopen, suspend, reinstate, re-review, close
    [
        Some(InReview),
        Some(Active),
        None,
        Some(Rejected),
        None,
        None,
        None,
        None,
        Some(Closed),
    ],
    [
        None,
        Some(Active),
        Some(ActionRequired),
        Some(Rejected),
        None,
        None,
        None,
        None,
        Some(Closed),
    ],
    [
        Some(InReview),
        None,
        None,
        Some(Rejected),
        None,
        None,
        None,
        None,
        Some(Closed),
    ],
    [
        None,
        None,
        None,
        None,
        None,
        Some(Suspended),
        None,
        None,
        Some(Closed),
    ],
    [
        None,
        None,
        None,
        None,
        None,
        None,
        Some(Active),
        Some(InReview),
        Some(Closed),
    ],
    [
        None,
        None,
        None,
        None,
        Some(PendingKyc),
        None,
        None,
        None,
        Some(Closed),
    ],
    [None, None, None, None, None, None, None, None, None],
];

#[test]
fn every_pair_of_status_and_verb_has_the_expected_result() {
    for (status, ends) in CustomerStatus::ALL.iter().copied().zip(RESULTS) {
        for (verb, end) in Verb::ALL.iter().copied().zip(ends) {
            let expected = end.ok_or(InvalidTransition {
                from: status,
                verb: Some(verb),
            });
            assert_eq!(
                status.transition(verb).map(|rule| rule.to),
                expected,
                "{status:?} {verb:?}"
            );
        }
    }
}

#[test]
fn allowed_transitions_are_the_legal_pairs_in_the_order_of_the_table() {
    for (status, ends) in CustomerStatus::ALL.iter().copied().zip(RESULTS) {
        let legal: Vec<Verb> = Verb::ALL
            .iter()
            .copied()
            .zip(ends)
            .filter_map(|(verb, end)| end.map(|_| verb))
            .collect();
        assert_eq!(status.allowed_transitions().collect::<Vec<_>>(), legal);
    }
}

#[test]
fn the_table_has_the_order_of_the_verbs() {
    for &verb in Verb::ALL {
        assert_eq!(verb.rule().verb, verb);
    }
}

#[test]
fn submitting_needs_the_write_scope_and_decisions_the_review_scope() {
    for &verb in Verb::ALL {
        let expected = if verb == Verb::Submit {
            Scope::CUSTOMERS_WRITE
        } else {
            Scope::CUSTOMERS_REVIEW
        };
        assert_eq!(verb.rule().scope, expected, "{verb:?}");
    }
}

#[test]
fn all_verbs_but_submit_and_approve_require_a_reason() {
    for &verb in Verb::ALL {
        let expected = !matches!(verb, Verb::Submit | Verb::Approve);
        assert_eq!(verb.rule().reason_required, expected, "{verb:?}");
    }
}

#[test]
fn every_verb_changes_the_status() {
    for rule in TRANSITIONS {
        assert!(!rule.from.contains(&rule.to), "{:?}", rule.verb);
    }
}

#[test]
fn the_table_of_statuses_has_their_order() {
    for &status in CustomerStatus::ALL {
        assert_eq!(status.rule().status, status);
    }
}

#[test]
fn only_an_active_customer_may_transact() {
    for &status in CustomerStatus::ALL {
        assert_eq!(status.may_transact(), status == Active, "{status:?}");
    }
}

#[test]
fn a_rejected_or_closed_customer_cannot_be_edited() {
    for &status in CustomerStatus::ALL {
        let frozen = matches!(status, Rejected | Closed);
        assert_eq!(status.is_editable(), !frozen, "{status:?}");
        assert_eq!(status.may_be_erased(), frozen, "{status:?}");
    }
}

#[test]
fn names_can_be_parsed() {
    assert_eq!(PendingKyc.as_str(), "pending_kyc");
    assert_eq!(Verb::RequestAction.as_str(), "request-action");
    for &status in CustomerStatus::ALL {
        assert_eq!(CustomerStatus::from_name(status.as_str()), Some(status));
    }
    for &verb in Verb::ALL {
        assert_eq!(Verb::from_name(verb.as_str()), Some(verb));
    }
}
