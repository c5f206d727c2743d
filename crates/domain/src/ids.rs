use std::fmt;

use uuid::{Uuid, Version, fmt::Hyphenated};

/// Parses the canonical spelling of an id: a version 7 UUID in lower case with hyphens. Modules use it for their own
/// ids, so that all ids have the same form.
pub fn parse_canonical_uuid(text: &str) -> Option<Uuid> {
    let id = Uuid::try_parse(text).ok()?;
    let spelling = Hyphenated::from_uuid(id);
    let canonical = spelling.encode_lower(&mut Uuid::encode_buffer()) == text;
    (canonical && id.get_version() == Some(Version::SortRand)).then_some(id)
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a UUID from an id generator or a store.
            pub const fn from_uuid(id: Uuid) -> Self {
                Self(id)
            }

            /// Returns the UUID.
            pub const fn as_uuid(self) -> Uuid {
                self.0
            }

            /// Parses a version 7 UUID in its canonical spelling: lower case and hyphenated. Returns `None`
            /// for any other text.
            pub fn from_canonical(text: &str) -> Option<Self> {
                parse_canonical_uuid(text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }
    };
}

id!(
    /// Id of a customer: a version 7 UUID (RFC 9562) with the time of the customer's `created_at`.
    ///
    /// The order of ids is the order of creation, to the millisecond.
    CustomerId
);
id!(
    /// Id of a tenant.
    TenantId
);
id!(
    /// Id of a change of a customer, and of the event for that change.
    ChangeId
);
id!(
    /// Id of an event. The event for a change of a customer has the id of the change.
    EventId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_canonical_spelling_of_a_version_7_uuid_is_an_id() {
        let canonical = "01890a5d-ac96-774b-bcce-b302099a8057";
        assert_eq!(
            CustomerId::from_canonical(canonical).map(|id| id.to_string()),
            Some(canonical.to_owned())
        );
        for bad in [
            "01890A5D-AC96-774B-BCCE-B302099A8057",
            "01890a5dac96774bbcceb302099a8057",
            "{01890a5d-ac96-774b-bcce-b302099a8057}",
            "urn:uuid:01890a5d-ac96-774b-bcce-b302099a8057",
            "7da75a46-a1bc-11ee-9a32-560f156a658b",
            "00000000-0000-0000-0000-000000000000",
            "01890a5d%2Dac96-774b-bcce-b302099a8057",
            "",
        ] {
            assert_eq!(CustomerId::from_canonical(bad), None, "{bad}");
        }
    }
}
