//! A wallet is opened only for a customer that may transact.
//!
//! Customers come from the in-memory store, which is fast and passes the contract suite.

#![expect(
    clippy::unwrap_used,
    reason = "all of this is test code, where a panic is a failed test"
)]

use std::sync::Arc;

use chrono::TimeDelta;
use customers_adapter_memory::InMemoryStore;
use customers_domain::{Customer, CustomerId, CustomerStatus, KycPolicy, TenantId, Verb};
use customers_examples::wallets::{
    Currency, InMemoryWallets, OpenWalletError, Wallet, WalletService,
};
use customers_ports::{CreateOutcome, Creation, CustomerRepository as _, DecisionOutcome};
use customers_test_support::builders::{
    TestClock, creation, creation_under, decided, profile, tenant_id, test_time,
};

/// A tenant with its stores.
struct TestTenant {
    tenant: TenantId,
    customers: Arc<InMemoryStore>,
    clock: Arc<TestClock>,
    wallets: WalletService,
}

impl TestTenant {
    fn new() -> Self {
        let clock = Arc::new(TestClock::new());
        let customers = Arc::new(InMemoryStore::new(clock.clone()));
        let wallets = WalletService::new(
            customers.clone(),
            Arc::new(InMemoryWallets::default()),
            clock.clone(),
        );
        Self {
            tenant: tenant_id(),
            customers,
            clock,
            wallets,
        }
    }

    async fn customer(&self, creation: Creation) -> Customer {
        let customer = creation.customer().clone();
        let outcome = self.customers.create(self.tenant, creation).await;
        assert_eq!(outcome, Ok(CreateOutcome::Created));
        customer
    }

    async fn active_customer(&self) -> CustomerId {
        let unverified = KycPolicy::verifying(&[]);
        let customer = self.customer(creation_under(&unverified, profile())).await;
        customer.id()
    }

    async fn decide(&self, customer: &Customer, verb: Verb) -> Customer {
        let decision = decided(customer, verb, None);
        let customer = decision.customer().clone();
        let outcome = self.customers.decide(self.tenant, decision).await;
        assert_eq!(outcome, Ok(DecisionOutcome::Decided));
        customer
    }

    async fn open(&self, customer: CustomerId, currency: &str) -> Result<Wallet, OpenWalletError> {
        let currency = Currency::parse(currency).unwrap();
        self.wallets.open(self.tenant, customer, currency).await
    }
}

#[tokio::test]
async fn an_active_customer_gets_a_wallet() {
    let test = TestTenant::new();
    let customer = test.active_customer().await;
    let expected = Wallet {
        customer,
        currency: Currency::parse("NGN").unwrap(),
        opened_at: test_time(),
    };
    assert_eq!(test.open(customer, "NGN").await, Ok(expected));
}

#[tokio::test]
async fn opening_a_wallet_again_returns_the_existing_wallet() {
    let test = TestTenant::new();
    let customer = test.active_customer().await;
    let first = test.open(customer, "NGN").await.unwrap();
    test.clock.advance(TimeDelta::hours(1));
    assert_eq!(test.open(customer, "NGN").await, Ok(first));
    let other = test.open(customer, "EUR").await.unwrap();
    assert_eq!(other.opened_at, test_time() + TimeDelta::hours(1));
}

#[tokio::test]
async fn a_wallet_can_be_opened_only_in_a_status_that_may_transact() {
    let test = TestTenant::new();
    let mut customer = test.customer(creation(profile())).await;
    let refused = |status| Err(OpenWalletError::MayNotTransact { status });
    assert_eq!(
        test.open(customer.id(), "EUR").await,
        refused(CustomerStatus::PendingKyc)
    );
    customer = test.decide(&customer, Verb::Approve).await;
    assert!(test.open(customer.id(), "EUR").await.is_ok());
    customer = test.decide(&customer, Verb::Suspend).await;
    assert_eq!(
        test.open(customer.id(), "USD").await,
        refused(CustomerStatus::Suspended)
    );
    customer = test.decide(&customer, Verb::Reinstate).await;
    assert!(test.open(customer.id(), "USD").await.is_ok());
}

#[tokio::test]
async fn the_customer_of_another_tenant_gets_no_wallet() {
    let test = TestTenant::new();
    let customer = test.active_customer().await;
    let other = TestTenant {
        tenant: tenant_id(),
        ..test
    };
    let refused = Err(OpenWalletError::NoSuchCustomer);
    assert_eq!(other.open(customer, "EUR").await, refused);
}

#[test]
fn a_currency_is_three_upper_case_letters() {
    assert!(Currency::parse("NGN").is_some());
    for bad in ["", "NG", "NGNN", "ngn", "N1N", "\u{20ac}"] {
        assert_eq!(Currency::parse(bad), None, "{bad}");
    }
}
