#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "ledger/error.h"
#include "tests/ledger/world.h"
#include "tests/support/catch.h"

namespace datadeed::ledger::test {
namespace {

std::vector<Ladder> all_ladders() {
    return {ladder_of_transactions(),
            ladder_of_admit_member(),
            ladder_of_set_roles(),
            ladder_of_add_key(),
            ladder_of_retire_key(),
            ladder_of_register_data(),
            ladder_of_transfer_offer(),
            ladder_of_transfer_withdraw(),
            ladder_of_transfer_accept(),
            ladder_of_appoint_manager(),
            ladder_of_revoke_manager(),
            ladder_of_create_grant(),
            ladder_of_create_grant_by_manager(),
            ladder_of_sub_grants(),
            ladder_of_revoke_grant(),
            ladder_of_record_uses(),
            ladder_of_log_anchor(),
            ladder_of_propose_change(),
            ladder_of_other_changes(),
            ladder_of_node_limits(),
            ladder_of_vote_change(),
            ladder_of_report_evidence(),
            ladder_of_many_offences(),
            ladder_of_blocks(),
            ladder_of_genesis(),
            ladder_of_state_tree()};
}

bool is_code(std::string_view text) {
    const auto is_word = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
    const std::size_t dot = text.find('.');
    return dot != std::string_view::npos && dot > 0 && dot + 1 < text.size() &&
           std::ranges::all_of(text.substr(0, dot), is_word) && std::ranges::all_of(text.substr(dot + 1), is_word);
}

}  // namespace

TEST_CASE("every rule that can refuse is provoked") {
    std::set<Refusal> provoked;
    for (const Ladder& ladder : all_ladders()) {
        for (const Rung& rung : ladder) {
            if (rung.seen) provoked.insert(*rung.seen);
        }
    }
    for (const Refusal refusal : all_refusals()) {
        INFO(code(refusal) << " is never provoked");
        CHECK(provoked.contains(refusal));
    }
}

TEST_CASE("every refusal has a code of its own, a reason and an advice") {
    std::set<std::string_view> codes;
    for (const Refusal refusal : all_refusals()) {
        INFO(code(refusal));
        CHECK(is_code(code(refusal)));
        CHECK(codes.insert(code(refusal)).second);
        CHECK(describe(refusal).ends_with('.'));
        CHECK(advice(refusal).ends_with('.'));
    }
}

TEST_CASE("codes that programs rely on stay") {
    CHECK(code(Refusal::grant_not_found) == "grant.not_found");
    CHECK(code(Refusal::tx_nonce_used) == "tx.nonce_used");
    CHECK(code(Refusal::data_title_empty) == "data.title_empty");
    CHECK(kind(Refusal::grant_not_found) == RefusalKind::not_found);
    CHECK(kind(Refusal::data_exists) == RefusalKind::conflict);
    CHECK(kind(Refusal::tx_signature_wrong) == RefusalKind::forbidden);
    CHECK(kind(Refusal::tx_malformed) == RefusalKind::malformed);
}

}  // namespace datadeed::ledger::test
