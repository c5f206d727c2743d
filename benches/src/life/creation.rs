//! Customers that are created where many are there already: near any of them, so that what is unique of
//! them, and their phone number, go to a place of the index that nothing else has come to lately.

/// The body of a new customer's creation, with an email, a phone number and a reference of its own that
/// are sorted next to those of the customer `near`. No two steps make the same one.
pub(super) fn of_a_new_one(near: usize, step: usize) -> String {
    let email = format!("james.{near}.{step}@example.com");
    body(&email, near, Some(&format!("account-{near}-{step}")))
}

/// The body of a creation that wants the email of the customer `holder`.
pub(super) fn of_one_whose_email_is_taken(holder: usize) -> String {
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
    fn two_new_ones_near_the_same_customer_share_nothing_that_is_unique() {
        let one = of_a_new_one(77, 1);
        assert!(one.contains(r#""email":"james.77.1@example.com","phone":"+2348030000077""#));
        assert!(one.ends_with(r#"},"external_id":"account-77-1"}"#));
        let other = of_a_new_one(77, 2);
        assert!(!other.contains("james.77.1@") && !other.contains("account-77-1\""));
    }

    #[test]
    fn a_taken_email_is_that_of_a_customer_from_the_start() {
        let body = of_one_whose_email_is_taken(77);
        assert!(body.contains(r#""email":"james.77@example.com""#));
        assert!(!body.contains("external_id"));
    }
}
