//! Contract suite of stores, with one public function per case that is generic over the ports.
//!
//! An adapter runs every case with one line in a test. `open` is an `async` function or closure without arguments that
//! returns empty [`Stores`] and a guard that must live as long as they do:
//!
//! ```text
//! customers_test_support::repository_contract!(open);
//! ```
//!
//! A new case is a `pub async fn` in the file of its subject and a line in [`crate::repository_contract!`]. A test of
//! this crate fails if the line is missing.

pub mod api_keys;
mod change;
pub mod combinations;
pub mod contention;
pub mod create;
pub mod decisions;
pub mod erasure;
pub mod erasure_races;
pub mod events;
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

pub use events::StoresWithFeed;
pub use stores::Stores;

/// Expands to every case of the contract as a named test: `repository_contract!(open);`.
///
/// `open` is called once per test without arguments. It returns a pair of empty [`contract::Stores`] and a guard that
/// is kept until the test ends. The calling crate depends on tokio with `macros` and `rt-multi-thread`.
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
                the_largest_values_are_kept,
                text_in_any_script_and_text_that_looks_like_code_is_kept,
                an_unknown_id_is_not_found,
                the_customer_of_another_tenant_is_not_found,
                a_retried_create_is_created_and_stored_once,
            }
            uniqueness {
                a_taken_email_is_refused_with_its_holder,
                a_taken_email_is_refused_in_any_case,
                an_email_of_another_tenant_is_free,
                a_taken_external_id_is_refused_with_its_holder,
                an_external_id_is_compared_byte_for_byte,
                an_external_id_of_another_tenant_is_free,
                customers_without_external_id_do_not_conflict,
                if_two_customers_conflict_the_holder_of_the_email_is_returned,
                if_one_customer_conflicts_twice_the_email_is_named,
                a_refused_create_has_no_effect,
                a_retried_refused_create_is_refused_again,
            }
            idempotency {
                a_repeated_create_replays_its_receipt,
                a_repeated_refusal_is_replayed_with_its_holder,
                a_key_with_another_body_is_reused_and_stores_nothing,
                a_key_with_another_body_after_a_refusal_is_reused,
                reuse_does_not_change_the_first_outcome,
                a_key_of_another_tenant_is_another_key,
                different_keys_are_independent,
                a_retried_create_with_a_claim_gets_its_own_receipt,
                creates_without_a_claim_record_nothing,
                a_key_has_one_record_regardless_of_retries,
                a_key_of_another_operation_is_another_key,
            }
            sweep {
                young_records_stay,
                old_records_are_deleted_and_their_keys_can_be_used_again,
                a_sweep_deletes_at_most_the_given_number,
                a_sweep_does_not_delete_customers,
                parallel_sweeps_delete_each_record_once,
            }
            parallel {
                of_a_hundred_creates_of_one_email_one_is_created_and_each_other_learns_its_holder,
                of_a_hundred_creates_of_one_external_id_one_is_created,
                of_a_hundred_tenants_each_creates_its_customer_with_one_email,
                eighty_requests_with_one_key_create_one_customer,
                eighty_bodies_under_one_key_create_one_customer,
                eighty_keyed_requests_for_a_taken_email_all_learn_its_holder,
                customers_that_exclude_each_other_are_never_both_created,
            }
            storm {
                a_storm_of_emails_external_ids_and_keys_breaks_no_rule,
            }
            update {
                an_edit_of_one_field_is_kept_with_its_change,
                an_edit_of_every_field_is_kept_with_its_change,
                an_optional_value_can_be_removed,
                a_change_of_an_outdated_version_is_a_conflict_and_stores_nothing,
                a_change_of_a_future_version_is_a_conflict,
                a_change_of_an_unknown_customer_is_a_version_conflict,
                a_change_of_another_tenants_customer_is_a_version_conflict,
                a_retried_change_is_updated_and_stored_once,
                a_retried_refused_change_is_refused_again,
            }
            moves {
                an_edit_to_a_taken_email_is_refused_with_its_holder,
                an_edit_to_a_taken_external_id_is_refused_with_its_holder,
                if_an_edit_conflicts_twice_the_holder_of_the_email_is_returned,
                a_customers_own_email_in_another_case_is_no_conflict,
                a_replaced_email_is_free,
                a_replaced_external_id_is_free,
                a_refused_edit_has_no_effect,
                an_edit_may_use_values_of_another_tenant,
            }
            contention {
                of_two_changes_of_one_version_one_is_stored,
                of_twenty_changes_of_one_version_one_is_stored,
                clients_that_retry_lose_no_change,
                of_twenty_customers_with_one_new_email_one_gets_it,
                a_create_and_an_edit_never_both_get_one_email,
                concurrent_swaps_of_emails_are_both_refused,
                concurrent_retries_of_a_decision_store_it_once,
                one_decision_id_for_many_customers_is_used_once,
                a_concurrent_outdated_decision_does_not_use_up_the_decision_id,
            }
            decisions {
                every_verb_is_kept_with_its_change,
                a_decision_without_a_reason_leaves_none,
                an_edit_leaves_the_reason_of_the_last_decision,
                a_reason_is_kept_byte_for_byte,
                a_decision_id_is_compared_byte_for_byte,
                a_decision_is_found_with_the_customer_after_it,
                an_unused_decision_id_is_not_found,
                a_used_decision_id_has_precedence_over_an_outdated_version,
                a_retried_decision_is_decided_and_stored_once,
                a_refused_decision_leaves_its_id_free,
                a_decision_id_of_another_tenant_is_another_decision,
            }
            erasure {
                an_erased_customer_leaves_its_id_its_version_and_its_time,
                an_erased_customer_is_in_no_list,
                the_email_and_external_id_of_an_erased_customer_are_free,
                the_history_of_an_erased_customer_stays_without_its_reasons,
                the_history_of_an_erased_customer_is_paged,
                a_decision_on_an_erased_customer_keeps_its_id_and_nothing_else,
                an_erasure_is_found_under_its_decision_id,
                a_used_decision_id_refuses_an_erasure,
                an_erasure_of_another_version_is_a_conflict_and_erases_nothing,
                an_erasure_of_an_unknown_or_foreign_customer_is_a_conflict,
                the_same_erasure_again_is_erased_and_stored_once,
                changes_of_an_erased_customer_are_refused,
                a_repeated_create_of_an_erased_customer_replays_its_receipt,
                a_customer_that_was_never_changed_can_be_erased,
            }
            erasure_races {
                of_an_erasure_and_a_change_at_once_one_is_stored,
                of_many_erasures_at_once_one_is_stored,
                an_erasure_sent_many_times_at_once_is_carried_out_once,
                a_creation_during_an_erasure_of_its_email_is_created_or_refused,
                a_walk_during_erasures_shows_everybody_else_once,
            }
            history {
                a_history_begins_with_the_creation,
                a_history_is_newest_first_and_of_one_customer,
                a_history_is_paged_by_version,
                a_history_page_can_start_after_any_version,
                paging_through_a_history_is_stable_during_changes,
                a_customer_of_another_tenant_has_no_history,
            }
            holder {
                a_free_value_has_no_holder,
                the_holder_of_an_email_is_found,
                the_holder_of_an_external_id_is_found,
                of_two_holders_that_of_the_email_is_returned,
                a_customer_is_not_its_own_holder,
                an_edit_frees_the_old_email_and_holds_the_new_one,
                a_customer_of_another_tenant_is_not_a_holder,
            }
            list {
                a_tenant_without_customers_lists_none,
                a_list_returns_complete_current_customers,
                a_list_is_newest_first_regardless_of_the_order_of_storing,
                a_page_ends_at_its_limit_and_says_whether_there_is_more,
                a_page_begins_after_the_last_customer_of_the_previous_page,
                the_pages_together_are_the_whole_list,
                a_list_can_be_walked_oldest_first,
                customers_of_another_tenant_are_never_listed,
            }
            filters {
                a_list_by_status_returns_customers_with_one_of_the_statuses,
                a_list_by_type_returns_customers_of_the_type,
                a_list_by_email_returns_its_holder,
                a_list_by_external_id_returns_its_holder,
                a_list_by_email_and_external_id_returns_the_holder_of_both,
                a_list_by_phone_or_country_returns_every_match,
                a_filter_matches_current_values,
            }
            times {
                a_range_of_times_includes_its_start_and_excludes_its_end,
                a_range_of_times_is_exact_within_a_millisecond,
            }
            combinations {
                any_combination_of_conditions_lists_what_a_plain_search_finds,
            }
            walk {
                paging_returns_each_customer_once_while_customers_are_created_and_changed,
                paging_with_a_filter_returns_each_constant_match_once,
                concurrent_paging_returns_each_customer_once_during_writes,
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
                a_working_store_is_healthy,
            }
        }
    };
}

