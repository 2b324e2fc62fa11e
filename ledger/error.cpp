#include "ledger/error.h"

#include <array>
#include <cstddef>

namespace datadeed::ledger {
namespace {

struct Row {
    Refusal refusal{};
    std::string_view code{};
    RefusalKind kind{};
};

// In the order of the enumeration. A code is never changed or reused.
constexpr auto rows = std::to_array<Row>({
    {Refusal::tx_too_large, "tx.too_large", RefusalKind::malformed},
    {Refusal::tx_malformed, "tx.malformed", RefusalKind::malformed},
    {Refusal::tx_type_wrong, "tx.type_wrong", RefusalKind::malformed},
    {Refusal::tx_no_operations, "tx.no_operations", RefusalKind::malformed},
    {Refusal::tx_too_many_operations, "tx.too_many_operations", RefusalKind::malformed},
    {Refusal::tx_too_many_keys, "tx.too_many_keys", RefusalKind::malformed},
    {Refusal::tx_signature_wrong, "tx.signature_wrong", RefusalKind::forbidden},
    {Refusal::tx_expired, "tx.expired", RefusalKind::conflict},
    {Refusal::tx_nonce_too_old, "tx.nonce_too_old", RefusalKind::conflict},
    {Refusal::tx_nonce_too_far_ahead, "tx.nonce_too_far_ahead", RefusalKind::conflict},
    {Refusal::tx_nonce_used, "tx.nonce_used", RefusalKind::conflict},
    {Refusal::tx_nonce_below_window, "tx.nonce_below_window", RefusalKind::conflict},
    {Refusal::key_not_found, "key.not_found", RefusalKind::forbidden},
    {Refusal::key_not_yet_valid, "key.not_yet_valid", RefusalKind::forbidden},
    {Refusal::key_retired, "key.retired", RefusalKind::forbidden},
    {Refusal::key_not_registrable, "key.not_registrable", RefusalKind::malformed},
    {Refusal::key_taken, "key.taken", RefusalKind::conflict},
    {Refusal::key_too_many, "key.too_many", RefusalKind::conflict},
    {Refusal::key_not_yours, "key.not_yours", RefusalKind::forbidden},
    {Refusal::key_already_retired, "key.already_retired", RefusalKind::conflict},
    {Refusal::key_last, "key.last", RefusalKind::conflict},
    {Refusal::member_id_malformed, "member.id_malformed", RefusalKind::malformed},
    {Refusal::member_organisation_malformed, "member.organisation_malformed", RefusalKind::malformed},
    {Refusal::member_no_roles, "member.no_roles", RefusalKind::malformed},
    {Refusal::member_roles_unsorted, "member.roles_unsorted", RefusalKind::malformed},
    {Refusal::member_no_keys, "member.no_keys", RefusalKind::malformed},
    {Refusal::member_keys_unsorted, "member.keys_unsorted", RefusalKind::malformed},
    {Refusal::member_operator_required, "member.operator_required", RefusalKind::forbidden},
    {Refusal::member_exists, "member.exists", RefusalKind::conflict},
    {Refusal::member_not_found, "member.not_found", RefusalKind::not_found},
    {Refusal::member_own_operator_role, "member.own_operator_role", RefusalKind::conflict},
    {Refusal::data_id_malformed, "data.id_malformed", RefusalKind::malformed},
    {Refusal::data_title_empty, "data.title_empty", RefusalKind::malformed},
    {Refusal::data_title_malformed, "data.title_malformed", RefusalKind::malformed},
    {Refusal::data_type_malformed, "data.type_malformed", RefusalKind::malformed},
    {Refusal::data_owner_role_required, "data.owner_role_required", RefusalKind::forbidden},
    {Refusal::data_exists, "data.exists", RefusalKind::conflict},
    {Refusal::data_not_found, "data.not_found", RefusalKind::not_found},
    {Refusal::data_majority_required, "data.majority_required", RefusalKind::forbidden},
    {Refusal::transfer_share_out_of_range, "transfer.share_out_of_range", RefusalKind::malformed},
    {Refusal::transfer_to_self, "transfer.to_self", RefusalKind::malformed},
    {Refusal::transfer_recipient_not_found, "transfer.recipient_not_found", RefusalKind::not_found},
    {Refusal::transfer_share_not_held, "transfer.share_not_held", RefusalKind::conflict},
    {Refusal::transfer_already_offered, "transfer.already_offered", RefusalKind::conflict},
    {Refusal::transfer_not_offered, "transfer.not_offered", RefusalKind::not_found},
    {Refusal::transfer_not_a_party, "transfer.not_a_party", RefusalKind::forbidden},
    {Refusal::transfer_too_many_owners, "transfer.too_many_owners", RefusalKind::conflict},
    {Refusal::manager_member_not_found, "manager.member_not_found", RefusalKind::not_found},
    {Refusal::manager_until_passed, "manager.until_passed", RefusalKind::conflict},
    {Refusal::manager_already_appointed, "manager.already_appointed", RefusalKind::conflict},
    {Refusal::manager_not_appointed, "manager.not_appointed", RefusalKind::not_found},
    {Refusal::manager_no_right_to_revoke, "manager.no_right_to_revoke", RefusalKind::forbidden},
    {Refusal::manager_appointment_over, "manager.appointment_over", RefusalKind::forbidden},
    {Refusal::manager_purposes_out_of_scope, "manager.purposes_out_of_scope", RefusalKind::forbidden},
    {Refusal::manager_operations_out_of_scope, "manager.operations_out_of_scope", RefusalKind::forbidden},
    {Refusal::manager_until_out_of_scope, "manager.until_out_of_scope", RefusalKind::forbidden},
    {Refusal::manager_uses_out_of_scope, "manager.uses_out_of_scope", RefusalKind::forbidden},
    {Refusal::manager_depth_out_of_scope, "manager.depth_out_of_scope", RefusalKind::forbidden},
    {Refusal::terms_no_purposes, "terms.no_purposes", RefusalKind::malformed},
    {Refusal::terms_purpose_malformed, "terms.purpose_malformed", RefusalKind::malformed},
    {Refusal::terms_purposes_unsorted, "terms.purposes_unsorted", RefusalKind::malformed},
    {Refusal::terms_no_operations, "terms.no_operations", RefusalKind::malformed},
    {Refusal::terms_operations_unsorted, "terms.operations_unsorted", RefusalKind::malformed},
    {Refusal::terms_time_out_of_range, "terms.time_out_of_range", RefusalKind::malformed},
    {Refusal::terms_period_empty, "terms.period_empty", RefusalKind::malformed},
    {Refusal::terms_uses_out_of_range, "terms.uses_out_of_range", RefusalKind::malformed},
    {Refusal::terms_depth_out_of_range, "terms.depth_out_of_range", RefusalKind::malformed},
    {Refusal::grant_grantee_not_found, "grant.grantee_not_found", RefusalKind::not_found},
    {Refusal::grant_to_self, "grant.to_self", RefusalKind::malformed},
    {Refusal::grant_until_passed, "grant.until_passed", RefusalKind::conflict},
    {Refusal::grant_no_right_to_grant, "grant.no_right_to_grant", RefusalKind::forbidden},
    {Refusal::grant_parent_not_found, "grant.parent_not_found", RefusalKind::not_found},
    {Refusal::grant_parent_of_other_data, "grant.parent_of_other_data", RefusalKind::conflict},
    {Refusal::grant_parent_not_yours, "grant.parent_not_yours", RefusalKind::forbidden},
    {Refusal::grant_purposes_widened, "grant.purposes_widened", RefusalKind::forbidden},
    {Refusal::grant_operations_widened, "grant.operations_widened", RefusalKind::forbidden},
    {Refusal::grant_from_widened, "grant.from_widened", RefusalKind::forbidden},
    {Refusal::grant_until_widened, "grant.until_widened", RefusalKind::forbidden},
    {Refusal::grant_uses_widened, "grant.uses_widened", RefusalKind::forbidden},
    {Refusal::grant_depth_widened, "grant.depth_widened", RefusalKind::forbidden},
    {Refusal::grant_not_yet, "grant.not_yet", RefusalKind::conflict},
    {Refusal::grant_exhausted, "grant.exhausted", RefusalKind::conflict},
    {Refusal::grant_expired, "grant.expired", RefusalKind::conflict},
    {Refusal::grant_revoked, "grant.revoked", RefusalKind::conflict},
    {Refusal::grant_not_found, "grant.not_found", RefusalKind::not_found},
    {Refusal::grant_reason_malformed, "grant.reason_malformed", RefusalKind::malformed},
    {Refusal::grant_already_revoked, "grant.already_revoked", RefusalKind::conflict},
    {Refusal::grant_no_right_to_revoke, "grant.no_right_to_revoke", RefusalKind::forbidden},
    {Refusal::uses_count_out_of_range, "uses.count_out_of_range", RefusalKind::malformed},
    {Refusal::uses_no_right_to_record, "uses.no_right_to_record", RefusalKind::forbidden},
    {Refusal::uses_more_than_left, "uses.more_than_left", RefusalKind::conflict},
    {Refusal::log_number_out_of_range, "log.number_out_of_range", RefusalKind::malformed},
    {Refusal::log_with_self, "log.with_self", RefusalKind::malformed},
    {Refusal::log_partner_not_found, "log.partner_not_found", RefusalKind::not_found},
    {Refusal::log_already_anchored, "log.already_anchored", RefusalKind::conflict},
    {Refusal::log_expired, "log.expired", RefusalKind::conflict},
    {Refusal::change_set_changing, "change.set_changing", RefusalKind::conflict},
    {Refusal::change_no_right_to_propose, "change.no_right_to_propose", RefusalKind::forbidden},
    {Refusal::change_keys_wrong, "change.keys_wrong", RefusalKind::malformed},
    {Refusal::change_key_twice, "change.key_twice", RefusalKind::malformed},
    {Refusal::change_until_out_of_range, "change.until_out_of_range", RefusalKind::conflict},
    {Refusal::change_too_many_open, "change.too_many_open", RefusalKind::conflict},
    {Refusal::change_role_required, "change.role_required", RefusalKind::conflict},
    {Refusal::change_member_without_key, "change.member_without_key", RefusalKind::conflict},
    {Refusal::change_already_serves, "change.already_serves", RefusalKind::conflict},
    {Refusal::change_does_not_serve, "change.does_not_serve", RefusalKind::conflict},
    {Refusal::change_last_validator, "change.last_validator", RefusalKind::conflict},
    {Refusal::change_too_many_nodes, "change.too_many_nodes", RefusalKind::conflict},
    {Refusal::change_keys_unfit, "change.keys_unfit", RefusalKind::conflict},
    {Refusal::change_no_new_key, "change.no_new_key", RefusalKind::conflict},
    {Refusal::change_readiness_out_of_range, "change.readiness_out_of_range", RefusalKind::conflict},
    {Refusal::change_readiness_wrong, "change.readiness_wrong", RefusalKind::forbidden},
    {Refusal::change_not_found, "change.not_found", RefusalKind::not_found},
    {Refusal::change_not_a_voter, "change.not_a_voter", RefusalKind::forbidden},
    {Refusal::change_decided, "change.decided", RefusalKind::conflict},
    {Refusal::change_stale, "change.stale", RefusalKind::conflict},
    {Refusal::change_expired, "change.expired", RefusalKind::conflict},
    {Refusal::change_already_voted, "change.already_voted", RefusalKind::conflict},
    {Refusal::evidence_not_alone, "evidence.not_alone", RefusalKind::malformed},
    {Refusal::evidence_too_large, "evidence.too_large", RefusalKind::malformed},
    {Refusal::evidence_malformed, "evidence.malformed", RefusalKind::malformed},
    {Refusal::evidence_not_contradicting, "evidence.not_contradicting", RefusalKind::malformed},
    {Refusal::evidence_epoch_unknown, "evidence.epoch_unknown", RefusalKind::not_found},
    {Refusal::evidence_signer_unknown, "evidence.signer_unknown", RefusalKind::not_found},
    {Refusal::evidence_known, "evidence.known", RefusalKind::conflict},
    {Refusal::evidence_enough, "evidence.enough", RefusalKind::conflict},
    {Refusal::evidence_not_proven, "evidence.not_proven", RefusalKind::malformed},
    {Refusal::block_version_unknown, "block.version_unknown", RefusalKind::malformed},
    {Refusal::block_height_wrong, "block.height_wrong", RefusalKind::conflict},
    {Refusal::block_prev_wrong, "block.prev_wrong", RefusalKind::conflict},
    {Refusal::block_time_not_rising, "block.time_not_rising", RefusalKind::conflict},
    {Refusal::block_time_out_of_range, "block.time_out_of_range", RefusalKind::malformed},
    {Refusal::block_prev_certificate_wrong, "block.prev_certificate_wrong", RefusalKind::conflict},
    {Refusal::block_empty, "block.empty", RefusalKind::malformed},
    {Refusal::block_too_many_transactions, "block.too_many_transactions", RefusalKind::malformed},
    {Refusal::block_too_large, "block.too_large", RefusalKind::malformed},
    {Refusal::block_log_size_wrong, "block.log_size_wrong", RefusalKind::conflict},
    {Refusal::block_costs_too_much, "block.costs_too_much", RefusalKind::malformed},
    {Refusal::block_log_root_wrong, "block.log_root_wrong", RefusalKind::conflict},
    {Refusal::block_state_root_wrong, "block.state_root_wrong", RefusalKind::conflict},
    {Refusal::block_validators_wrong, "block.validators_wrong", RefusalKind::conflict},
    {Refusal::genesis_malformed, "genesis.malformed", RefusalKind::malformed},
    {Refusal::genesis_version_unknown, "genesis.version_unknown", RefusalKind::malformed},
    {Refusal::genesis_chain_name_malformed, "genesis.chain_name_malformed", RefusalKind::malformed},
    {Refusal::genesis_time_out_of_range, "genesis.time_out_of_range", RefusalKind::malformed},
    {Refusal::genesis_parameter_out_of_range, "genesis.parameter_out_of_range", RefusalKind::malformed},
    {Refusal::genesis_members_unsorted, "genesis.members_unsorted", RefusalKind::malformed},
    {Refusal::genesis_no_operator, "genesis.no_operator", RefusalKind::malformed},
    {Refusal::genesis_key_twice, "genesis.key_twice", RefusalKind::malformed},
    {Refusal::genesis_no_validators, "genesis.no_validators", RefusalKind::malformed},
    {Refusal::genesis_nodes_unsorted, "genesis.nodes_unsorted", RefusalKind::malformed},
    {Refusal::genesis_node_not_a_member, "genesis.node_not_a_member", RefusalKind::malformed},
    {Refusal::genesis_node_without_role, "genesis.node_without_role", RefusalKind::malformed},
    {Refusal::state_node_missing, "state.node_missing", RefusalKind::not_found},
    {Refusal::state_node_damaged, "state.node_damaged", RefusalKind::conflict},
});

constexpr bool rows_are_in_order() {
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (static_cast<std::size_t>(rows[i].refusal) != i) return false;
    }
    return true;
}
static_assert(rows_are_in_order());
static_assert(rows.back().refusal == Refusal::state_node_damaged, "the last refusal has a row too");

constexpr std::array<Refusal, rows.size()> refusals = [] {
    std::array<Refusal, rows.size()> all{};
    for (std::size_t i = 0; i < rows.size(); ++i) all[i] = rows[i].refusal;
    return all;
}();

const Row& row(Refusal refusal) {
    return rows[static_cast<std::size_t>(refusal)];
}

}  // namespace

std::span<const Refusal> all_refusals() {
    return refusals;
}

std::string_view code(Refusal refusal) {
    return row(refusal).code;
}

RefusalKind kind(Refusal refusal) {
    return row(refusal).kind;
}

}  // namespace datadeed::ledger
