use std::collections::BTreeMap;

use serde::Deserialize;

use super::*;
use crate::json::Number;

#[derive(Debug, PartialEq, Deserialize)]
struct Outer {
    name: String,
    note: Option<String>,
    inner: Inner,
    tags: Option<BTreeMap<String, String>>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Inner {
    city: String,
    line: Option<String>,
}

/// Returns the shape errors as `pointer code`, in the order in which they were recorded.
fn shape_errors(body: &str) -> Vec<String> {
    let tree = Tree::parse(body.as_bytes()).unwrap();
    let errors = match read::<Outer>(&tree, Absent::IsNull) {
        Ok(_) => return Vec::new(),
        Err(errors) => serde_json::to_value(errors.into_list()).unwrap(),
    };
    let errors = errors.as_array().unwrap().iter();
    errors
        .map(|error| {
            format!(
                "{} {}",
                error["pointer"].as_str().unwrap(),
                error["code"].as_str().unwrap()
            )
        })
        .collect()
}

#[test]
fn a_request_of_the_right_shape_is_read() {
    let tree = Tree::parse(
        br#"{"inner":{"city":"L"},"name":"A\u0064a","note":null,"tags":{"b":"2","a":"1"}}"#,
    )
    .unwrap();
    let tags = BTreeMap::from([("a".into(), "1".into()), ("b".into(), "2".into())]);
    let inner = Inner {
        city: "L".into(),
        line: None,
    };
    let outer = Outer {
        name: "Ada".into(),
        note: None,
        inner,
        tags: Some(tags),
    };
    assert_eq!(read::<Outer>(&tree, Absent::IsNull).unwrap(), outer);
}

#[test]
fn a_body_that_is_not_an_object_is_one_error_of_the_body() {
    for body in ["null", "[]", "\"x\"", "1", "true", r#"["Ada",null,["L"]]"#] {
        assert_eq!(shape_errors(body), [" wrong_type"], "{body}");
    }
}

#[test]
fn absent_and_null_members_are_missing() {
    assert_eq!(shape_errors("{}"), ["/name missing", "/inner missing"]);
    assert_eq!(
        shape_errors(r#"{"name":null,"inner":{"city":null}}"#),
        ["/name missing", "/inner/city missing"]
    );
}

#[test]
fn every_shape_error_is_recorded_but_none_within_a_member_of_wrong_type_or_unknown_name() {
    assert_eq!(
        shape_errors(
            r#"{"name":5,"inner":["L"],"status":{"x":1},"note":{"individual":null},"tags":[]}"#
        ),
        [
            "/status unknown_field",
            "/name wrong_type",
            "/note wrong_type",
            "/inner wrong_type",
            "/tags wrong_type"
        ]
    );
}

#[test]
fn repeated_members_are_recorded_at_every_depth_and_a_repeated_unknown_member_is_unknown() {
    assert_eq!(
        shape_errors(
            r#"{"name":"a","na\u006de":"b","x":1,"x":2,"inner":{"city":"L","city":"M"},"tags":{"a":"1","b":"2","a":"3"}}"#
        ),
        [
            "/name duplicate_field",
            "/x unknown_field",
            "/inner/city duplicate_field",
            "/tags/a duplicate_field"
        ]
    );
}

#[test]
fn members_of_a_string_map_must_be_strings() {
    assert_eq!(
        shape_errors(r#"{"name":"a","inner":{"city":"L"},"tags":{"a":1,"b":null,"c/d":[]}}"#),
        [
            "/tags/a wrong_type",
            "/tags/b missing",
            "/tags/c~1d wrong_type"
        ]
    );
}

#[test]
fn a_location_has_one_error() {
    assert_eq!(
        shape_errors(r#"{"name":1,"name":2,"inner":{"city":"L"}}"#),
        ["/name duplicate_field"]
    );
}

#[derive(Debug, PartialEq, Deserialize)]
struct Numbers {
    count: u8,
    ratio: f64,
    amount: Number,
    done: bool,
    tags: Vec<String>,
    lines: Option<Vec<Inner>>,
}

fn shape_errors_of_numbers(body: &str) -> Vec<String> {
    let tree = Tree::parse(body.as_bytes()).unwrap();
    let errors = read::<Numbers>(&tree, Absent::IsNull).unwrap_err();
    let errors = serde_json::to_value(errors.into_list()).unwrap();
    let errors = errors.as_array().unwrap().iter();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    errors
        .map(|error| format!("{} {}", text(&error["pointer"]), text(&error["code"])))
        .collect()
}

#[test]
fn numbers_booleans_and_arrays_are_read() {
    let tree = Tree::parse(
        br#"{"count":25.5e1,"ratio":0.5,"amount":12345678901234567890.10,"done":true,
            "tags":["a","b"],"lines":[{"city":"L"}]}"#,
    )
    .unwrap();
    let numbers = read::<Numbers>(&tree, Absent::IsNull).unwrap();
    assert_eq!((numbers.count, numbers.done), (255, true));
    assert_eq!(numbers.ratio.to_bits(), 0.5_f64.to_bits());
    let amount = numbers.amount.to_plain();
    assert_eq!(amount.as_deref(), Some("12345678901234567890.1"));
    assert_eq!(numbers.tags, ["a", "b"]);
    assert_eq!(numbers.lines.unwrap()[0].city, "L");
}

#[test]
fn a_number_out_of_range_and_an_item_of_wrong_type_are_errors() {
    assert_eq!(
        shape_errors_of_numbers(
            r#"{"count":256,"ratio":1e999,"amount":"1","done":0,"tags":["a",null,1],
                "lines":[{"city":"L"},{"city":1,"x":2},[]]}"#
        ),
        [
            "/count wrong_type",
            "/ratio wrong_type",
            "/amount wrong_type",
            "/done wrong_type",
            "/tags/1 wrong_type",
            "/tags/2 wrong_type",
            "/lines/1/x unknown_field",
            "/lines/1/city wrong_type",
            "/lines/2 wrong_type",
        ]
    );
    assert_eq!(
        shape_errors_of_numbers(r#"{"ratio":null,"tags":{}}"#),
        [
            "/count missing",
            "/ratio missing",
            "/amount missing",
            "/done missing",
            "/tags wrong_type"
        ]
    );
}
