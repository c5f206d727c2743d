//! Values of flags that are more than a number or a word.

use std::num::NonZeroUsize;

use customers_domain::{CustomerType, KycPolicy, Parse as _, TenantName};
use thiserror::Error;

/// The text does not say which types of customer are verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("expected individual, business, both with a comma between them, or none")]
pub(crate) struct InvalidKycPolicy;

/// Reads the types of customer that are verified, or `none`.
///
/// # Errors
/// When the list is empty or names anything else.
pub(crate) fn kyc_policy(text: &str) -> Result<KycPolicy, InvalidKycPolicy> {
    if text == "none" {
        return Ok(KycPolicy::verifying(&[]));
    }
    let types: Result<Vec<CustomerType>, _> = text.split(',').map(CustomerType::parse).collect();
    types
        .map(|types| KycPolicy::verifying(&types))
        .map_err(|_| InvalidKycPolicy)
}

/// Reads the name of a tenant.
///
/// # Errors
/// The rule that the name breaks, in words.
pub(crate) fn tenant_name(text: &str) -> Result<TenantName, String> {
    TenantName::parse(text).map_err(|fault| format!("the name of a tenant {fault}"))
}

/// Writes are kept to three quarters of the connections, and reads must find one as well.
const MIN_DATABASE_CONNECTIONS: usize = 4;

/// Reads the number of connections to the database.
///
/// # Errors
/// When it is not a number of at least 4.
pub(crate) fn database_connections(text: &str) -> Result<NonZeroUsize, String> {
    let number = text.parse().ok();
    number
        .filter(|number: &NonZeroUsize| number.get() >= MIN_DATABASE_CONNECTIONS)
        .ok_or_else(|| format!("must be a number of at least {MIN_DATABASE_CONNECTIONS}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_verified_types_are_a_list_or_none() {
        use CustomerType::{Business, Individual};
        let table: [(&str, &[CustomerType]); 5] = [
            ("none", &[]),
            ("individual", &[Individual]),
            ("business", &[Business]),
            ("individual,business", &[Individual, Business]),
            ("business,individual", &[Individual, Business]),
        ];
        for (text, types) in table {
            assert_eq!(kyc_policy(text), Ok(KycPolicy::verifying(types)), "{text}");
        }
    }

    #[test]
    fn an_empty_list_and_unknown_types_are_refused() {
        for bad in [
            "",
            ",",
            "individual,",
            "none,individual",
            "individual, business",
            "person",
        ] {
            assert_eq!(kyc_policy(bad), Err(InvalidKycPolicy), "{bad:?}");
        }
    }

    #[test]
    fn the_name_of_a_tenant_is_trimmed_and_never_blank() {
        assert_eq!(
            tenant_name(" acme ").map(|name| name.expose().to_owned()),
            Ok("acme".to_owned())
        );
        assert_eq!(
            tenant_name(" "),
            Err("the name of a tenant must not be blank".to_owned())
        );
    }
}
