use crate::customer_type::CustomerType;
use crate::status::CustomerStatus;

/// Which types of customer this deployment verifies before they may act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KycPolicy {
    individual: bool,
    business: bool,
}

impl KycPolicy {
    /// Verifies the given types.
    pub fn verifying(types: &[CustomerType]) -> Self {
        Self {
            individual: types.contains(&CustomerType::Individual),
            business: types.contains(&CustomerType::Business),
        }
    }

    /// The status that a new customer of this type starts in.
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
    fn the_policy_decides_the_first_status_by_type() {
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
