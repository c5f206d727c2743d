use customers_domain::Version;
use customers_use_cases::ExpectedVersion;

/// The version of a customer that `If-Match` names.
pub(super) fn expected_version(number: Option<u32>) -> ExpectedVersion {
    number
        .and_then(Version::from_number)
        .map_or(ExpectedVersion::Impossible, ExpectedVersion::Exactly)
}
