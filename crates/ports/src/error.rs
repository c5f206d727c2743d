use thiserror::Error;

/// A store failed.
///
/// Expected results, such as a taken email or an unknown id, are outcomes and not errors. The reason is for logs. It
/// MUST NOT contain customer data, keys or passwords.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StoreError {
    /// The store is out of reach or overloaded, did not respond in time, or was lost during a commit, so that the
    /// outcome is unknown. A retry may succeed.
    #[error("the store is unavailable: {reason}")]
    Unavailable {
        /// Reason.
        reason: String,
    },
    /// The store has reached a limit. Nothing was stored, and reads still succeed.
    #[error("the store is full: {reason}")]
    Full {
        /// The limit.
        reason: String,
    },
    /// The store returned an impossible result, which is a defect of the adapter, the schema or the data.
    #[error("the store is at fault: {reason}")]
    Defect {
        /// Reason.
        reason: String,
    },
}

impl StoreError {
    /// Creates the error of a store that may recover.
    pub fn unavailable(reason: impl Into<String>) -> Self {
        Self::Unavailable {
            reason: reason.into(),
        }
    }

    /// Creates the error of a store that has reached a limit.
    pub fn full(reason: impl Into<String>) -> Self {
        Self::Full {
            reason: reason.into(),
        }
    }

    /// Creates the error of a defect.
    pub fn defect(reason: impl Into<String>) -> Self {
        Self::Defect {
            reason: reason.into(),
        }
    }
}
