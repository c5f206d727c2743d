//! Requests in general, and the creation of customers.

macro_rules! requests_and_creation {
    ($store:path) => {
        cases! { $store;
            seed {
                the_documented_request_creates_a_customer,
                the_documented_failures_have_their_statuses,
                optional_members_may_be_absent_or_null,
                a_customer_starts_active_where_its_type_is_not_verified,
            }
            order {
                of_any_faults_together_the_first_one_answers,
                the_route_and_the_method_come_before_everything_else,
                the_quota_comes_after_the_scope_and_before_the_rest,
                a_read_is_checked_in_the_same_order,
            }
            keys {
                without_a_bearer_token_the_challenge_names_the_realm_alone,
                two_authorization_headers_are_refused_though_each_is_good,
                a_malformed_mistyped_or_unknown_token_is_an_invalid_token,
                another_secret_under_a_known_id_is_refused,
                an_expired_key_is_refused_from_the_second_at_which_it_expires,
                a_revoked_key_is_refused_and_the_tenants_other_key_is_not,
                a_scheme_is_known_in_any_case,
                a_key_without_the_scope_may_not,
                nothing_but_the_key_says_who_calls,
                a_quota_is_each_keys_own_and_says_when_to_come_back,
            }
            routes {
                a_path_that_is_no_route_is_not_found_with_a_key_and_without,
                another_method_of_a_route_is_refused_with_those_that_it_knows,
                head_goes_wherever_get_goes,
                a_verb_that_there_is_not_is_not_found_by_any_method,
                an_id_in_another_spelling_is_not_found,
                a_page_in_another_spelling_is_not_found,
                another_tenants_customer_and_nobodys_are_answered_alike,
            }
            negotiation {
                an_accept_header_that_excludes_json_is_not_acceptable,
                an_accept_header_that_covers_json_is_fine,
                pages_without_a_key_do_not_look_at_accept,
                a_body_of_another_media_type_is_refused_with_the_one_that_is_read,
                json_may_name_its_one_charset,
            }
            query {
                every_unknown_parameter_is_named_on_every_route,
                a_parameter_on_no_route_is_still_no_route,
                an_empty_query_is_none,
                a_misspelt_dry_run_creates_nothing,
                at_most_a_hundred_parameters_are_named_and_long_names_are_cut,
            }
            idempotency_header {
                a_key_that_is_none_is_refused,
                a_key_of_255_printable_characters_is_fine,
                quotes_around_a_key_are_not_part_of_it,
                a_read_does_not_look_at_the_key,
            }
            malformed {
                a_body_of_64_kib_is_read_and_a_byte_more_is_too_large,
                a_declared_length_is_enough_to_refuse_a_body,
                a_body_in_chunks_is_counted_as_it_comes,
                what_is_not_one_json_value_is_malformed,
                what_is_not_utf_8_is_malformed,
                surrogates_are_checked_where_nothing_is_read,
                a_body_may_be_nested_127_deep_and_no_deeper,
                a_number_of_any_size_is_json,
            }
            shape {
                a_required_member_that_is_absent_or_null_is_missing,
                a_text_of_another_type_is_a_wrong_type,
                an_array_is_not_an_object,
                metadata_holds_texts_alone,
                members_that_are_the_services_own_are_unknown,
                nothing_is_looked_for_inside_an_unknown_or_wrongly_typed_member,
                a_repeated_member_is_a_duplicate_at_every_depth,
                an_escape_does_not_hide_a_duplicate,
                an_unknown_member_that_is_repeated_is_unknown,
                all_misfits_come_together_and_before_any_wrong_value,
                an_empty_object_misses_every_required_member,
                at_most_a_hundred_misfits_are_listed,
                a_pointer_is_escaped_and_cut_at_128_characters,
            }
            values {
                a_blank_value_is_blank_in_every_field,
                an_email_is_an_ascii_address_at_a_dotted_host,
                a_phone_is_a_number_of_its_plan_and_is_kept_as_e164,
                a_type_is_one_of_two_words,
                a_zip_code_is_letters_digits_spaces_and_hyphens,
                a_country_is_an_assigned_code_in_upper_case,
                an_external_id_is_printable_ascii_and_kept_as_sent,
                a_nul_anywhere_is_a_wrong_value,
                all_wrong_values_come_together,
                what_was_sent_is_repeated_by_no_error,
            }
            words {
                words_are_trimmed_put_in_nfc_and_kept_so,
                words_are_counted_in_code_points_after_nfc,
                controls_and_what_cannot_be_seen_are_refused_in_words,
            }
            metadata {
                names_and_values_within_the_limits_are_kept_as_sent,
                every_member_at_fault_is_named,
                too_many_members_are_a_fault_of_the_whole,
                names_and_values_have_16_kib_in_all,
            }
            conflicts {
                a_taken_email_is_a_conflict_in_any_case,
                a_taken_external_id_is_a_conflict_byte_for_byte,
                where_both_are_taken_the_holder_of_the_email_is_named,
                another_tenant_may_have_the_same_customer,
                what_was_refused_leaves_nothing_behind,
                a_conflict_is_replayed_under_its_key_with_the_same_holder,
            }
            replay {
                the_same_json_value_gets_the_first_answer_again,
                another_value_under_the_key_is_refused_and_changes_nothing,
                after_a_refusal_of_the_body_the_key_may_be_used_again,
                an_invalid_body_under_a_used_key_is_refused_for_itself,
                a_key_belongs_to_its_tenant,
                keys_are_told_apart_to_the_last_character,
                a_replay_says_what_was_said_then_though_time_has_passed,
            }
            parallel {
                of_a_hundred_creates_of_one_email_one_is_created_and_the_rest_name_it,
                eighty_requests_with_one_key_create_one_customer,
                eighty_bodies_under_one_key_create_one_customer,
            }
            read {
                a_customer_is_read_with_every_field,
                members_that_were_left_out_are_null_or_empty,
                the_place_in_location_is_the_customer,
                who_has_the_current_version_is_told_so_and_sent_nothing,
                a_condition_is_looked_at_last,
            }
            failures {
                a_store_that_is_away_is_unavailable_with_a_time_to_come_back,
                a_store_that_fails_a_customers_life_tells_nothing,
                a_defect_of_the_store_is_internal_and_says_nothing,
                a_panic_is_internal_and_says_nothing,
                a_key_that_cannot_be_checked_is_unavailable_and_not_unauthorized,
                a_defect_while_a_key_is_checked_is_internal,
                a_key_in_flight_too_long_is_in_progress,
                a_failed_create_is_not_remembered_under_its_key,
                a_program_without_its_store_is_alive_and_not_ready,
            }
            pages {
                a_program_that_works_is_alive_and_ready,
                a_program_that_is_going_away_is_alive_and_not_ready,
                every_problem_has_a_page_that_explains_it,
                the_document_is_served_as_it_is_printed,
                the_page_to_try_the_api_takes_nothing_from_outside,
                the_document_holds_every_problem_and_no_other,
            }
            request_ids {
                a_sane_id_comes_back_in_header_and_body,
                an_insane_absent_or_repeated_id_is_replaced_by_a_new_one,
                successes_and_pages_have_an_id_too,
            }
            wire {
                a_body_that_does_not_come_is_a_timeout_and_a_close,
                a_body_that_is_too_large_is_refused_before_it_came,
                the_answer_to_head_has_no_body,
                what_cannot_be_framed_is_refused_and_closed,
                headers_of_16_kib_are_read,
                a_caller_that_waits_to_be_told_to_go_on_is_told,
            }
            framing {
                a_request_without_exactly_one_valid_host_is_refused_and_closed,
                a_request_of_http_1_0_needs_no_host,
                a_transfer_coding_other_than_chunked_alone_is_refused_and_closed,
                a_whole_uri_is_served_like_its_path,
                a_target_that_names_no_resource_here_is_refused_and_closed,
            }
            refusals {
                after_a_refusal_the_connection_is_used_again_although_the_body_comes_later,
                a_refusal_that_leaves_the_body_unread_says_so,
            }
        }
    };
}
