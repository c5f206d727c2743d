//! The values of a create: accepted values, their stored form, and refused values.

use customers_tests::{TestApp, bodies};
use serde_json::{Value, json};

/// Members that must not be blank.
const TEXTS: [&str; 12] = [
    "/first_name",
    "/last_name",
    "/email",
    "/phone",
    "/type",
    "/external_id",
    "/billing_address/line1",
    "/billing_address/line2",
    "/billing_address/city",
    "/billing_address/state",
    "/billing_address/zip_code",
    "/billing_address/country",
];

/// Free-text members, each with its maximum number of code points.
pub(crate) const WORDS: [(&str, usize); 6] = [
    ("/first_name", 100),
    ("/last_name", 100),
    ("/billing_address/line1", 200),
    ("/billing_address/line2", 200),
    ("/billing_address/city", 100),
    ("/billing_address/state", 100),
];

/// Panics unless a create with the value is refused with the code.
pub(crate) async fn refused(app: &TestApp, pointer: &str, value: &str, code: &str) {
    let answer = app
        .refused(&bodies::with(bodies::person(), pointer, value))
        .await;
    assert_eq!(answer.status, 422, "{pointer} {}", value.escape_debug());
    answer.assert_errors("invalid_fields", &[(pointer, code)]);
}

/// Panics unless a create with the value succeeds and the value is stored in the given form.
pub(crate) async fn kept(app: &TestApp, pointer: &str, value: &str, form: &str) {
    let answer = app
        .refused(&bodies::with(bodies::person(), pointer, value))
        .await;
    assert_eq!(answer.status, 201, "{pointer} {value:?}: {}", answer.text());
    let customer = app
        .send(app.get(&format!("/customers/{}", answer.id())))
        .await;
    let seen = customer.json()["data"].pointer(pointer).cloned();
    assert_eq!(seen, Some(json!(form)), "{pointer} {value:?}");
}

pub async fn a_blank_value_is_blank_in_every_field(app: TestApp) {
    for pointer in TEXTS {
        for blank in ["", " ", " \t\n ", "\u{3000}\u{a0}\u{2028}"] {
            refused(&app, pointer, blank, "blank").await;
        }
    }
}

pub async fn an_email_is_an_ascii_address_at_a_dotted_host(app: TestApp) {
    let local = "a".repeat(64);
    let host = format!("{0}.{0}.{1}.example", "c".repeat(63), "d".repeat(53));
    let whole = format!("{local}@{}", &host[host.len() - 189..]);
    assert_eq!(whole.len(), 254);
    let longest_local = format!("{local}@example.com");
    for good in [
        "Ada.L+kyc@example.com",
        "o'brien@a-b.example.com",
        "x@1.example",
        &whole,
        &longest_local,
    ] {
        kept(&app, "/email", good, good).await;
    }
    kept(
        &app,
        "/email",
        "Ada.Upper@Example.COM",
        "Ada.Upper@example.com",
    )
    .await;
    let long_local = format!("a{local}@example.com");
    let long_whole = format!("{whole}e");
    let long_label = format!("a@{}.example", "b".repeat(64));
    for bad in [
        "ada",
        "@example.com",
        "ada@",
        "ada@localhost",
        "a@b@example.com",
        ".a@example.com",
        "a.@example.com",
        "a..b@example.com",
        "\"a b\"@example.com",
        "a b@example.com",
        " ada@example.com",
        "ada@example.com ",
        "ada@[127.0.0.1]",
        "ada@127.0.0.1",
        "ada@example.1",
        "ada@-x.example",
        "ada@x-.example",
        "ada@a_b.example",
        "ada@example..com",
        "ada@example.com.",
        "ad\u{e1}@example.com",
        "ada@b\u{fc}cher.example",
        "ada(c)@example.com",
        "ada@example.com\u{0}",
        "a\u{0}@example.com",
        &long_local,
        &long_whole,
        &long_label,
    ] {
        refused(&app, "/email", bad, "invalid_email").await;
    }
}

pub async fn a_phone_number_is_valid_in_its_plan_and_stored_as_e164(app: TestApp) {
    for good in [
        "+2348012345678",
        "+234 801 234 5678",
        "+234-801-234-5678",
        "+234.801.234.5678",
        "+234 (801) 234 5678",
    ] {
        kept(&app, "/phone", good, "+2348012345678").await;
    }
    for bad in [
        "08012345678",
        "2348012345678",
        "002348012345678",
        "+",
        "+1",
        "+999999999999",
        "+23480123456789012",
        " +2348012345678",
        "+2348012345678 ",
        "+2348012345678 ext 5",
        "+2348012345678;ext=5",
        "+23480CALLNOW",
        "+\u{662}\u{663}\u{664}8012345678",
        "+234\u{200b}8012345678",
        "tel:+2348012345678",
        "++2348012345678",
        "+2348012345678\u{0}",
        "+1 555 0100",
        "\u{ff0b}2348012345678",
    ] {
        refused(&app, "/phone", bad, "invalid_phone").await;
    }
}

