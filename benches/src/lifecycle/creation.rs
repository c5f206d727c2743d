//! Bodies of creates for a store with many customers.
//!
//! The email, phone number and reference of a new customer are sorted next to those of an existing one.
//! Each create therefore writes to an index page that no recent create has used.

/// Returns a body whose email, phone number and reference sort next to those of the customer `near`. The
/// email and reference are different for each step.
pub(super) fn of_new_customer(near: usize, step: usize) -> String {
    let email = format!("james.{near}.{step}@example.com");
    body(&email, near, Some(&format!("account-{near}-{step}")))
}

/// Returns a body with the email of the customer `holder`.
pub(super) fn with_email_of(holder: usize) -> String {
    body(&format!("james.{holder}@example.com"), holder, None)
}

fn body(email: &str, near: usize, external_id: Option<&str>) -> String {
    let external_id = external_id.map_or(String::new(), |id| format!(r#","external_id":"{id}""#));
    format!(
        r#"{{"first_name":"James","last_name":"Okafor","email":"{email}","phone":"+234803{near:07}","type":"individual","billing_address":{{"line1":"123 Test Lane","line2":"Suite 456","city":"Lagos","state":"Lagos","zip_code":"100001","country":"NG"}}{external_id}}}"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_customers_near_the_same_customer_have_different_unique_values() {
        let one = of_new_customer(77, 1);
        assert!(one.contains(r#""email":"james.77.1@example.com","phone":"+2348030000077""#));
        assert!(one.ends_with(r#"},"external_id":"account-77-1"}"#));
        let other = of_new_customer(77, 2);
        assert!(!other.contains("james.77.1@") && !other.contains("account-77-1\""));
    }

    #[test]
    fn a_conflicting_body_has_the_email_of_an_existing_customer() {
        let body = with_email_of(77);
        assert!(body.contains(r#""email":"james.77@example.com""#));
        assert!(!body.contains("external_id"));
    }
}
