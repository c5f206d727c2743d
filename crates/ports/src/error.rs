use thiserror::Error;

/// A store did not do what it was asked.
///
/// What is normal (a taken email, an unknown id) is an outcome and not an error. The reason is for
/// logs: it MUST hold no value of any customer, no key and no password.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StoreError {
    /// The store cannot be reached, is full, did not answer in time, or was lost while it committed,
    /// so that the outcome is unknown. Asking again later may help.
    #[error("the store is unavailable: {reason}")]
    Unavailable {
        /// What happened.
        reason: String,
    },
    /// The store holds as much as it may. Nothing was stored; reading works as before.
    #[error("the store is full: {reason}")]
    Full {
        /// Which limit is reached.
        reason: String,
    },
    /// The store answered what it never should: a defect in the adapter, the schema or the data.
    #[error("the store is at fault: {reason}")]
    Defect {
        /// What happened.
        reason: String,
    },
}

impl StoreError {
    /// A store that may work again later.
    pub fn unavailable(reason: impl Into<String>) -> Self {
        Self::Unavailable {
            reason: reason.into(),
        }
    }

    /// A store that has reached a limit.
    pub fn full(reason: impl Into<String>) -> Self {
        Self::Full {
            reason: reason.into(),
        }
    }

    /// A store that will fail in the same way again.
    pub fn defect(reason: impl Into<String>) -> Self {
        Self::Defect {
            reason: reason.into(),
        }
    }
}
