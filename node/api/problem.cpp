#include "node/api/problem.h"

#include <algorithm>
#include <vector>

#include "http/problem.h"

namespace datadeed::api {
namespace {

unsigned status_of(ledger::RefusalKind kind) {
    switch (kind) {
        case ledger::RefusalKind::malformed:
            return 422;
        case ledger::RefusalKind::forbidden:
            return 403;
        case ledger::RefusalKind::not_found:
            return 404;
        case ledger::RefusalKind::conflict:
            return 409;
    }
    return 422;
}

std::string detail_of(TokenError error) {
    switch (error) {
        case TokenError::token_must_be_there:
            return "Reading needs a token of a member, and there is none.";
        case TokenError::token_must_be_well_formed:
            return "The token isn't of the form that this API knows.";
        case TokenError::token_must_name_this_node:
            return "The token is for another node.";
        case TokenError::token_must_not_be_expired:
            return "The token has expired, by this node's clock.";
        case TokenError::token_must_expire_soon:
            return "The token's expiry is more than ten minutes ahead of this node's clock.";
        case TokenError::token_signature_must_verify:
            return "The token's signature doesn't hold: other bytes, another key or another chain.";
        case TokenError::token_key_must_be_the_members:
            return "The key that signed the token isn't one that this member holds now.";
    }
    return {};
}

// A row for each ApiError.
struct Row {
    ApiError error{};
    Problem problem{};
};

const std::vector<Row> rows{
    {ApiError::target_must_be_well_formed,
     {400, "http.bad_target", "The path or query isn't well formed.",
      "Percent-encode UTF-8, and name each parameter once.", 0}},
    {ApiError::route_must_be_known,
     {404, "http.no_route", "There is nothing at this path.", "See docs/api.md for all paths.", 0}},
    {ApiError::method_must_be_allowed,
     {405, "http.method", "This path doesn't answer this method.", "See docs/api.md.", 0}},
    {ApiError::parameter_must_be_known,
     {400, "http.unknown_parameter", "This path doesn't know one of the parameters.", "See docs/api.md.", 0}},
    {ApiError::id_must_be_well_formed,
     {400, "http.bad_id", "The id isn't well formed.",
      "Transactions, grants, changes and keys are 64 lower-case hexadecimal digits.", 0}},
    {ApiError::number_must_be_well_formed,
     {400, "http.bad_number", "A number isn't well formed.", "Use decimal digits without sign.", 0}},
    {ApiError::limit_must_be_in_range,
     {400, "http.bad_limit", "The limit is out of range.", "Ask for 1 to 100 items.", 0}},
    {ApiError::cursor_must_be_well_formed,
     {400, "http.bad_cursor", "The cursor isn't one of this list.", "Use the `next` of the page before, unchanged.",
      0}},
    {ApiError::pair_must_be_complete,
     {400, "http.bad_pair", "The query log isn't named completely.", "Give a, b (two member ids) and epoch (a number).",
      0}},
    {ApiError::body_must_be_cose,
     {415, "http.media_type", "A transaction must come as application/cose.", "Set Content-Type: application/cose.",
      0}},
    {ApiError::body_must_not_be_empty,
     {400, "http.empty_body", "The body is empty.", "Send the COSE_Sign1 of a transaction.", 0}},
    {ApiError::prefer_must_be_well_formed,
     {400, "http.bad_prefer", "The Prefer header isn't well formed.", "Use Prefer: wait=S with S from 0 to 60.", 0}},
    {ApiError::member_must_exist,
     {404, "member.not_found", "There is no member of this id.", "List them: GET /v1/members", 0}},
    {ApiError::key_must_exist,
     {404, "key.not_found", "No member has this key.", "Ask an operator to admit you with this key.", 0}},
    {ApiError::data_must_exist,
     {404, "data.not_found", "There is no data set of this id.", "List them: GET /v1/data", 0}},
    {ApiError::grant_must_exist,
     {404, "grant.not_found", "There is no grant of this id.", "List them: GET /v1/grants", 0}},
    {ApiError::logs_must_exist,
     {404, "log.not_found", "Neither side has anchored a log of this pair and epoch.", "", 0}},
    {ApiError::epoch_must_exist,
     {404, "epoch.not_found", "No epoch of nodes has this number yet.", "See the present one: GET /v1/epochs/current",
      0}},
    {ApiError::change_must_exist,
     {404, "change.not_found", "There is no change of this id.", "List them: datadeed net changes, or GET /v1/changes",
      0}},
    {ApiError::evidence_must_exist,
     {404, "evidence.not_found", "Evidence of this id is neither on the chain nor held by this node.",
      "List it: GET /v1/evidence; other nodes may hold more.", 0}},
    {ApiError::transaction_must_exist,
     {404, "tx.not_found", "This node knows no transaction of this id.",
      "It may have been refused or have expired; or this node is behind: see /v1/node.", 0}},
    {ApiError::block_must_exist,
     {404, "block.not_found", "There is no block of this height here.", "See the height at /v1/node.", 0}},
    {ApiError::height_must_be_reached,
     {404, "state.height_ahead", "The chain has not reached this height here.", "See /v1/node.", 0}},
    {ApiError::height_must_be_kept,
     {410, "state.height_not_kept", "This node no longer keeps the state of this height.",
      "Ask a node that keeps more, or replay a copy of the chain.", 0}},
    {ApiError::block_must_be_kept,
     {410, "chain.pruned", "This node doesn't keep blocks as old as that.",
      "Ask a node that keeps more: /v1/epochs/current names the nodes.", 0}},
    {ApiError::tile_must_exist,
     {404, "tile.not_found", "There is no such tile in the log.", "See /checkpoint for the log's size.", 0}},
    {ApiError::checkpoint_must_exist,
     {404, "checkpoint.not_found", "No checkpoint has a quorum of cosignatures yet.", "Try again later.", 0}},
    {ApiError::search_must_be_short,
     {422, "grant.too_many_to_search", "The data set has more grants than one request may walk through.",
      "Ask for the grants of the data set or of the member alone, page by page.", 0}},
    {ApiError::receipt_must_be_ready,
     {503, "receipt.not_ready", "No cosigned checkpoint covers this transaction yet.", "Try again in a moment.", 1}},
    {ApiError::node_must_have_a_quorum,
     {503, "node.no_quorum", "Too few validators are connected and vote, so nothing becomes final now.",
      "Try again later, or another node; see /v1/node.", 2}},
    {ApiError::node_must_not_be_stopping,
     {503, "node.stopping", "This node is stopping.", "Ask another node; the transaction may still be final.", 2}},
    {ApiError::node_must_not_be_overloaded,
     {503, "node.overloaded", "This node has more to do than it can.", "Try again in a moment.", 1}},
};

}  // namespace

Problem problem_of(ApiError error) {
    const auto row = std::ranges::find(rows, error, &Row::error);
    if (row != rows.end()) return row->problem;
    return {500, "internal.error", "Something is wrong in this node.", "See its log.", 0};
}

Problem problem_of(ledger::Refusal refusal) {
    const unsigned status = refusal == ledger::Refusal::tx_too_large ? 413 : status_of(kind(refusal));
    return {status, std::string{code(refusal)}, std::string{describe(refusal)}, std::string{advice(refusal)}, 0};
}

Problem problem_of(const replica::Unusable& why) {
    Problem problem = problem_of(why.refusal);
    if (why.broken) {
        problem.detail += " At byte " + std::to_string(why.broken->offset) + ": " +
                          std::string{cbor::describe(why.broken->rule)} + ".";
    }
    return problem;
}

Problem problem_of(TokenError error) {
    const bool by_clock = error == TokenError::token_must_not_be_expired || error == TokenError::token_must_expire_soon;
    return {401, std::string{code(error)}, detail_of(error),
            by_clock ? "Sign a new one that ends within ten minutes. If this one was new, a clock is wrong: this "
                       "machine's, or the node's (see its /readyz)."
                     : "Sign [member, node, expiry] with a current key of the member; see docs/api.md.",
            0};
}

Problem problem_of(replica::Busy busy) {
    switch (busy) {
        case replica::Busy::pool_full:
            return {429, "pool.full", "The pool of waiting transactions is full.", "Try again in a moment.", 1};
        case replica::Busy::member_has_too_many:
            return {429, "pool.member_full", "This member has as many transactions waiting as one member may.",
                    "Wait until some are final.", 1};
        case replica::Busy::too_many_waiting:
            return {429, "node.too_many_waiting", "Too many clients wait for answers.",
                    "Try again in a moment, or submit without waiting.", 1};
        case replica::Busy::too_much_at_once:
            break;
    }
    return problem_of(ApiError::node_must_not_be_overloaded);
}

Problem problem_of(const chain::Error& error) {
    if (error.fault == chain::Fault::state_height_not_kept) return problem_of(ApiError::height_must_be_kept);
    if (error.fault == chain::Fault::chain_pruned) return problem_of(ApiError::block_must_be_kept);
    return {503, std::string{chain::code(error.fault)}, "This node can't read what it keeps.",
            "Ask another node; the operator finds the reason in this node's log.", 5};
}

http::Response to_response(const Problem& problem) {
    http::Response response = http::to_response(http::Problem{
        .status = problem.status, .code = problem.code, .title = {}, .detail = problem.detail, .hint = problem.hint});
    if (problem.retry_after_s != 0) response.headers.emplace_back("Retry-After", std::to_string(problem.retry_after_s));
    if (problem.status == 401) response.headers.emplace_back("WWW-Authenticate", "Datadeed");
    return response;
}

}  // namespace datadeed::api
