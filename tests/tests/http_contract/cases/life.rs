//! Cases of reads, edits and decisions.

macro_rules! life {
    ($store:path) => {
        cases! { $store;
            transitions {
                every_pair_of_status_and_verb_has_the_expected_response,
                every_verb_requires_exactly_its_scope,
                edits_need_the_write_scope_and_lists_the_read_scope,
                closed_is_final,
                allowed_transitions_do_not_depend_on_the_key,
                the_status_reason_is_that_of_the_last_verb,
                status_since_is_the_time_of_the_last_change_of_status,
                the_status_rules_are_served_as_data,
            }
            reasons {
                a_missing_reason_is_reported_with_every_other_shape_error,
                a_reason_that_is_not_required_may_be_absent_or_null,
                the_body_of_a_verb_is_an_object_and_not_absent,
                a_reason_has_at_most_500_characters,
                a_decision_id_is_printable_ascii_and_kept_as_sent,
                a_verb_ignores_the_idempotency_key,
                a_verb_accepts_only_json,
            }
            decisions {
                a_retried_decision_gets_its_first_response_for_any_version,
                a_decision_with_the_same_values_is_a_retry_from_any_key,
                a_decision_id_with_other_characters_is_refused,
                decision_ids_are_compared_to_the_last_character,
                a_decision_id_belongs_to_its_tenant,
                only_stored_decisions_use_up_their_id,
            }
            if_match {
                a_change_that_names_no_version_is_refused,
                anything_but_the_one_strong_tag_of_the_version_is_a_mismatch,
                an_outdated_decision_is_refused,
                the_etag_of_each_response_is_valid_for_the_next_change,
            }
            edits {
                every_field_but_the_type_can_be_edited,
                an_address_and_metadata_are_merged_member_by_member,
                null_removes_an_optional_value,
                replaced_and_removed_unique_values_are_free,
                a_patch_that_changes_nothing_writes_nothing,
                a_patch_is_sent_as_merge_patch_or_json,
                any_status_but_rejected_and_closed_can_be_edited,
                times_do_not_decrease_if_the_clock_is_set_back,
            }
            edit_faults {
                a_required_member_that_is_null_is_missing,
                the_type_and_members_set_by_the_service_cannot_be_edited,
                all_shape_errors_of_a_patch_are_reported_together,
                a_patch_is_an_object_and_so_are_its_objects,
                all_invalid_values_of_a_patch_are_reported_together,
                a_value_of_another_customer_is_a_conflict,
                a_customers_own_email_in_another_case_is_no_conflict,
                a_rejected_or_closed_customer_cannot_be_edited,
                the_limits_of_metadata_apply_after_the_merge,
            }
            races {
                of_concurrent_patches_of_one_version_one_is_stored,
                of_concurrent_verbs_on_one_version_one_is_stored,
                of_a_concurrent_patch_and_verb_one_is_stored,
                concurrent_retries_of_a_decision_make_one_change_and_get_one_response,
                of_concurrent_decisions_with_one_id_one_is_stored,
                of_concurrent_patches_to_one_email_one_is_stored,
            }
            list {
                a_tenant_without_customers_has_an_empty_page,
                customers_are_listed_completely_and_newest_first,
                consecutive_pages_have_no_gap,
                a_list_can_be_walked_oldest_first,
                the_default_page_size_is_50,
                a_limit_is_a_number_from_1_to_200,
                a_malformed_cursor_is_refused_without_details,
                a_cursor_belongs_to_its_tenant_its_list_and_its_filters,
                a_cursor_is_valid_with_another_limit_and_equivalent_filters,
                unknown_parameters_and_repeated_filters_are_reported_together,
                a_list_ignores_conditional_headers,
            }
            filters {
                customers_are_found_by_each_filter,
                customers_are_found_by_one_status_or_several,
                filters_follow_an_edit,
                a_range_of_times_holds_its_start_and_not_its_end,
                an_invalid_filter_value_is_refused,
                a_time_is_an_rfc_3339_date_time,
                only_the_status_filter_may_be_repeated,
            }
            walk {
                paging_returns_each_existing_customer_exactly_once,
                paging_with_a_filter_returns_each_constant_match,
            }
            history {
                every_change_has_one_entry_newest_first,
                a_history_contains_names_of_fields_and_no_values,
                a_history_is_paged_like_the_list,
                paging_through_a_history_returns_each_existing_entry_once,
                refused_and_empty_edits_have_no_history_entry,
                nobody_has_no_history,
            }
            tenants {
                another_tenants_id_is_like_an_unused_one_on_every_route,
                lists_contain_no_customers_of_other_tenants,
            }
            erasure {
                only_rejected_and_closed_customers_are_erased,
                an_erasure_needs_its_own_scope,
                a_customer_is_kept_for_the_retention_period,
                the_retention_period_begins_anew_with_each_status,
                an_erased_customer_is_gone_for_every_request_but_its_history,
                the_history_of_an_erased_customer_has_no_reasons,
                an_erasure_sent_again_with_its_decision_id_is_replayed,
                the_decision_id_of_an_erasure_belongs_to_it_alone,
                a_decision_of_before_the_erasure_is_gone_and_its_id_stays_used,
                email_and_external_id_of_an_erased_customer_are_free,
                an_erased_customer_is_in_no_list,
                an_erasure_is_checked_like_every_change,
                erasure_is_no_verb_of_the_status_rules,
            }
            dry_runs {
                a_dry_run_of_a_create_creates_nothing,
                a_dry_run_of_a_create_is_refused_like_the_create,
                a_dry_run_ignores_the_idempotency_key,
                false_is_the_real_call,
                any_other_value_of_validate_only_is_refused_without_effect,
                query_parameters_are_checked_after_the_media_type_and_before_the_body,
                a_dry_run_of_an_edit_changes_nothing,
                a_dry_run_of_an_edit_is_refused_like_the_edit,
            }
        }
    };
}
