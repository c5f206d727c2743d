use crate::fault::{Fault, Parse, refuse_blank};
use crate::personal::Personal;

/// RFC 5321 section 4.5.3.1.1, in bytes.
const LOCAL_MAX: usize = 64;
/// RFC 5321 section 4.5.3.1.3, without the angle brackets of a path, in bytes.
const ADDRESS_MAX: usize = 254;
/// RFC 1035 section 2.3.4, in bytes.
const LABEL_MAX: usize = 63;

/// An email address: the ASCII dot-atom form of RFC 5322's addr-spec with a dotted host name.
///
/// Parsing lower-cases the domain and keeps the local part unchanged. Uniqueness compares
/// [`EmailAddress::key`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmailAddress(Personal<String>);

impl EmailAddress {
    /// Rebuilds a stored value that [`Parse::parse`] accepted earlier.
    pub const fn from_stored(address: String) -> Self {
        Self(Personal::new(address))
    }

    /// Returns the address.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// Returns the key that uniqueness compares: the whole address in ASCII lower case.
    pub fn key(&self) -> Personal<String> {
        Personal::new(self.0.expose().to_ascii_lowercase())
    }
}

impl Parse for EmailAddress {
    type Fault = Fault;

    fn parse(raw: &str) -> Result<Self, Fault> {
        refuse_blank(raw)?;
        let (local, domain) = raw.rsplit_once('@').ok_or(Fault::InvalidEmail)?;
        if raw.len() > ADDRESS_MAX || !is_local_part(local) || !is_host_name(domain) {
            return Err(Fault::InvalidEmail);
        }
        Ok(Self::from_stored(format!(
            "{local}@{}",
            domain.to_ascii_lowercase()
        )))
    }
}

fn is_local_part(local: &str) -> bool {
    local.len() <= LOCAL_MAX
        && local
            .split('.')
            .all(|atom| !atom.is_empty() && atom.bytes().all(is_atext))
}

/// `atext` of RFC 5322 section 3.2.3.
const fn is_atext(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'-'
                | b'/'
                | b'='
                | b'?'
                | b'^'
                | b'_'
                | b'`'
                | b'{'
                | b'|'
                | b'}'
                | b'~'
        )
}

fn is_host_name(domain: &str) -> bool {
    let Some((_, last)) = domain.rsplit_once('.') else {
        return false;
    };
    domain.split('.').all(is_label) && !last.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_label(label: &str) -> bool {
    (1..=LABEL_MAX).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn common_addresses_are_accepted() {
        for good in [
            "ada@example.com",
            "ada.lovelace+kyc@mail.example.com",
            "o'brien@example.com",
            "x@1.example",
            "!#$%&'*+-/=?^_`{|}~@example.com",
            "a@xn--bcher-kva.example",
        ] {
            assert!(EmailAddress::parse(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn other_forms_are_refused() {
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
            "ada@exa_mple.com",
            "ada@example..com",
            "ada@example.com.",
            "ada@.example.com",
            "ad\u{e1}@example.com",
            "ada@ex\u{e1}mple.com",
            "ada(c)@example.com",
            "Ada <ada@example.com>",
            "ada@example.com\u{0}",
            "ada@example.com\r\nBcc: x@example.com",
        ] {
            assert_eq!(
                EmailAddress::parse(bad),
                Err(Fault::InvalidEmail),
                "{bad:?}"
            );
        }
        assert_eq!(EmailAddress::parse(" \t"), Err(Fault::Blank));
    }

    #[test]
    fn lengths_are_limited_by_rfc_5321_and_rfc_1035() {
        let local = |n: usize| format!("{}@example.com", "a".repeat(n));
        assert!(EmailAddress::parse(&local(64)).is_ok());
        assert_eq!(EmailAddress::parse(&local(65)), Err(Fault::InvalidEmail));
        let label = |n: usize| format!("a@{}.example", "b".repeat(n));
        assert!(EmailAddress::parse(&label(63)).is_ok());
        assert_eq!(EmailAddress::parse(&label(64)), Err(Fault::InvalidEmail));
        let whole = |n: usize| {
            let domain = format!("{0}.{0}.{0}.example", "c".repeat(60));
            format!("{}@{domain}", "a".repeat(n - domain.len() - 1))
        };
        assert!(EmailAddress::parse(&whole(254)).is_ok());
        assert_eq!(EmailAddress::parse(&whole(255)), Err(Fault::InvalidEmail));
    }

    #[test]
    fn parsing_lower_cases_the_domain_and_the_key_lower_cases_the_whole_address() {
        let Ok(email) = EmailAddress::parse("Ada.L@Example.COM") else {
            panic!("refused");
        };
        assert_eq!(email.expose(), "Ada.L@example.com");
        assert_eq!(email.key().expose(), "ada.l@example.com");
    }

    proptest! {
        #[test]
        fn parsing_is_idempotent_and_never_panics(raw in "\\PC{0,80}|[a-z.@-]{0,80}") {
            if let Ok(email) = EmailAddress::parse(&raw) {
                prop_assert_eq!(EmailAddress::parse(email.expose()), Ok(email.clone()));
            }
        }
    }
}