/// Expands to every case of the event feed as a named test: `event_feed_contract!(open);`.
///
/// `open` is like that of [`repository_contract!`], with [`contract::StoresWithFeed`].
///
/// [`contract::StoresWithFeed`]: crate::contract::StoresWithFeed
#[macro_export]
macro_rules! event_feed_contract {
    ($open:expr) => {
        $crate::contract_cases! { $open;
            events {
                a_tenant_without_events_has_an_empty_feed,
                a_creation_an_edit_and_a_decision_each_have_one_event,
                an_erased_customer_keeps_its_events_and_has_one_more,
                the_event_of_an_edit_names_the_changed_fields,
                an_event_without_a_position_is_not_visible,
                what_is_not_stored_has_no_event,
                waiting_events_are_numbered_in_the_order_of_their_times,
                an_event_that_comes_late_gets_a_later_position,
                numbering_takes_at_most_what_it_is_asked_for,
                pages_together_are_the_whole_feed,
                events_of_another_tenant_are_never_shown,
                readers_see_each_event_once_while_others_write_and_number,
            }
        }
    };
}

/// Implementation of [`repository_contract!`].
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
            include_str!("contract/erasure.rs"),
            include_str!("contract/erasure_races.rs"),
            include_str!("contract/events.rs"),
            include_str!("contract/events/readers.rs"),
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
            include_str!("contract/times.rs"),
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
                "{case} is missing in the macro"
            );
        }
    }
}
