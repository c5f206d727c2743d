//! Wallets in responses.

use customers_http_kit::timestamp::rfc3339;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::Wallet;

/// A wallet.
#[derive(Serialize, ToSchema)]
#[schema(as = Wallet)]
pub(super) struct WalletView {
    /// Unique id: a UUID version 7.
    #[schema(format = Uuid, example = "01997099-05b2-7c4e-9b1f-2f6a1d3c5e71")]
    id: String,
    /// The owner.
    #[schema(format = Uuid, example = "01997099-05b2-7c4e-9b1f-2f6a1d3c5e70")]
    customer_id: String,
    /// ISO 4217 code.
    #[schema(example = "NGN")]
    currency: &'static str,
    /// When the wallet was opened: RFC 3339, UTC, whole seconds.
    #[schema(format = DateTime, example = "2025-09-22T09:01:09Z")]
    created_at: String,
}

impl From<Wallet> for WalletView {
    fn from(wallet: Wallet) -> Self {
        Self {
            id: wallet.id.0.to_string(),
            customer_id: wallet.customer.to_string(),
            currency: wallet.currency.code(),
            created_at: rfc3339(wallet.created_at),
        }
    }
}
