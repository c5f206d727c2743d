use std::collections::BTreeSet;

use serde_json::Value;

use customers_http_kit::service;

use super::*;

fn catalog() -> customers_http_kit::Catalog {
    service::catalog(SERVICE_INFO, [module().into_contract()]).unwrap()
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

#[test]
fn every_problem_of_the_table_is_in_the_document_with_an_example() {
    let document = read();
    for kind in catalog().problems() {
        let code = kind.code();
        let response = &document["components"]["responses"][code];
        let content = &response["content"]["application/problem+json"];
        assert_eq!(content["examples"][code]["value"]["code"], code);
    }
}

#[test]
fn every_answer_names_its_request() {
    for path in read()["paths"].as_object().unwrap().values() {
        for operation in path.as_object().unwrap().values() {
            for response in operation["responses"].as_object().unwrap().values() {
                assert!(response["headers"]["X-Request-Id"].is_object());
            }
        }
    }
}

#[test]
fn limits_in_the_document_are_those_of_the_domain() {
    use customers_domain::{AddressLine, ExternalId, Locality, Metadata, PersonName, ZipCode};

    let document = read();
    let schemas = &document["components"]["schemas"];
    let customer = &schemas["CreateCustomerRequest"]["properties"];
    let address = &schemas["NewBillingAddress"]["properties"];
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
    for schema in ["CreateCustomerRequest", "NewBillingAddress"] {
        assert_eq!(
            read()["components"]["schemas"][schema]["additionalProperties"],
            false
        );
    }
}
