#pragma once

#include <cstdint>
#include <span>
#include <string_view>

// Every rule of the ledger that can refuse. A refused transaction changes nothing and names the first rule it broke;
// all nodes ask in the same order, so they name the same one. Codes stand in error.cpp and sentences in
// error_texts.cpp, a row for each rule, held together by static_assert. Any thread.

namespace datadeed::ledger {

// clang-format off: a line for each refusal would make this header twice as long and no easier to read.
enum class Refusal : std::uint8_t {
    // The transaction as a whole.
    tx_too_large, tx_malformed, tx_type_wrong, tx_no_operations, tx_too_many_operations, tx_too_many_keys, tx_signature_wrong, tx_expired,
    tx_nonce_too_old, tx_nonce_too_far_ahead, tx_nonce_used, tx_nonce_below_window,
    // Keys.
    key_not_found, key_not_yet_valid, key_retired, key_not_registrable, key_taken, key_too_many, key_not_yours,
    key_already_retired, key_last,
    // Members.
    member_id_malformed, member_organisation_malformed, member_no_roles, member_roles_unsorted, member_no_keys,
    member_keys_unsorted, member_operator_required, member_exists, member_not_found, member_own_operator_role,
    // Data sets.
    data_id_malformed, data_title_empty, data_title_malformed, data_type_malformed, data_owner_role_required,
    data_exists, data_not_found, data_majority_required,
    // Ownership.
    transfer_share_out_of_range, transfer_to_self, transfer_recipient_not_found, transfer_share_not_held,
    transfer_already_offered, transfer_not_offered, transfer_not_a_party, transfer_too_many_owners,
    // Management.
    manager_member_not_found, manager_until_passed, manager_already_appointed, manager_not_appointed,
    manager_no_right_to_revoke, manager_appointment_over, manager_purposes_out_of_scope,
    manager_operations_out_of_scope, manager_until_out_of_scope, manager_uses_out_of_scope, manager_depth_out_of_scope,
    // The form of terms.
    terms_no_purposes, terms_purpose_malformed, terms_purposes_unsorted, terms_no_operations, terms_operations_unsorted,
    terms_time_out_of_range, terms_period_empty, terms_uses_out_of_range, terms_depth_out_of_range,
    // Usage.
    grant_grantee_not_found, grant_to_self, grant_until_passed, grant_no_right_to_grant, grant_parent_not_found,
    grant_parent_of_other_data, grant_parent_not_yours, grant_purposes_widened, grant_operations_widened,
    grant_from_widened, grant_until_widened, grant_uses_widened, grant_depth_widened, grant_not_yet, grant_exhausted,
    grant_expired, grant_revoked, grant_not_found, grant_reason_malformed, grant_already_revoked,
    grant_no_right_to_revoke,
    // Recorded uses.
    uses_count_out_of_range, uses_no_right_to_record, uses_more_than_left,
    // Query logs.
    log_number_out_of_range, log_with_self, log_partner_not_found, log_already_anchored, log_expired,
    // Changes of nodes.
    change_set_changing, change_no_right_to_propose, change_keys_wrong, change_key_twice, change_until_out_of_range, change_too_many_open, change_role_required, change_member_without_key, change_already_serves, change_does_not_serve, change_last_validator, change_too_many_nodes, change_keys_unfit, change_no_new_key, change_readiness_out_of_range, change_readiness_wrong, change_not_found, change_not_a_voter, change_decided, change_stale, change_expired, change_already_voted,
    // Evidence.
    evidence_not_alone, evidence_too_large, evidence_malformed, evidence_not_contradicting, evidence_epoch_unknown,
    evidence_signer_unknown, evidence_known, evidence_enough, evidence_not_proven,
    // Blocks.
    block_version_unknown, block_height_wrong, block_prev_wrong, block_time_not_rising, block_time_out_of_range,
    block_prev_certificate_wrong, block_empty, block_too_many_transactions, block_too_large, block_log_size_wrong,
    block_costs_too_much, block_log_root_wrong, block_state_root_wrong, block_validators_wrong,
    // The genesis document.
    genesis_malformed, genesis_version_unknown, genesis_chain_name_malformed, genesis_time_out_of_range,
    genesis_parameter_out_of_range, genesis_members_unsorted, genesis_no_operator, genesis_key_twice,
    genesis_no_validators, genesis_nodes_unsorted, genesis_node_not_a_member, genesis_node_without_role,
    // The state tree.
    state_node_missing, state_node_damaged
};
// clang-format on

// What sort of problem it is, for those who answer by status.
enum class RefusalKind : std::uint8_t {
    malformed,  // could never have applied
    forbidden,  // the signer may not do this
    not_found,  // names something that isn't there
    conflict,   // doesn't fit the state as it is
};

// Every refusal, in the order of the enumeration.
[[nodiscard]] std::span<const Refusal> all_refusals();

// The stable name, such as "grant.not_found": programs may rely on it.
[[nodiscard]] std::string_view code(Refusal refusal);

[[nodiscard]] RefusalKind kind(Refusal refusal);

// What happened and why, in a sentence.
[[nodiscard]] std::string_view describe(Refusal refusal);

// What to do about it, in a sentence.
[[nodiscard]] std::string_view advice(Refusal refusal);

}  // namespace datadeed::ledger
