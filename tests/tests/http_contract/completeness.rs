//! Checks that every case is registered and every problem is tested.

use customers_tests::problems::PROBLEMS;

/// The source of every module with cases.
const SUBJECTS: [&str; 37] = [
    include_str!("change_order.rs"),
    include_str!("conflicts.rs"),
    include_str!("decisions.rs"),
    include_str!("dry_runs.rs"),
    include_str!("edit_faults.rs"),
    include_str!("edits.rs"),
    include_str!("erasure.rs"),
    include_str!("events.rs"),
    include_str!("failures.rs"),
    include_str!("filters.rs"),
    include_str!("history.rs"),
    include_str!("idempotency_header.rs"),
    include_str!("if_match.rs"),
    include_str!("keys.rs"),
    include_str!("list.rs"),
    include_str!("malformed.rs"),
    include_str!("metadata.rs"),
    include_str!("negotiation.rs"),
    include_str!("order.rs"),
    include_str!("pages.rs"),
    include_str!("parallel.rs"),
    include_str!("query.rs"),
    include_str!("races.rs"),
    include_str!("read.rs"),
    include_str!("reasons.rs"),
    include_str!("replay.rs"),
    include_str!("request_ids.rs"),
    include_str!("routes.rs"),
    include_str!("secrecy.rs"),
    include_str!("seed.rs"),
    include_str!("shape.rs"),
    include_str!("tenants.rs"),
    include_str!("transitions.rs"),
    include_str!("values.rs"),
    include_str!("walk.rs"),
    include_str!("wire.rs"),
    include_str!("words.rs"),
];

#[test]
fn every_case_is_listed() {
    let listed = [
        include_str!("cases.rs"),
        include_str!("cases/creation.rs"),
        include_str!("cases/life.rs"),
        include_str!("cases/requests.rs"),
    ]
    .concat();
    let cases = SUBJECTS
        .iter()
        .flat_map(|source| source.split("\npub async fn ").skip(1));
    let cases: Vec<&str> = cases.filter_map(|rest| rest.split('(').next()).collect();
    assert!(cases.len() > 150, "the cases were not found: {cases:?}");
    for case in cases {
        assert!(
            listed.contains(&format!("            {case},\n")),
            "{case} is not in a list"
        );
    }
}

#[test]
fn every_problem_is_provoked_by_a_case_and_compared_as_a_whole() {
    let sources = SUBJECTS.concat();
    let sources: String = sources.split_whitespace().collect();
    for (code, ..) in PROBLEMS {
        let compared = [
            "assert_problem(",
            "assert_problem_with(",
            "assert_errors(",
            "assert_opaque(&answer,",
        ]
        .iter()
        .any(|check| sources.contains(&format!("{check}\"{code}\"")));
        assert!(compared, "nothing provokes {code}");
    }
}
