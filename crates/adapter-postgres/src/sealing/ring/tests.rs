use std::array;

use customers_domain::{DecisionId, Parse as _, Version};

use super::*;
use crate::sealing::cipher::Slot;

const TENANT: TenantId = TenantId::from_uuid(Uuid::from_u128(1));
const CUSTOMER: CustomerId = CustomerId::from_uuid(Uuid::from_u128(2));
const SALT: Salt = Salt(Uuid::from_u128(3));

fn secret(byte: u8) -> SecretKey {
    SecretKey::from_slice(&[byte; 32]).unwrap()
}

/// A ring with an index key and sealing keys of these numbers, of which some are retired.
fn ring_of(tenant: TenantId, keys: &[(u32, bool)]) -> KeyRing {
    let sealing = keys.iter().map(|&(number, retired)| {
        let byte = u8::try_from(number).unwrap();
        TenantKey::sealing(number, retired, &secret(byte))
    });
    let index = [TenantKey::index(&secret(200))];
    KeyRing::new(tenant, sealing.chain(index)).unwrap()
}

fn ring() -> KeyRing {
    ring_of(TENANT, &[(1, false)])
}

const fn place(slot: Slot<'_>) -> Place<'_> {
    Place {
        tenant: TENANT,
        customer: CUSTOMER,
        slot,
    }
}

fn version(number: u32) -> Version {
    Version::from_number(number).unwrap()
}

fn sealed(ring: &KeyRing, place: Place<'_>, text: &[u8]) -> Vec<u8> {
    let key = ring.customer_key(place.customer, SALT);
    let sealed = key.seal(place, |into| {
        into.extend_from_slice(text);
        Ok(())
    });
    sealed.unwrap()
}

#[test]
fn a_sealed_value_opens_where_it_was_sealed() {
    let ring = ring();
    let decision = DecisionId::parse("d-1").unwrap();
    for slot in [
        Slot::Profile(version(7)),
        Slot::Reason(version(7)),
        Slot::Decision(&decision),
    ] {
        for text in [b"".as_slice(), b"Ada", &[7; 2_000]] {
            let sealed = sealed(&ring, place(slot), text);
            assert_eq!(sealed.len(), text.len() + 33);
            assert_eq!(ring.open(place(slot), SALT, &sealed).as_deref(), Ok(text));
        }
    }
}

#[test]
fn two_seals_of_one_value_have_nothing_in_common() {
    let (ring, place) = (ring(), place(Slot::Profile(version(1))));
    let seals: [Vec<u8>; 2] = array::from_fn(|_| sealed(&ring, place, &[0; 64]));
    assert_ne!(seals[0][5..17], seals[1][5..17], "nonce");
    assert_ne!(seals[0][17..81], seals[1][17..81], "ciphertext");
}

#[test]
fn a_value_opens_in_no_other_place() {
    let ring = ring();
    let decision = DecisionId::parse("d-1").unwrap();
    let here = place(Slot::Reason(version(7)));
    let value = sealed(&ring, here, b"secret");
    let other_decision = DecisionId::parse("d-2").unwrap();
    for elsewhere in [
        place(Slot::Reason(version(8))),
        place(Slot::Profile(version(7))),
        place(Slot::Decision(&decision)),
        Place {
            customer: CustomerId::from_uuid(Uuid::from_u128(4)),
            ..here
        },
        Place {
            tenant: TenantId::from_uuid(Uuid::from_u128(4)),
            ..here
        },
    ] {
        assert_eq!(ring.open(elsewhere, SALT, &value), Err(Unopened::Rejected));
    }
    let other_salt = Salt(Uuid::from_u128(4));
    assert_eq!(ring.open(here, other_salt, &value), Err(Unopened::Rejected));
    let other_tenant = ring_of(TenantId::from_uuid(Uuid::from_u128(9)), &[(1, false)]);
    assert_eq!(
        other_tenant.open(here, SALT, &value),
        Err(Unopened::Rejected)
    );

    let decided = sealed(&ring, place(Slot::Decision(&decision)), b"secret");
    let moved = ring.open(place(Slot::Decision(&other_decision)), SALT, &decided);
    assert_eq!(moved, Err(Unopened::Rejected));
}

#[test]
fn a_value_that_was_altered_or_cut_does_not_open() {
    let (ring, place) = (ring(), place(Slot::Profile(version(1))));
    let value = sealed(&ring, place, b"secret");
    for position in 0..value.len() {
        for bit in 0..8 {
            let mut altered = value.clone();
            altered[position] ^= 1 << bit;
            assert!(
                ring.open(place, SALT, &altered).is_err(),
                "{position}.{bit}"
            );
        }
        let cut = ring.open(place, SALT, &value[..position]);
        assert_eq!(cut, Err(Unopened::Rejected), "{position}");
    }
    let longer = [&value[..], &[0]].concat();
    assert_eq!(ring.open(place, SALT, &longer), Err(Unopened::Rejected));
}

#[test]
fn the_newest_key_that_is_not_retired_seals_and_all_of_them_open() {
    let place = place(Slot::Profile(version(1)));
    let before = sealed(&ring(), place, b"secret");
    let rotated = ring_of(TENANT, &[(1, true), (2, false), (3, true)]);
    assert_eq!(
        rotated.open(place, SALT, &before).as_deref(),
        Ok(&b"secret"[..])
    );
    let after = sealed(&rotated, place, b"secret");
    assert_eq!(after[1..5], 2_u32.to_be_bytes());
    assert_eq!(
        ring().open(place, SALT, &after),
        Err(Unopened::UnknownKey(2))
    );
    let only_retired = [
        TenantKey::sealing(1, true, &secret(1)),
        TenantKey::index(&secret(2)),
    ];
    assert!(KeyRing::new(TENANT, only_retired).is_none());
}

#[test]
fn digests_are_equal_for_equal_values_of_one_tenant_alone() {
    let ring = ring();
    let email = |text| ring.email_digest(&EmailAddress::parse(text).unwrap());
    assert_eq!(email("Ada@example.com"), email("ada@EXAMPLE.com"));
    assert_ne!(email("ada@example.com"), email("bob@example.com"));

    let phone = PhoneNumber::parse("+49 30 901820").unwrap();
    let same = PhoneNumber::parse("+4930901820").unwrap();
    assert_eq!(ring.phone_digest(&phone), ring.phone_digest(&same));
    let keys = [
        TenantKey::sealing(1, false, &secret(1)),
        TenantKey::index(&secret(201)),
    ];
    let other = KeyRing::new(TENANT, keys).unwrap();
    assert_ne!(ring.phone_digest(&phone), other.phone_digest(&phone));
}

#[test]
fn an_email_and_a_phone_number_of_one_text_have_two_digests() {
    let ring = ring();
    assert_ne!(ring.digest(EMAIL, "x"), ring.digest(PHONE, "x"));
}

#[test]
fn debug_shows_no_key() {
    let ring = ring_of(TENANT, &[(77, false)]);
    let key = ring.customer_key(CUSTOMER, SALT);
    let shown = format!("{ring:?} {key:?}");
    assert!(!shown.contains("77, 77"), "{shown}");
    assert!(!shown.contains("4d4d"), "{shown}");
}
