//! Cases of requests in general. The store makes no difference to them.

macro_rules! requests {
    ($store:path) => {
        cases! { $store;
            order {
                checks_of_a_request_run_in_the_documented_order,
                the_route_and_the_method_are_checked_first,
                the_quota_is_checked_after_the_scope_and_before_the_rest,
                checks_of_a_read_run_in_the_same_order,
            }
            routes {
                an_unknown_path_is_not_found_with_and_without_a_key,
                another_method_is_refused_with_the_allowed_ones,
                head_is_allowed_wherever_get_is,
                an_unknown_verb_is_not_found_with_any_method,
                an_id_in_another_spelling_is_not_found,
                a_problem_page_in_another_spelling_is_not_found,
                another_tenants_customer_is_like_an_unknown_one,
            }
            negotiation {
                an_accept_header_that_excludes_json_is_not_acceptable,
                an_accept_header_that_includes_json_is_accepted,
                public_pages_ignore_accept,
                a_body_of_another_media_type_is_refused_with_the_accepted_one,
                a_json_media_type_may_have_the_charset_utf_8,
            }
            query {
                every_unknown_parameter_is_reported_on_every_route,
                an_unknown_route_with_a_parameter_is_not_found,
                an_empty_query_is_none,
                a_misspelt_dry_run_creates_nothing,
                at_most_a_hundred_parameters_are_named_and_long_names_are_cut,
            }
            idempotency_header {
                a_malformed_idempotency_key_is_refused,
                a_key_of_255_printable_characters_is_accepted,
                quotes_around_an_idempotency_key_are_removed,
                a_read_ignores_the_idempotency_key,
            }
            malformed {
                a_body_of_64_kib_is_read_and_a_byte_more_is_too_large,
                a_body_is_refused_by_its_declared_length,
                a_chunked_body_is_limited_while_it_arrives,
                a_body_that_is_not_one_json_value_is_malformed,
                a_body_that_is_not_utf_8_is_malformed,
                surrogates_are_checked_in_unknown_members,
                a_body_may_be_nested_127_deep_and_no_deeper,
                a_number_of_any_size_is_json,
            }
            shape {
                a_required_member_that_is_absent_or_null_is_missing,
                a_string_member_of_another_type_is_a_wrong_type,
                an_array_is_not_an_object,
                metadata_values_are_strings,
                members_set_by_the_service_are_unknown_in_requests,
                no_errors_are_reported_within_a_member_of_unknown_name_or_wrong_type,
                a_repeated_member_is_a_duplicate_at_every_depth,
                an_escape_does_not_hide_a_duplicate,
                an_unknown_member_that_is_repeated_is_unknown,
                all_shape_errors_are_reported_together_and_before_invalid_values,
                an_empty_object_is_missing_every_required_member,
                at_most_a_hundred_errors_are_listed,
                a_pointer_is_escaped_and_cut_at_128_characters,
            }
            failures {
                an_unreachable_store_is_unavailable_with_retry_after,
                a_failing_store_reveals_no_details_in_any_operation,
                a_defect_of_the_store_is_internal_without_details,
                a_panic_is_internal_without_details,
                a_key_that_cannot_be_looked_up_is_unavailable_and_not_unauthorized,
                a_defect_during_a_key_lookup_is_internal,
                a_key_of_a_long_running_request_is_in_progress,
                a_failed_create_does_not_use_up_its_key,
                a_program_without_its_store_is_alive_and_not_ready,
            }
            pages {
                a_working_program_is_alive_and_ready,
                a_draining_program_is_alive_and_not_ready,
                every_problem_has_a_page_that_explains_it,
                the_document_is_served_as_it_is_printed,
                the_documentation_page_loads_nothing_from_other_hosts,
                the_document_has_exactly_the_declared_problems,
            }
            request_ids {
                a_valid_request_id_is_returned_in_header_and_body,
                an_invalid_absent_or_repeated_request_id_is_replaced,
                successes_and_public_pages_have_a_request_id,
            }
            wire {
                a_body_that_never_arrives_times_out_and_closes_the_connection,
                a_body_that_is_too_large_is_refused_before_it_arrives,
                a_response_to_head_has_no_body,
                a_request_with_ambiguous_length_is_refused_and_the_connection_closes,
                headers_of_16_kib_are_read,
                a_client_that_expects_100_continue_gets_it,
            }
            framing {
                a_request_without_exactly_one_valid_host_is_refused_and_closed,
                a_request_of_http_1_0_needs_no_host,
                a_transfer_coding_other_than_chunked_alone_is_refused_and_closed,
                an_absolute_uri_is_served_like_its_path,
                a_foreign_request_target_is_refused_and_the_connection_closes,
            }
            refusals {
                the_connection_is_reused_after_a_refusal_before_the_body,
                a_refusal_without_reading_the_body_closes_the_connection,
            }
            change_order {
                checks_of_a_change_run_in_the_documented_order,
                a_taken_value_is_reported_after_all_other_errors_of_an_edit,
                checks_of_a_list_run_in_the_same_order,
            }
            secrecy {
                refused_edits_do_not_repeat_client_input,
                refused_verbs_do_not_repeat_client_input,
                refused_lists_do_not_repeat_client_input,
            }
        }
    };
}
