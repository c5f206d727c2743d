use customers_test_support::builders::{parse, profile};
use serde_json::{Value, json};

use super::*;

fn written(profile: &Profile, reason: Option<&Reason>) -> Vec<u8> {
    let mut text = Vec::new();
    write(&ProfileForm::of(profile, reason), &mut text).unwrap();
    text
}

fn clear(profile: &Profile) -> Clear {
    Clear {
        customer_type: profile.customer_type,
        country: profile.billing_address.country,
        external_id: profile.external_id.clone(),
    }
}

fn read_back(text: &[u8], profile: &Profile) -> (Profile, Option<Reason>) {
    let form: ProfileForm<'_> = read(text).unwrap();
    form.into_parts(clear(profile))
}

/// The value with these members besides its own.
fn with_members(text: &[u8], members: &Value) -> Vec<u8> {
    let mut value: Value = serde_json::from_slice(text).unwrap();
    let members = members.as_object().unwrap().clone();
    value.as_object_mut().unwrap().extend(members);
    serde_json::to_vec(&value).unwrap()
}

#[test]
fn a_profile_and_a_reason_are_read_back_as_they_were() {
    let profile = profile();
    let reason: Reason = parse("\"quoted\" \\ \u{1f600} und \u{fc}");
    for reason in [Some(reason), None] {
        let text = written(&profile, reason.as_ref());
        assert_eq!(read_back(&text, &profile), (profile.clone(), reason));
    }
}

#[test]
fn members_of_a_newer_program_are_ignored_by_a_reader() {
    let profile = profile();
    let newer = with_members(
        &written(&profile, None),
        &json!({"zz": {"a": [1]}, "y": null}),
    );
    assert_eq!(read_back(&newer, &profile), (profile, None));
}

#[test]
fn members_of_a_newer_program_are_carried_on_by_an_edit() {
    let before = profile();
    let unknown = json!({
        "zz": {"nested": [1, "two"]}, "y": null, "\u{fc}\"": "quoted \"", "n": 3
    });
    let newer = with_members(&written(&before, Some(&parse("why"))), &unknown);
    let after = Profile {
        first_name: parse("Augusta"),
        ..before
    };
    let mut text = Vec::new();
    write_over(&newer, &ProfileForm::of(&after, None), &mut text).unwrap();
    assert_eq!(read_back(&text, &after), (after.clone(), None));
    let expected = with_members(&written(&after, None), &unknown);
    let [edited, expected] = [text, expected].map(|text| serde_json::from_slice::<Value>(&text));
    assert_eq!(edited.unwrap(), expected.unwrap());
}

#[test]
fn a_member_that_an_edit_removes_does_not_come_back() {
    let mut before = profile();
    before.billing_address.line2 = Some(parse("Floor 2"));
    let earlier = written(&before, Some(&parse("why")));
    let mut after = before.clone();
    after.billing_address.line2 = None;
    let mut text = Vec::new();
    write_over(&earlier, &ProfileForm::of(&after, None), &mut text).unwrap();
    assert_eq!(read_back(&text, &after), (after.clone(), None));
}

#[test]
fn a_number_of_a_newer_program_keeps_every_digit() {
    let profile = profile();
    let text = written(&profile, None);
    let newer = [
        &text[..text.len() - 1],
        br#","big":12345678901234567890.123456789}"#,
    ]
    .concat();
    let mut edited = Vec::new();
    write_over(&newer, &ProfileForm::of(&profile, None), &mut edited).unwrap();
    assert!(edited.ends_with(br#","big":12345678901234567890.123456789}"#));
}
