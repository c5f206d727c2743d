use std::collections::BTreeSet;

use serde_json::Value;

use customers_http_kit::service;

use super::*;

fn catalog() -> customers_http_kit::Catalog {
    let modules = [
        module().into_contract(),
        crate::events_module().into_contract(),
    ];
    service::catalog(SERVICE_INFO, modules).unwrap()
}

fn read() -> Value {
    serde_json::from_slice(catalog().document()).unwrap()
}

/// Every reference in the document.
fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref") {
                found.insert(reference.clone());
            }
            members
                .values()
                .for_each(|member| references(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

#[test]
fn the_document_is_openapi_3_1_and_every_reference_in_it_leads_somewhere() {
    let document = read();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."));
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    assert!(found.contains("#/components/schemas/Problem"));
    for reference in found {
        let target = document.pointer(reference.trim_start_matches('#'));
        assert!(target.is_some(), "{reference}");
    }
}

/// What a reference leads to, or the value itself if it is none.
fn resolved<'d>(document: &'d Value, value: &'d Value) -> &'d Value {
    value["$ref"].as_str().map_or(value, |reference| {
        document
            .pointer(reference.trim_start_matches('#'))
            .unwrap_or_else(|| panic!("{reference} leads nowhere"))
    })
}

fn operations(document: &Value) -> impl Iterator<Item = &Value> {
    let paths = document["paths"].as_object().unwrap().values();
    paths.flat_map(|path| path.as_object().unwrap().values())
}

#[test]
fn the_document_is_small_enough_to_be_read_and_generated_from() {
    assert!(catalog().document().len() < 150_000);
}

#[test]
fn every_problem_has_its_code_in_the_document_and_responses_show_examples_of_theirs() {
    let document = read();
    let codes = &document["components"]["schemas"]["ProblemCode"]["enum"];
    let declared: Vec<&str> = catalog()
        .problems()
        .iter()
        .map(|kind| kind.code())
        .collect();
    assert_eq!(*codes, serde_json::json!(declared));
    let responses = document["components"]["responses"].as_object().unwrap();
    assert!(responses.len() > 15);
    for (name, response) in responses {
        let content = &response["content"]["application/problem+json"];
        let examples = content["examples"].as_object().unwrap();
        let shown: Vec<&str> = examples.keys().map(String::as_str).collect();
        assert_eq!(*name, shown.join("_or_"));
        for (code, example) in examples {
            assert_eq!(example["value"]["code"], code.as_str());
        }
    }
}

#[test]
fn every_response_names_its_request() {
    let document = read();
    for operation in operations(&document) {
        for response in operation["responses"].as_object().unwrap().values() {
            let response = resolved(&document, response);
            let header = resolved(&document, &response["headers"]["X-Request-Id"]);
            assert!(header["schema"].is_object());
        }
    }
}

#[test]
fn every_error_is_a_reference_and_every_operation_says_whether_it_needs_a_key() {
    let document = read();
    for operation in operations(&document) {
        let id = operation["operationId"].as_str().unwrap();
        for (status, response) in operation["responses"].as_object().unwrap() {
            let is_error = status.as_str() >= "400";
            assert_eq!(response["$ref"].is_string(), is_error, "{id} {status}");
        }
        let tag = operation["tags"][0].as_str().unwrap();
        let needs_key = !["health", "documentation"].contains(&tag);
        let security = operation["security"].as_array().unwrap();
        assert_eq!(!security.is_empty(), needs_key, "{id}");
    }
}

/// Generators take the schema of the first status of success for the whole operation.
#[test]
fn every_status_of_success_of_an_operation_has_the_same_schema() {
    let document = read();
    for operation in operations(&document) {
        let responses = operation["responses"].as_object().unwrap();
        let schemas: BTreeSet<String> = responses
            .iter()
            .filter(|(status, _)| status.starts_with('2'))
            .map(|(_, response)| response["content"]["application/json"]["schema"].to_string())
            .collect();
        assert_eq!(schemas.len(), 1, "{schemas:?}");
    }
}

/// Generators name the type of a schema that is written inside of another one, and the names mean nothing.
#[test]
fn no_object_is_written_inside_of_another_schema() {
    let document = read();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        let properties = schema["properties"].as_object();
        for (member, property) in properties.into_iter().flatten() {
            for inner in [property, &property["items"]] {
                assert!(inner["properties"].is_null(), "{name}.{member}");
            }
        }
    }
}

/// Generated Go code has one constant for each value, without the name of its enum.
#[test]
fn no_two_enums_have_the_same_value() {
    fn values<'d>(value: &'d Value, found: &mut Vec<&'d str>) {
        match value {
            Value::Object(members) => {
                let values_of_enum = members.get("enum").and_then(Value::as_array);
                found.extend(
                    values_of_enum
                        .into_iter()
                        .flatten()
                        .filter_map(Value::as_str),
                );
                members.values().for_each(|member| values(member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| values(item, found)),
            _ => {}
        }
    }
    let document = read();
    let mut found = Vec::new();
    values(&document["components"]["schemas"], &mut found);
    assert!(found.len() > 40);
    let mut seen = BTreeSet::new();
    for value in found {
        assert!(seen.insert(value.replace(['-', ':'], "_")), "{value}");
    }
}

#[test]
fn members_are_in_the_order_of_the_documented_request() {
    let text = String::from_utf8(catalog().document().to_vec()).unwrap();
    let request = text.split("\"CreateCustomerRequest\":").nth(1).unwrap();
    let mut rest = request.split("\"properties\":").nth(1).unwrap();
    for member in [
        "first_name",
        "last_name",
        "email",
        "phone",
        "type",
        "billing_address",
    ] {
        let at = rest.find(&format!("\"{member}\":{{"));
        rest = &rest[at.unwrap_or_else(|| panic!("{member} is out of order"))..];
    }
}

#[test]
fn limits_in_the_document_are_those_of_the_domain() {
    use customers_domain::{AddressLine, ExternalId, Locality, Metadata, PersonName, ZipCode};

    let document = read();
    let schemas = &document["components"]["schemas"];
    let customer = &schemas["CreateCustomerRequest"]["properties"];
    let address = &schemas["BillingAddressRequest"]["properties"];
    for (property, max) in [
        (&customer["first_name"], PersonName::MAX),
        (&customer["last_name"], PersonName::MAX),
        (&customer["external_id"], ExternalId::MAX),
        (&address["line1"], AddressLine::MAX),
        (&address["line2"], AddressLine::MAX),
        (&address["city"], Locality::MAX),
        (&address["state"], Locality::MAX),
        (&address["zip_code"], ZipCode::MAX),
    ] {
        assert_eq!(property["maxLength"], max, "{property}");
    }
    assert_eq!(customer["metadata"]["maxProperties"], Metadata::MEMBERS_MAX);
}

#[test]
fn a_request_may_hold_no_other_members() {
    for schema in ["CreateCustomerRequest", "BillingAddressRequest"] {
        assert_eq!(
            read()["components"]["schemas"][schema]["additionalProperties"],
            false
        );
    }
}
