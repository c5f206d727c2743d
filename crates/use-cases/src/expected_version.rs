use customers_domain::{Customer, Version};

/// The version that a caller wants to change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpectedVersion {
    /// This one.
    Exactly(Version),
    /// One that no customer has: the caller named something that is not a version.
    Impossible,
}

impl ExpectedVersion {
    /// Whether the customer is in the version that the caller wants to change.
    pub(crate) fn is_that_of(self, customer: &Customer) -> bool {
        self == Self::Exactly(customer.version())
    }
}
