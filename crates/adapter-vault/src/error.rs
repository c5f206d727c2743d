use std::io;

use thiserror::Error;

/// Error of [`Vault::new`](crate::Vault::new) and [`KeyName::parse`](crate::KeyName::parse).
#[derive(Debug, Error)]
pub enum SettingsError {
    /// The address is not a base URL.
    #[error(
        "the address of the vault must be http://… or https://… without a path, query or user name"
    )]
    Address,
    /// The name of the key is invalid.
    #[error(
        "the name of the transit key must be 1 to 128 letters, digits, dots, hyphens and underscores"
    )]
    KeyName,
    /// The address uses https, and the system has no root certificates.
    #[error("the system has no root certificates; SSL_CERT_FILE names a file with some")]
    NoRootCertificates,
}

/// Reason why a request to the engine failed.
#[derive(Debug, Error)]
pub(crate) enum RequestError {
    /// The token cannot be read.
    #[error("the token of the vault cannot be read: {0}")]
    NoToken(io::Error),
    /// The token file contains no usable token.
    #[error("the token of the vault must be one line of visible ASCII")]
    MalformedToken,
    /// No response arrived.
    #[error("the vault does not answer: {0}")]
    Unreachable(Box<ureq::Error>),
    /// The engine returned an error.
    #[error("the vault returned {status}: {message}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// Messages of the engine.
        message: String,
    },
    /// The response is not one of a transit engine.
    #[error("the response is not one of a transit engine")]
    Malformed,
}

impl RequestError {
    /// Returns whether the same request may succeed a moment later.
    pub(crate) const fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable(_) => true,
            // 412: a replica of the vault has not caught up with the token or the key.
            Self::Refused { status, .. } => matches!(*status, 412 | 429 | 500..),
            Self::NoToken(_) | Self::MalformedToken | Self::Malformed => false,
        }
    }

    /// Returns whether the engine found that the ciphertext or its context is not what it encrypted.
    pub(crate) fn is_rejection(&self) -> bool {
        const MESSAGES: [&str; 2] = ["message authentication failed", "invalid ciphertext"];
        match self {
            Self::Refused {
                status: 400,
                message,
            } => MESSAGES.iter().any(|known| message.contains(known)),
            _ => false,
        }
    }
}