pub async fn a_customer_type_is_individual_or_business(app: TestApp) {
    kept(&app, "/type", "individual", "individual").await;
    kept(&app, "/type", "business", "business").await;
    for bad in [
        "Individual",
        "BUSINESS",
        "individual ",
        " business",
        "company",
        "0",
        "individual\u{0}",
    ] {
        refused(&app, "/type", bad, "unknown_type").await;
    }
}

pub async fn a_zip_code_is_letters_digits_spaces_and_hyphens(app: TestApp) {
    let pointer = "/billing_address/zip_code";
    kept(&app, pointer, " EC1A 1BB\t", "EC1A 1BB").await;
    kept(&app, pointer, "12345-6789", "12345-6789").await;
    kept(&app, pointer, &"1".repeat(16), &"1".repeat(16)).await;
    refused(&app, pointer, &"1".repeat(17), "too_long").await;
    refused(&app, pointer, &"_".repeat(17), "too_long").await;
    for bad in [
        "1_2",
        "-",
        "- -",
        "\u{661}\u{662}",
        "1\t2",
        "1\u{0}",
        "\u{e9}1",
        "12,3",
    ] {
        refused(&app, pointer, bad, "invalid_zip_code").await;
    }
}

pub async fn a_country_is_an_assigned_code_in_upper_case(app: TestApp) {
    let pointer = "/billing_address/country";
    for good in ["NG", "GB", "SS", "AX"] {
        kept(&app, pointer, good, good).await;
    }
    for bad in [
        "ng", "Ng", "UK", "EU", "XK", "ZZ", "AA", "NGA", "N", " NG", "NG ", "566", "N\u{0}",
    ] {
        refused(&app, pointer, bad, "unknown_country").await;
    }
}

pub async fn an_external_id_is_printable_ascii_and_kept_as_sent(app: TestApp) {
    let pointer = "/external_id";
    let longest = "x".repeat(255);
    for good in ["crm-4711", " padded ", "~", &longest] {
        kept(&app, pointer, good, good).await;
    }
    refused(&app, pointer, &"x".repeat(256), "too_long").await;
    refused(&app, pointer, &"\u{e9}".repeat(256), "too_long").await;
    for bad in ["caf\u{e9}", "a\tb", "a\nb", "a\u{0}", "a\u{7f}"] {
        refused(&app, pointer, bad, "invalid_external_id").await;
    }
}

pub async fn a_nul_character_in_any_field_is_refused(app: TestApp) {
    let mut body = bodies::whole_person();
    for pointer in TEXTS {
        body = bodies::with(body, pointer, "a\u{0}b");
    }
    body["metadata"] = json!({"value": "a\u{0}b", "na\u{0}me": "x"});
    let answer = app.refused(&body).await;
    let words = WORDS.map(|(pointer, _)| (pointer, "invalid_character"));
    let others = [
        ("/email", "invalid_email"),
        ("/phone", "invalid_phone"),
        ("/type", "unknown_type"),
        ("/external_id", "invalid_external_id"),
        ("/billing_address/zip_code", "invalid_zip_code"),
        ("/billing_address/country", "unknown_country"),
        ("/metadata/value", "invalid_metadata"),
        ("/metadata/na\u{0}me", "invalid_metadata"),
    ];
    answer.assert_errors("invalid_fields", &[&words[..], &others].concat());
}

pub async fn all_invalid_values_are_reported_together(app: TestApp) {
    let mut body = bodies::whole_person();
    let blank: Vec<(&str, &str)> = TEXTS.iter().map(|pointer| (*pointer, "blank")).collect();
    for pointer in TEXTS {
        body = bodies::with(body, pointer, "");
    }
    body["metadata"] = json!({"": "x", "fine": "x"});
    let answer = app.refused(&body).await;
    answer.assert_errors(
        "invalid_fields",
        &[&blank[..], &[("/metadata/", "invalid_metadata")]].concat(),
    );
}

pub async fn errors_do_not_repeat_client_input(app: TestApp) {
    let planted = |n: usize| format!("zqplanted{n}");
    let mut values = bodies::whole_person();
    for (n, pointer) in TEXTS.iter().enumerate() {
        values = bodies::with(values, pointer, format!("\u{1}{}", planted(n)).repeat(30));
    }
    values["metadata"] = json!({"note": format!("{}\u{0}", planted(99))});
    let mut shape = bodies::whole_person();
    for (n, pointer) in TEXTS.iter().enumerate() {
        shape = bodies::with(shape, pointer, json!([planted(n)]));
    }
    shape["extra"] = json!(planted(98));
    for body in [values, shape, json!(planted(1)), json!([planted(2)])] {
        let call = app
            .post(&body)
            .once("zqplanted-key")
            .header("accept", "*/*");
        let answer = app.send(call).await;
        assert!(answer.status == 400 || answer.status == 422);
        assert!(!answer.text().contains("zqplanted"), "{}", answer.text());
        assert!(!answer.text().contains(app.key()), "{}", answer.text());
    }
    let cut = app.post(&Value::Null).bytes("{\"zqplanted\":\"zqplanted");
    assert!(!app.send(cut).await.text().contains("zqplanted"));
}
