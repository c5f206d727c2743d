//! Checks that the metrics in `docs/operations.md` and `deploy` match the served ones.

use std::collections::BTreeSet;
use std::fs;

use customers_metrics::{Label, METRICS, Metric, Values};
use customers_tests::exposition::metric_of;
use serde_json::Value;

use crate::{HOW_TO_RENEW, at, read, renewing};

const PATH: &str = "docs/operations.md";
const BEGIN: &str = "<!-- Generated from crates/metrics/src/list.rs. Do not edit; regenerate by:";
const END: &str = "<!-- End of the generated table. -->";

#[test]
fn the_table_of_metrics_matches_the_list() {
    let page = read(PATH);
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let renewed = format!(
        "{before}{BEGIN}\n     {HOW_TO_RENEW} -->\n\n{}\n{END}{after}",
        table()
    );
    if renewing() {
        fs::write(at(PATH), &renewed).unwrap();
    }
    assert!(
        read(PATH) == renewed,
        "{PATH} is out of date. Regenerate it:\n    {HOW_TO_RENEW}"
    );
}

fn table() -> String {
    let rows: String = METRICS.iter().map(row).collect();
    format!("| metric | kind | meaning | labels |\n|---|---|---|---|\n{rows}")
}

fn row(metric: &Metric) -> String {
    let condition = metric
        .condition
        .map(|condition| format!(" Only {condition}."));
    let labels: Vec<String> = metric.labels.iter().map(label).collect();
    format!(
        "| `{}` | {} | {}{} | {} |\n",
        metric.name,
        metric.kind.as_str(),
        metric.help,
        condition.unwrap_or_default(),
        labels.join("; "),
    )
}

fn label(label: &Label) -> String {
    let values = match label.values {
        Values::FromProgram(text) => text.to_owned(),
        Values::Fixed(values) => {
            let spans: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
            spans.join(", ")
        }
    };
    format!("`{}`: {values}", label.name)
}

#[test]
fn the_dashboard_shows_every_metric_and_no_unknown_one() {
    let dashboard: Value = serde_json::from_str(&read("deploy/grafana-dashboard.json")).unwrap();
    let mut found = Vec::new();
    strings_named(&dashboard, &["expr", "definition"], &mut found);
    assert!(found.len() > 30, "too few expressions found");
    let used = assert_served("the dashboard", &found);
    let unseen: Vec<&str> = METRICS
        .iter()
        .map(|metric| metric.name)
        .filter(|name| !used.contains(*name))
        .collect();
    assert_eq!(unseen, Vec::<&str>::new(), "metrics without a panel");
}

#[test]
fn every_panel_uses_the_selected_data_source_and_has_its_own_position() {
    let dashboard: Value = serde_json::from_str(&read("deploy/grafana-dashboard.json")).unwrap();
    let (mut ids, mut positions) = (BTreeSet::new(), BTreeSet::new());
    for panel in dashboard["panels"].as_array().unwrap() {
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "{panel}");
        let place = &panel["gridPos"];
        let place = (place["y"].as_u64().unwrap(), place["x"].as_u64().unwrap());
        assert!(positions.insert(place), "{panel}");
        let targets = panel["targets"].as_array().map_or(&[][..], Vec::as_slice);
        assert_eq!(targets.is_empty(), panel["type"] == "row", "{panel}");
        for query in targets.iter().chain((!targets.is_empty()).then_some(panel)) {
            assert_eq!(query["datasource"]["uid"], "${datasource}", "{query}");
        }
    }
}

#[test]
fn the_alerts_use_only_known_metrics() {
    let found = alerts();
    assert!(found.len() > 5, "too few expressions found");
    assert_served("the alerts", &found);
}

#[test]
fn the_page_describes_every_alert() {
    let page = read(PATH);
    let rules = read("deploy/alerts.yaml");
    let mut names = rules
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- alert: "));
    let missing: Vec<&str> = names
        .by_ref()
        .filter(|name| !page.contains(&format!("`{name}`")))
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
    let blocks = page.split("```promql\n").skip(1);
    let examples: Vec<String> = blocks
        .map(|rest| rest.split("```").next().unwrap().to_owned())
        .collect();
    assert!(!examples.is_empty());
    assert_served(PATH, &examples);
}

/// Returns the expressions of the rules, which follow `expr:` on one line or on indented lines.
fn alerts() -> Vec<String> {
    let rules = read("deploy/alerts.yaml");
    let mut lines = rules.lines().peekable();
    let mut found = Vec::new();
    while let Some(line) = lines.next() {
        let Some(rest) = line.trim_start().strip_prefix("expr: ") else {
            continue;
        };
        if rest != "|" {
            found.push(rest.to_owned());
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        let mut expression = String::new();
        while let Some(more) = lines.next_if(|it| it.len() - it.trim_start().len() > indent) {
            expression.push_str(more);
            expression.push('\n');
        }
        found.push(expression);
    }
    found
}

/// Collects every string member with one of the given names.
fn strings_named(value: &Value, names: &[&str], found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member.as_str() {
                    Some(text) if names.contains(&name.as_str()) => found.push(text.to_owned()),
                    _ => strings_named(member, names, found),
                }
            }
        }
        Value::Array(items) => items
            .iter()
            .for_each(|item| strings_named(item, names, found)),
        _ => {}
    }
}

