#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "chain/error.h"
#include "http/message.h"
#include "ledger/error.h"
#include "node/api/token.h"
#include "node/replica/actions.h"
#include "node/replica/verify.h"

// Every error that the API can answer with, as application/problem+json (RFC 9457). Statuses are decided here;
// client/refusal.cpp says the same of what it refuses before sending. Pure; any thread.

namespace datadeed::api {

struct Problem {
    unsigned status{500};
    std::string code{};              // stable and dotted, as in "grant.not_found"
    std::string detail{};            // what happened and why, for people
    std::string hint{};              // what to do; may be empty
    std::uint32_t retry_after_s{0};  // 0: no such header

    friend bool operator==(const Problem&, const Problem&) = default;
};

// What the API itself refuses.
enum class ApiError : std::uint8_t {
    target_must_be_well_formed,
    route_must_be_known,
    method_must_be_allowed,
    parameter_must_be_known,
    id_must_be_well_formed,
    number_must_be_well_formed,
    limit_must_be_in_range,
    cursor_must_be_well_formed,
    pair_must_be_complete,
    body_must_be_cose,
    body_must_not_be_empty,
    prefer_must_be_well_formed,
    member_must_exist,
    key_must_exist,
    data_must_exist,
    grant_must_exist,
    logs_must_exist,
    epoch_must_exist,
    change_must_exist,
    evidence_must_exist,
    transaction_must_exist,
    block_must_exist,
    height_must_be_reached,
    height_must_be_kept,
    block_must_be_kept,
    tile_must_exist,
    checkpoint_must_exist,
    search_must_be_short,
    receipt_must_be_ready,
    node_must_have_a_quorum,
    node_must_not_be_stopping,
    node_must_not_be_overloaded,
};

[[nodiscard]] Problem problem_of(ApiError error);
[[nodiscard]] Problem problem_of(ledger::Refusal refusal);
// Says also what is wrong with malformed bytes, and where.
[[nodiscard]] Problem problem_of(const replica::Unusable& why);
[[nodiscard]] Problem problem_of(TokenError error);
[[nodiscard]] Problem problem_of(replica::Busy busy);
// What a store says stays in the node's log: the answer doesn't show paths.
[[nodiscard]] Problem problem_of(const chain::Error& error);

[[nodiscard]] http::Response to_response(const Problem& problem);

}  // namespace datadeed::api
