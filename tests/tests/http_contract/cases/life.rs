//! A customer's life: reading, changing, deciding.

macro_rules! reading_and_changing {
    ($store:path) => {
        cases! { $store;
            transitions {
                every_pair_of_status_and_verb_moves_or_is_refused,
                every_verb_has_one_scope_and_no_other_will_do,
                an_edit_needs_to_write_and_lists_need_to_read,
                closed_is_final,
                allowed_transitions_do_not_depend_on_who_asks,
                the_status_reason_is_that_of_the_last_verb,
                the_status_is_as_old_as_its_last_change,
                the_rules_are_told_as_data,
            }
            reasons {
                a_required_reason_is_missed_along_with_every_other_misfit,
                a_reason_that_is_not_required_may_be_absent_or_null,
                the_body_of_a_verb_is_an_object_and_not_absent,
                a_reason_is_a_text_of_500_at_most,
                a_decision_id_is_printable_ascii_and_kept_as_sent,
                a_verb_does_not_look_at_the_idempotency_key,
                a_verb_is_sent_as_json_alone,
            }
            decisions {
                a_decision_sent_again_gets_its_first_answer_whatever_the_version,
                a_decision_is_the_same_by_its_values_and_whoever_sends_it,
                a_decision_id_with_anything_else_is_refused,
                decision_ids_are_told_apart_to_the_last_character,
                a_decision_id_belongs_to_its_tenant,
                only_a_decision_that_was_carried_out_is_kept,
            }
            if_match {
                a_change_that_names_no_version_is_refused,
                anything_but_the_one_strong_tag_of_the_version_is_a_mismatch,
                a_late_decision_cannot_undo_another,
                the_tag_of_each_answer_is_the_key_to_the_next_change,
            }
            edits {
                every_field_but_the_type_can_be_edited,
                an_address_and_metadata_are_merged_member_by_member,
                null_takes_away_what_is_optional,
                what_is_taken_away_is_free_for_another,
                a_patch_that_changes_nothing_writes_nothing,
                a_patch_is_sent_under_its_own_name_or_as_json,
                any_status_but_rejected_and_closed_can_be_edited,
                time_never_runs_backwards_where_the_clock_does,
            }
            edit_faults {
                null_is_missing_where_a_member_is_required,
                the_type_and_what_is_the_services_own_are_unknown,
                all_misfits_of_a_patch_come_together,
                a_patch_is_an_object_and_so_are_its_objects,
                all_wrong_values_of_a_patch_come_together,
                what_another_customer_holds_is_a_conflict,
                ones_own_email_in_another_case_is_no_conflict,
                a_rejected_or_closed_customer_is_not_edited_whatever_the_patch,
                metadata_has_its_limits_after_the_merge,
            }
            change_order {
                of_two_or_more_faults_of_a_change_the_first_one_answers,
                a_taken_value_comes_after_all_else_that_is_wrong_with_an_edit,
                lists_are_checked_in_the_same_order,
            }
            races {
                of_parallel_patches_of_one_version_one_is_carried_out,
                of_parallel_verbs_on_one_version_one_wins,
                a_patch_and_a_verb_at_once_are_one_change,
                a_decision_sent_many_times_at_once_is_one_change_and_one_answer,
                of_other_decisions_of_one_id_at_once_one_is_carried_out,
                of_patches_to_one_email_at_once_one_is_carried_out,
            }
            list {
                a_tenant_without_customers_has_an_empty_page,
                customers_are_listed_newest_first_and_whole,
                pages_follow_each_other_without_a_gap,
                a_list_can_be_walked_oldest_first,
                a_page_holds_50_unless_it_is_said_otherwise,
                a_limit_is_a_number_from_1_to_200,
                a_cursor_that_is_none_is_refused_without_a_hint,
                a_cursor_belongs_to_its_tenant_its_list_and_its_filters,
                a_cursor_goes_on_with_another_limit_and_filters_in_other_words,
                unknown_parameters_and_repeated_filters_are_named_together,
                a_list_does_not_look_at_conditions_of_single_customers,
            }
            filters {
                customers_are_found_by_each_filter,
                customers_are_found_by_one_status_or_several,
                filters_follow_an_edit,
                a_range_of_times_holds_its_start_and_not_its_end,
                a_value_that_no_customer_can_have_is_refused,
                a_time_is_an_rfc_3339_date_time,
                a_filter_comes_once_unless_it_is_the_status,
            }
            walk {
                a_walk_shows_everyone_who_was_there_exactly_once,
                a_walk_with_a_filter_shows_everyone_who_passed_it_throughout,
            }
            history {
                every_change_has_one_entry_newest_first,
                a_history_names_fields_and_never_their_values,
                a_history_is_paged_like_the_list,
                a_walk_through_a_history_shows_what_was_there_once,
                what_was_refused_or_changed_nothing_has_no_entry,
                nobody_has_no_history,
            }
            tenants {
                another_tenants_id_is_answered_on_every_route_as_an_unused_one,
                another_tenants_customers_are_in_no_list,
            }
            dry_runs {
                a_create_that_is_only_checked_creates_nothing,
                a_checked_create_is_refused_as_the_real_one_would_be,
                a_check_does_not_look_at_the_idempotency_key,
                false_is_the_real_call,
                any_other_value_is_refused_and_does_nothing,
                the_parameter_is_checked_after_the_media_type_and_before_the_rest,
                an_edit_that_is_only_checked_changes_nothing,
                a_checked_edit_is_refused_as_the_real_one_would_be,
            }
            secrecy {
                no_refused_edit_repeats_what_was_sent,
                no_refused_verb_repeats_what_was_sent,
                no_refused_list_repeats_what_was_asked,
            }
        }
    };
}