/// Labels that Prometheus adds to every series.
const TARGET: &[&str] = &["job", "instance"];

/// Returns the metrics in the expressions. Panics on a name that is neither a metric nor a word of the language, and on
/// a label or value that the metric does not have.
fn assert_served(place: &str, expressions: &[String]) -> BTreeSet<&'static str> {
    let mut used = BTreeSet::new();
    for expression in expressions {
        for label in grouped_by(expression) {
            let is_ours = METRICS
                .iter()
                .flat_map(|metric| metric.labels)
                .any(|it| it.name == label);
            let is_known = is_ours || label == "le" || TARGET.contains(&label);
            assert!(is_known, "{place}: {label} in {expression}");
        }
        for selector in selectors(expression) {
            let (name, conditions) = selector.split_once('{').unwrap_or((&selector, ""));
            if name == "up" {
                continue;
            }
            let metric = metric_of(name);
            assert!(metric.is_some(), "{place}: {name} in {expression}");
            let metric = metric.unwrap();
            used.insert(metric.name);
            for condition in conditions.split(',').filter(|it| !it.is_empty()) {
                assert!(
                    is_satisfiable(metric, condition),
                    "{place}: {condition} in {expression}"
                );
            }
        }
    }
    used
}

/// Returns whether a series of the metric can satisfy the condition, such as `outcome=~"a|b"`.
fn is_satisfiable(metric: &Metric, condition: &str) -> bool {
    let (name, value) = condition.split_once(['=', '!']).unwrap();
    let values = value.trim_start_matches(['=', '~']).trim_matches('"');
    let label = metric.labels.iter().find(|label| label.name == name);
    match label.map(|label| label.values) {
        None => TARGET.contains(&name),
        Some(Values::FromProgram(_)) => true,
        Some(Values::Fixed(known)) => values.split('|').all(|value| known.contains(&value)),
    }
}

/// Returns the labels that an expression groups by.
fn grouped_by(expression: &str) -> impl Iterator<Item = &str> {
    let lists = expression.split("by (").skip(1);
    lists.flat_map(|rest| rest.split(')').next().unwrap().split(", "))
}

/// Returns the metrics in an expression, each with the conditions in its braces.
fn selectors(expression: &str) -> Vec<String> {
    /// Keywords and functions of `PromQL` and Grafana that are used.
    const WORDS: &[&str] = &[
        "and",
        "by",
        "count",
        "histogram_quantile",
        "increase",
        "label_values",
        "min_over_time",
        "offset",
        "or",
        "rate",
        "max",
        "sum",
        "time",
        "vector",
    ];
    let mut found = Vec::new();
    let mut rest = expression;
    while let Some(start) = rest.find(|it: char| it.is_ascii_alphabetic() || "[(\"".contains(it)) {
        rest = &rest[start..];
        let skipped = match &rest[..1] {
            // Ranges, and strings.
            "[" => rest.find(']').unwrap() + 1,
            "\"" => rest[1..].find('"').unwrap() + 2,
            "(" => 1,
            _ => {
                let is_part = |it: char| it.is_ascii_alphanumeric() || it == '_' || it == ':';
                let end = rest.find(|it| !is_part(it)).unwrap_or(rest.len());
                let (name, after) = rest.split_at(end);
                if name == "by" {
                    // Skips the labels, which `grouped_by` returns.
                    end + after.find(')').unwrap() + 1
                } else if name == "offset" {
                    end + after[1..].find([' ', ')']).unwrap() + 1
                } else if name == "label_values" {
                    let (selector, _) = after[1..].rsplit_once(',').unwrap();
                    found.push(selector.trim_end_matches('}').to_owned());
                    rest.len()
                } else if WORDS.contains(&name) {
                    end
                } else if let Some(conditions) = after.strip_prefix('{') {
                    let (conditions, _) = conditions.split_once('}').unwrap();
                    found.push(format!("{name}{{{conditions}"));
                    end + conditions.len() + 2
                } else {
                    found.push(name.to_owned());
                    end
                }
            }
        };
        rest = &rest[skipped..];
    }
    found
}

#[test]
fn selectors_are_parsed_and_wrong_conditions_are_detected() {
    let found = selectors("sum by (le) (rate(a_b{x=\"1\",y=~\"2\"}[5m])) / c offset 1d) > time()");
    assert_eq!(found, ["a_b{x=\"1\",y=~\"2\"", "c"]);
    let grouped: Vec<&str> = grouped_by("sum by (le, rout) (a) / count by (job) (b)").collect();
    assert_eq!(grouped, ["le", "rout", "job"]);
    let creates = metric_of("customers_creates_total").unwrap();
    assert!(is_satisfiable(creates, "outcome=~\"created|replayed\""));
    assert!(is_satisfiable(creates, "job=~\"$job\""));
    assert!(!is_satisfiable(creates, "outcome!=\"refused\""));
    assert!(!is_satisfiable(creates, "route=\"/customers\""));
    assert!(metric_of("customers_creates_total_count").is_none());
}
