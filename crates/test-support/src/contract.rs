//! What every store must do: one public function per case, generic over the ports.
//!
//! An adapter runs all of them with one line in a test of its own, where `open` is an `async` function
//! or closure without arguments that gives empty [`Stores`] and whatever must live as long as they do:
//!
//! ```text
//! customers_test_support::repository_contract!(open);
//! ```
//!
//! A new case is a `pub async fn` in the file of its subject and a line in [`crate::repository_contract!`];
//! a test of this crate fails when the line is forgotten.

use std::sync::Arc;

use customers_domain::{Customer, CustomerId, TenantId};
use customers_ports::{
    ApiKeyRepository, CreateOutcome, Creation, CustomerRepository, IdempotencyRecords, StoreHealth,
};

use crate::builders;

pub mod api_keys;
pub mod create;
pub mod health;
pub mod idempotency;
pub mod parallel;
pub mod storm;
pub mod sweep;
pub mod uniqueness;

/// The ports of one store under test, empty at the beginning of a case.
#[derive(Clone)]
pub struct Stores {
    /// The customers.
    pub customers: Arc<dyn CustomerRepository>,
    /// The API keys and their tenants.
    pub api_keys: Arc<dyn ApiKeyRepository>,
    /// The upkeep of the idempotency records.
    pub idempotency: Arc<dyn IdempotencyRecords>,
    /// Whether the store works.
    pub health: Arc<dyn StoreHealth>,
}

impl Stores {
    /// The ports of a store that has them all.
    pub fn of<S>(store: Arc<S>) -> Self
    where
        S: CustomerRepository + ApiKeyRepository + IdempotencyRecords + StoreHealth + 'static,
    {
        Self {
            customers: store.clone(),
            api_keys: store.clone(),
            idempotency: store.clone(),
            health: store,
        }
    }

    /// A tenant that the store knows, made as operators make one: with its first key.
    pub(crate) async fn tenant(&self) -> TenantId {
        let key = builders::api_key(builders::tenant_id());
        self.api_keys
            .issue(&builders::tenant_name(), key)
            .await
            .expect("a key is issued")
            .tenant_id
    }

    pub(crate) async fn create(&self, tenant: TenantId, creation: &Creation) -> CreateOutcome {
        self.customers
            .create(tenant, creation.clone())
            .await
            .expect("the store answers a create")
    }

    /// Creates what cannot fail to be created, and gives its id.
    pub(crate) async fn created(&self, tenant: TenantId, creation: &Creation) -> CustomerId {
        let outcome = self.create(tenant, creation).await;
        assert_eq!(outcome, CreateOutcome::Created);
        creation.customer.id()
    }

    pub(crate) async fn find(&self, tenant: TenantId, id: CustomerId) -> Option<Customer> {
        self.customers
            .find(tenant, id)
            .await
            .expect("the store answers a find")
    }
}

