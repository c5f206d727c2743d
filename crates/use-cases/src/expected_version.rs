use customers_domain::{Customer, Version};

/// The version of a customer that a client expects to change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpectedVersion {
    /// The given version.
    Exactly(Version),
    /// No customer has it, because the client sent a value that is not a version.
    Impossible,
}

impl ExpectedVersion {
    /// Returns whether the customer has the expected version.
    pub(crate) fn is_that_of(self, customer: &Customer) -> bool {
        self == Self::Exactly(customer.version())
    }
}
