//! Parsers for values of flags.

use std::num::NonZeroUsize;

use customers_domain::{CustomerType, KycPolicy, Parse as _, RetentionPeriod, TenantName};
use thiserror::Error;

use crate::duration;

/// The text is not a list of customer types or `none`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be individual, business, individual,business or none")]
pub(crate) struct InvalidKycPolicy;

/// Parses the customer types that are verified, or `none`.
///
/// # Errors
/// Returns an error if the list is empty or contains anything else.
pub(crate) fn kyc_policy(text: &str) -> Result<KycPolicy, InvalidKycPolicy> {
    if text == "none" {
        return Ok(KycPolicy::verifying(&[]));
    }
    let types: Result<Vec<CustomerType>, _> = text.split(',').map(CustomerType::parse).collect();
    types
        .map(|types| KycPolicy::verifying(&types))
        .map_err(|_| InvalidKycPolicy)
}

/// Parses a retention period.
///
/// # Errors
/// Returns an error if the text is not a duration, or if it exceeds [`RetentionPeriod::MAX_DAYS`].
pub(crate) fn retention_period(text: &str) -> Result<RetentionPeriod, String> {
    let duration = duration::parse(text).map_err(|invalid| invalid.to_string())?;
    RetentionPeriod::new(duration)
        .ok_or_else(|| format!("must be at most {}d", RetentionPeriod::MAX_DAYS))
}

/// Parses the name of a tenant.
///
/// # Errors
/// Returns the rule that the name breaks.
pub(crate) fn tenant_name(text: &str) -> Result<TenantName, String> {
    TenantName::parse(text).map_err(|fault| format!("the tenant name {fault}"))
}

/// Minimum number of connections: writes use at most three quarters of them, and reads need at least one.
const MIN_DATABASE_CONNECTIONS: usize = 4;

/// Parses the number of database connections.
///
/// # Errors
/// Returns an error unless it is a number of at least 4.
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
    fn a_list_of_types_or_none_is_accepted() {
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
    fn a_retention_period_is_a_duration_of_at_most_a_hundred_years() {
        assert!(retention_period("36500d").is_ok());
        assert_eq!(retention_period("0s"), Ok(RetentionPeriod::NONE));
        let too_long = Err("must be at most 36500d".to_owned());
        assert_eq!(retention_period("36501d"), too_long);
        assert!(retention_period("a year").is_err());
    }

    #[test]
    fn a_tenant_name_is_trimmed_and_must_not_be_blank() {
        assert_eq!(
            tenant_name(" acme ").map(|name| name.expose().to_owned()),
            Ok("acme".to_owned())
        );
        assert_eq!(
            tenant_name(" "),
            Err("the tenant name must not be blank".to_owned())
        );
    }
}