/// Expands to every case of the contract as a named test: `repository_contract!(open);`.
///
/// `open` is called once per test, takes nothing and gives, asynchronously, a pair: [`contract::Stores`]
/// that are empty, and a guard that is kept until the test ends. The calling crate depends on tokio
/// with `macros` and `rt-multi-thread`.
///
/// [`contract::Stores`]: crate::contract::Stores
#[macro_export]
macro_rules! repository_contract {
    ($open:expr) => {
        $crate::contract_cases! { $open;
            create {
                a_created_customer_is_found_with_every_field,
                a_customer_without_its_optional_fields_is_found_without_them,
                every_type_and_first_status_is_kept,
                times_are_kept_to_the_microsecond,
                the_largest_values_are_kept_whole,
                text_in_any_script_and_text_that_looks_like_code_is_kept_as_it_is,
                an_unknown_id_is_not_found,
                the_customer_of_another_tenant_is_not_found,
                the_same_creation_again_is_created_and_stored_once,
            }
            uniqueness {
                a_taken_email_is_refused_with_its_holder,
                an_email_is_taken_in_whatever_case_it_is_written,
                an_email_of_another_tenant_is_free,
                a_taken_external_id_is_refused_with_its_holder,
                an_external_id_is_compared_byte_for_byte,
                an_external_id_of_another_tenant_is_free,
                customers_without_external_id_are_no_conflict,
                where_two_customers_hold_both_the_emails_holder_is_named,
                where_one_customer_holds_both_the_email_is_named,
                a_refused_customer_leaves_nothing_behind,
                the_same_refused_creation_again_is_refused_again,
            }
            idempotency {
                a_repeated_create_replays_its_receipt,
                a_repeated_refusal_is_replayed_with_its_holder,
                a_key_with_another_body_is_reused_and_stores_nothing,
                a_key_with_another_body_after_a_refusal_is_reused,
                reuse_does_not_change_the_first_answer,
                a_key_of_another_tenant_is_another_key,
                different_keys_are_independent,
                the_same_creation_again_with_its_claim_gets_its_own_receipt,
                creates_without_a_claim_record_nothing,
                one_record_is_kept_for_a_key_however_often_it_is_used,
            }
            sweep {
                young_records_stay,
                old_records_go_and_their_keys_are_free_again,
                a_sweep_takes_no_more_than_it_was_told,
                sweeping_leaves_customers_alone,
                parallel_sweeps_take_each_record_once,
            }
            parallel {
                of_a_hundred_creates_of_one_email_one_is_created_and_each_other_learns_its_holder,
                of_a_hundred_creates_of_one_external_id_one_is_created,
                of_a_hundred_tenants_each_gets_its_customer_of_one_email,
                eighty_requests_with_one_key_make_one_customer,
                eighty_bodies_under_one_key_make_one_customer,
                eighty_keyed_requests_for_a_taken_email_all_learn_its_holder,
                customers_that_want_the_other_halves_of_each_other_are_never_both_created,
            }
            storm {
                a_storm_of_emails_external_ids_and_keys_breaks_no_rule,
            }
            api_keys {
                an_issued_key_is_found_with_every_field,
                every_set_of_scopes_is_kept,
                an_unknown_key_is_not_found,
                a_second_key_of_a_tenant_belongs_to_the_first_ones_tenant,
                tenants_of_different_names_are_different,
                of_parallel_first_keys_of_a_tenant_one_makes_it,
                keys_are_listed_oldest_first_with_their_tenants_names,
                a_store_without_keys_lists_none,
                a_revoked_key_shows_when_and_the_first_time_stands,
                an_unknown_key_cannot_be_revoked,
                revoking_one_key_leaves_the_others_live,
            }
            health {
                a_store_that_works_says_so,
            }
        }
    };
}

/// The inside of [`repository_contract!`].
#[doc(hidden)]
#[macro_export]
macro_rules! contract_cases {
    ($open:expr; $($subject:ident { $($case:ident,)* })*) => {
        $($(
            #[::tokio::test(flavor = "multi_thread")]
            async fn $case() {
                let (stores, _guard) = ($open)().await;
                $crate::contract::$subject::$case(stores).await;
            }
        )*)*
    };
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_case_is_in_the_macro() {
        let listed = include_str!("contract.rs");
        let subjects = [
            include_str!("contract/api_keys.rs"),
            include_str!("contract/create.rs"),
            include_str!("contract/health.rs"),
            include_str!("contract/idempotency.rs"),
            include_str!("contract/parallel.rs"),
            include_str!("contract/storm.rs"),
            include_str!("contract/sweep.rs"),
            include_str!("contract/uniqueness.rs"),
        ];
        let cases: Vec<&str> = subjects
            .iter()
            .flat_map(|source| source.split("\npub async fn ").skip(1))
            .filter_map(|rest| rest.split('(').next())
            .collect();
        assert!(cases.len() > 50, "the cases were not found: {cases:?}");
        for case in cases {
            assert!(
                listed.contains(&format!("\n                {case},\n")),
                "{case} runs for no adapter"
            );
        }
    }
}
