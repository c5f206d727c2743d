//! Request bodies.

use customers_test_support::builders::unique_number;
use serde_json::{Map, Value, json};

/// Returns the request in the README.
pub fn seed() -> Value {
    json!({
        "first_name": "James",
        "last_name": "Okafor",
        "email": "james.okafor@example.com",
        "phone": "+2348012345678",
        "type": "individual",
        "billing_address": {
            "line1": "123 Test Lane",
            "line2": "Suite 456",
            "city": "Lagos",
            "state": "Lagos",
            "zip_code": "100001",
            "country": "NG"
        }
    })
}

/// Returns a person with a unique email.
pub fn person() -> Value {
    with(seed(), "/email", unique_email())
}

/// Returns a person with every optional member.
pub fn whole_person() -> Value {
    let mut body = person();
    body["external_id"] = format!("crm-{}", unique_number()).into();
    body["metadata"] = json!({"segment": "retail", "note": ""});
    body
}

/// Returns a unique email.
pub fn unique_email() -> Value {
    format!("james.okafor+{}@example.com", unique_number()).into()
}

/// Returns the body with a value at the pointer, which is added if it does not exist.
#[track_caller]
pub fn with(mut body: Value, pointer: &str, value: impl Into<Value>) -> Value {
    let (object, name) = place(&mut body, pointer);
    object.insert(name, value.into());
    body
}

/// Returns the body without the member at the pointer.
#[track_caller]
pub fn without(mut body: Value, pointer: &str) -> Value {
    let (object, name) = place(&mut body, pointer);
    object.remove(&name);
    body
}

/// Returns the body as text with a duplicate of the member at the pointer, with the given value, at the end of its
/// object.
#[track_caller]
pub fn with_repeated(body: &Value, pointer: &str, value: &Value) -> String {
    const MARK: &str = "~repeated~";
    let (_, name) = pointer.rsplit_once('/').expect("a pointer to a member");
    let object = pointer.strip_suffix(name).expect("the name is its end");
    let marked = with(body.clone(), &format!("{object}{MARK}"), value.clone());
    marked.to_string().replace(MARK, name)
}

#[track_caller]
fn place<'body>(body: &'body mut Value, pointer: &str) -> (&'body mut Map<String, Value>, String) {
    let (object, name) = pointer.rsplit_once('/').expect("a pointer to a member");
    let object = body
        .pointer_mut(object)
        .and_then(Value::as_object_mut)
        .unwrap_or_else(|| panic!("no object at {object}"));
    (object, name.replace("~1", "/").replace("~0", "~"))
}
