use crate::customer_type::CustomerType;
use crate::status::CustomerStatus;

/// The customer types that a deployment verifies before they become active.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KycPolicy {
    individual: bool,
    business: bool,
}

impl KycPolicy {
    /// Creates a policy that verifies the given types.
    pub fn verifying(types: &[CustomerType]) -> Self {
        Self {
            individual: types.contains(&CustomerType::Individual),
            business: types.contains(&CustomerType::Business),
        }
    }

    /// Returns the initial status of a customer of this type.
    pub const fn first_status(&self, customer_type: CustomerType) -> CustomerStatus {
        let verified = match customer_type {
            CustomerType::Individual => self.individual,
            CustomerType::Business => self.business,
        };
        if verified {
            CustomerStatus::PendingKyc
        } else {
            CustomerStatus::Active
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_status_depends_on_the_type() {
        let policy = KycPolicy::verifying(&[CustomerType::Business]);
        assert_eq!(
            policy.first_status(CustomerType::Business),
            CustomerStatus::PendingKyc
        );
        assert_eq!(
            policy.first_status(CustomerType::Individual),
            CustomerStatus::Active
        );
    }
}
