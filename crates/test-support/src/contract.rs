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

pub mod api_keys;
mod change;
pub mod combinations;
pub mod contention;
pub mod create;
pub mod decisions;
pub mod filters;
pub mod health;
pub mod history;
pub mod holder;
pub mod idempotency;
pub mod list;
pub mod moves;
pub mod parallel;
mod stores;
pub mod storm;
pub mod sweep;
pub mod times;
pub mod uniqueness;
pub mod update;
pub mod walk;

pub use stores::Stores;

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
                a_key_of_another_operation_is_another_key,
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
            update {
                an_edit_of_any_one_field_is_kept_with_its_change,
                an_edit_of_every_field_is_kept_with_its_change,
                what_is_optional_can_be_taken_away,
                a_change_of_a_version_that_is_gone_is_a_conflict_and_stores_nothing,
                a_change_of_a_version_that_is_not_reached_yet_is_a_conflict,
                a_change_of_an_unknown_customer_is_a_version_conflict,
                a_change_of_another_tenants_customer_is_a_version_conflict,
                the_same_change_again_is_updated_and_stored_once,
                the_same_refused_change_again_is_refused_again,
            }
            moves {
                an_edit_to_a_taken_email_is_refused_with_its_holder,
                an_edit_to_a_taken_external_id_is_refused_with_its_holder,
                where_an_edit_takes_both_the_emails_holder_is_named,
                the_own_email_in_another_case_is_no_conflict,
                an_email_that_was_changed_is_free_for_another,
                an_external_id_that_was_changed_is_free_for_another,
                a_refused_edit_leaves_nothing_behind,
                an_edit_may_take_what_another_tenant_holds,
            }
            contention {
                of_two_changes_of_one_version_one_is_stored,
                of_twenty_changes_of_one_version_one_is_stored,
                callers_that_try_again_lose_no_change,
                of_twenty_customers_that_want_one_email_one_gets_it,
                a_creation_and_an_edit_never_both_get_one_email,
                customers_that_want_each_others_email_at_once_both_keep_their_own,
                a_decision_sent_many_times_at_once_is_carried_out_once,
                one_decision_id_on_many_customers_at_once_decides_on_one,
                a_stale_decision_at_the_same_moment_does_not_cost_another_its_id,
            }
            decisions {
                every_verb_is_kept_with_its_change,
                a_decision_without_a_reason_leaves_none,
                an_edit_leaves_the_reason_of_the_last_decision,
                a_reason_is_kept_as_it_is,
                a_decision_id_is_compared_byte_for_byte,
                a_decision_is_found_as_it_left_the_customer,
                an_unused_decision_id_is_not_found,
                a_used_decision_id_is_refused_before_a_version_that_is_not_current,
                the_same_decision_again_is_updated_and_stored_once,
                a_refused_decision_leaves_its_id_free,
                a_decision_id_of_another_tenant_is_another_decision,
            }
            history {
                a_history_begins_with_the_creation,
                a_history_is_newest_first_and_of_one_customer,
                a_history_is_paged_by_version,
                a_history_goes_on_after_any_version,
                a_walk_through_a_history_is_not_disturbed_by_changes,
                a_customer_of_another_tenant_has_no_history,
            }
            holder {
                what_is_free_has_no_holder,
                the_holder_of_an_email_is_found,
                the_holder_of_an_external_id_is_found,
                of_two_holders_the_emails_is_named,
                a_customer_is_not_its_own_holder,
                an_edit_moves_the_hold,
                a_customer_of_another_tenant_is_no_holder,
            }
            list {
                a_tenant_without_customers_lists_none,
                a_list_shows_whole_customers_as_they_are,
                a_list_is_newest_first_whatever_the_order_of_storing,
                a_page_ends_at_its_limit_and_says_whether_there_is_more,
                a_page_begins_after_the_last_of_the_page_before,
                the_pages_together_are_the_whole_list,
                a_list_can_be_walked_oldest_first,
                customers_of_another_tenant_are_never_listed,
            }
            filters {
                a_list_by_status_shows_who_has_one_of_them,
                a_list_by_type_shows_who_is_of_it,
                a_list_by_email_shows_its_holder,
                a_list_by_external_id_shows_its_holder,
                a_list_by_email_and_external_id_shows_who_holds_both,
                a_list_by_phone_or_country_shows_all_who_have_it,
                a_filter_follows_what_is_changed,
            }
            times {
                a_range_of_times_holds_its_first_instant_and_not_its_last,
                a_range_of_times_is_exact_within_a_millisecond,
            }
            combinations {
                any_combination_of_conditions_lists_what_a_plain_search_finds,
            }
            walk {
                a_walk_sees_everybody_once_while_customers_are_created_and_changed,
                a_filtered_walk_sees_once_who_passes_all_the_while,
                many_walks_at_once_each_see_everybody_once_while_others_write,
            }
            api_keys {
                an_issued_key_is_found_with_every_field,
                every_set_of_scopes_is_kept,
                a_scope_that_nobody_declares_is_kept,
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
            include_str!("contract/combinations.rs"),
            include_str!("contract/contention.rs"),
            include_str!("contract/create.rs"),
            include_str!("contract/decisions.rs"),
            include_str!("contract/filters.rs"),
            include_str!("contract/health.rs"),
            include_str!("contract/history.rs"),
            include_str!("contract/holder.rs"),
            include_str!("contract/idempotency.rs"),
            include_str!("contract/list.rs"),
            include_str!("contract/moves.rs"),
            include_str!("contract/parallel.rs"),
            include_str!("contract/storm.rs"),
            include_str!("contract/sweep.rs"),
            include_str!("contract/uniqueness.rs"),
            include_str!("contract/update.rs"),
            include_str!("contract/walk.rs"),
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
