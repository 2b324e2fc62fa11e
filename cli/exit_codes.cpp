#include "cli/exit_codes.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "client/refusal.h"

namespace datadeed::cli {
namespace {

constexpr std::array<ExitCode, 12> all_codes{{
    {exit_code::done, "done; an empty list is also done"},
    {exit_code::internal, "internal error: a bug of ours"},
    {exit_code::usage, "usage: a wrong flag or value, missing or broken input, or no terminal to ask on"},
    {exit_code::not_found, "something that was named doesn't exist"},
    {exit_code::not_authorised, "not authorised: wrong key or role, key file locked, wrong passphrase"},
    {exit_code::verification_failed, "verification FAILED: evidence of tampering or of a fork"},
    {exit_code::conflict, "conflict: it exists already, or a precondition doesn't hold"},
    {exit_code::pending, "accepted, but not final within --timeout; the transaction's id was printed"},
    {exit_code::unreachable, "no node reachable, or not enough nodes for a decision"},
    {exit_code::refused, "refused by the rules of the ledger; the reason's code was given"},
    {exit_code::partly_done, "partly done; the failures were listed"},
    {exit_code::interrupted, "interrupted"},
}};

// Codes whose class their HTTP status doesn't tell.
constexpr std::array<std::pair<std::string_view, int>, 9> by_code{{
    {client::code::pending, exit_code::pending},
    {"receipt.not_ready", exit_code::pending},
    {client::code::passphrase_needed, exit_code::usage},
    {client::code::passphrase_wrong, exit_code::not_authorised},
    {client::code::unreachable, exit_code::unreachable},
    {client::code::wrong_chain, exit_code::conflict},
    {"node.no_quorum", exit_code::unreachable},
    {"pool.full", exit_code::unreachable},
    {client::code::interrupted, exit_code::interrupted},
}};

// A grant that is there but doesn't reach as far as what was asked is no matter of who asks: it is the policy.
constexpr std::array<std::string_view, 16> policy{"grant.purposes_widened",
                                                  "grant.operations_widened",
                                                  "grant.from_widened",
                                                  "grant.until_widened",
                                                  "grant.uses_widened",
                                                  "grant.depth_widened",
                                                  "grant.not_yet",
                                                  "grant.exhausted",
                                                  "grant.expired",
                                                  "grant.revoked",
                                                  "uses.more_than_left",
                                                  "manager.purposes_out_of_scope",
                                                  "manager.uses_out_of_scope",
                                                  "manager.operations_out_of_scope",
                                                  "manager.until_out_of_scope",
                                                  "manager.depth_out_of_scope"};

int exit_of(ledger::Refusal refusal) {
    const std::string_view code = ledger::code(refusal);
    if (std::ranges::find(policy, code) != policy.end()) return exit_code::refused;
    switch (ledger::kind(refusal)) {
        case ledger::RefusalKind::malformed:
            return exit_code::usage;
        case ledger::RefusalKind::forbidden:
            return exit_code::not_authorised;
        case ledger::RefusalKind::not_found:
            return exit_code::not_found;
        case ledger::RefusalKind::conflict:
            return exit_code::conflict;
    }
    return exit_code::internal;
}

}  // namespace

std::span<const ExitCode> exit_codes() {
    return all_codes;
}

int exit_of(const client::Problem& problem) {
    for (const auto& [code, number] : by_code) {
        if (problem.code == code) return number;
    }
    if (const std::optional<ledger::Refusal> refusal = client::refusal_of(problem.code)) return exit_of(*refusal);
    switch (problem.status) {
        case 401:
        case 403:
            return exit_code::not_authorised;
        case 404:
        case 410:
            return exit_code::not_found;
        case 409:
        case 412:
            return exit_code::conflict;
        case 422:
            return exit_code::refused;
        case 429:
        case 502:
        case 503:
        case 504:
            return exit_code::unreachable;
        default:
            break;
    }
    return problem.status >= 400 && problem.status < 500 ? exit_code::usage : exit_code::internal;
}

}  // namespace datadeed::cli
