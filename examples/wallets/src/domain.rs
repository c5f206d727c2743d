//! Wallets and their rules.

use chrono::{DateTime, TimeDelta, Utc};
use customers_domain::{Customer, CustomerId, FieldFault, Parse, parse_canonical_uuid};
use thiserror::Error;
use uuid::Uuid;

/// Why a value of a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum WalletFault {
    /// Not an ISO 4217 code.
    #[error("must be an ISO 4217 currency code in upper case")]
    UnknownCurrency,
    /// The tenant has no such customer.
    #[error("must be the id of a customer")]
    UnknownCustomer,
}

impl WalletFault {
    /// All faults.
    pub const ALL: [Self; 2] = [Self::UnknownCurrency, Self::UnknownCustomer];
}

impl FieldFault for WalletFault {
    fn code(&self) -> &'static str {
        match self {
            Self::UnknownCurrency => "unknown_currency",
            Self::UnknownCustomer => "unknown_customer",
        }
    }
}

/// Currency of a wallet: an ISO 4217 code in upper case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// Returns the three letters.
    pub fn code(self) -> &'static str {
        self.0.code()
    }
}

impl Parse for Currency {
    type Fault = WalletFault;

    fn parse(raw: &str) -> Result<Self, WalletFault> {
        let currency = iso_currency::Currency::from_code(raw);
        let currency = currency.filter(|currency| currency.code() == raw);
        currency.map(Self).ok_or(WalletFault::UnknownCurrency)
    }
}

/// The owner that a request names. A text that is not an id is the id of no customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner(pub CustomerId);

impl Parse for Owner {
    type Fault = WalletFault;

    fn parse(raw: &str) -> Result<Self, WalletFault> {
        let id = CustomerId::from_canonical(raw);
        id.map(Self).ok_or(WalletFault::UnknownCustomer)
    }
}

/// Id of a wallet: a version 7 UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WalletId(pub Uuid);

impl WalletId {
    /// Parses the canonical spelling of a version 7 UUID.
    pub fn from_canonical(text: &str) -> Option<Self> {
        parse_canonical_uuid(text).map(Self)
    }
}

/// A wallet. It never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wallet {
    /// Id.
    pub id: WalletId,
    /// Owner.
    pub customer: CustomerId,
    /// Currency.
    pub currency: Currency,
    /// Time of opening, to the microsecond.
    pub created_at: DateTime<Utc>,
}

/// When wallets are opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpeningPolicy {
    /// How long the customer must have existed.
    pub minimum_age: TimeDelta,
}

/// The rules forbid the wallet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum OpeningRefused {
    /// The status of the customer does not allow transactions.
    #[error("the customer may not transact")]
    MayNotTransact,
    /// The customer has not existed for long enough.
    #[error("the customer is too new")]
    TooNew,
}

impl Wallet {
    /// Opens a wallet for a customer.
    ///
    /// `now` is an argument: the domain reads no clock, so the rule about the customer's age gives the same result for
    /// the same arguments.
    ///
    /// # Errors
    /// Returns an error if the customer may not transact or is too new.
    pub fn open(
        id: WalletId,
        customer: &Customer,
        currency: Currency,
        policy: OpeningPolicy,
        now: DateTime<Utc>,
    ) -> Result<Self, OpeningRefused> {
        if !customer.status().may_transact() {
            return Err(OpeningRefused::MayNotTransact);
        }
        if now - customer.state().created_at < policy.minimum_age {
            return Err(OpeningRefused::TooNew);
        }
        Ok(Self {
            id,
            customer: customer.id(),
            currency,
            created_at: now,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_currency_is_an_assigned_code_in_upper_case() {
        for good in ["NGN", "EUR", "USD", "JPY"] {
            assert_eq!(Currency::parse(good).map(Currency::code), Ok(good));
        }
        for bad in ["", "NG", "NGNN", "ngn", "N1N", "\u{20ac}", "ZZZ"] {
            let refused = Currency::parse(bad);
            assert_eq!(refused, Err(WalletFault::UnknownCurrency), "{bad}");
        }
    }
}
