//! Cases of the creation of customers.

macro_rules! creation {
    ($store:path) => {
        cases! { $store;
            seed {
                the_documented_request_creates_a_customer,
                the_documented_failures_have_their_statuses,
                optional_members_may_be_absent_or_null,
                a_customer_of_a_type_without_verification_starts_active,
            }
            keys {
                without_a_bearer_token_the_challenge_has_only_the_realm,
                two_valid_authorization_headers_are_refused,
                a_malformed_mistyped_or_unknown_token_is_an_invalid_token,
                another_secret_under_a_known_id_is_refused,
                an_expired_key_is_refused_from_the_second_at_which_it_expires,
                a_revoked_key_is_refused_and_the_tenants_other_key_is_not,
                the_authentication_scheme_is_case_insensitive,
                a_key_without_the_scope_is_refused,
                only_the_key_identifies_the_client,
                each_key_has_its_own_quota_with_retry_after,
            }
            values {
                a_blank_value_is_blank_in_every_field,
                an_email_is_an_ascii_address_at_a_dotted_host,
                a_phone_number_is_valid_in_its_plan_and_stored_as_e164,
                a_customer_type_is_individual_or_business,
                a_zip_code_is_letters_digits_spaces_and_hyphens,
                a_country_is_an_assigned_code_in_upper_case,
                an_external_id_is_printable_ascii_and_kept_as_sent,
                a_nul_character_in_any_field_is_refused,
                all_invalid_values_are_reported_together,
                errors_do_not_repeat_client_input,
            }
            words {
                text_is_stored_trimmed_and_in_nfc,
                text_is_counted_in_code_points_after_nfc,
                control_and_invisible_characters_are_refused_in_text,
            }
            metadata {
                names_and_values_within_the_limits_are_kept_as_sent,
                every_invalid_member_is_reported,
                too_many_members_are_an_error_of_metadata_as_a_whole,
                names_and_values_are_limited_to_16_kib,
            }
            conflicts {
                a_taken_email_is_a_conflict_in_any_case,
                a_taken_external_id_is_a_conflict_byte_for_byte,
                if_both_values_are_taken_the_holder_of_the_email_is_named,
                another_tenant_may_have_the_same_customer,
                a_refused_create_has_no_effect,
                a_conflict_is_replayed_under_its_key_with_the_same_holder,
            }
            replay {
                an_equal_json_value_is_a_replay,
                another_value_under_the_key_is_refused_and_changes_nothing,
                a_refused_body_does_not_use_up_the_key,
                an_invalid_body_with_a_used_key_is_refused_as_invalid,
                a_key_belongs_to_its_tenant,
                idempotency_keys_are_compared_to_the_last_character,
                a_later_replay_is_identical_to_the_first_response,
            }
            parallel {
                of_a_hundred_creates_with_one_email_one_succeeds_and_the_others_name_it,
                eighty_requests_with_one_key_create_one_customer,
                eighty_bodies_under_one_key_create_one_customer,
            }
            read {
                a_customer_is_read_with_every_field,
                omitted_members_are_null_or_empty,
                the_location_header_leads_to_the_customer,
                a_matching_if_none_match_gets_304_without_a_body,
                if_none_match_is_checked_last,
            }
        }
    };
}
