#include "cli/exit_codes.h"

#include <array>
#include <utility>

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
constexpr std::array<std::pair<std::string_view, int>, 8> by_code{{
    {client::code::pending, exit_code::pending},
    {client::code::passphrase_needed, exit_code::usage},
    {client::code::passphrase_wrong, exit_code::not_authorised},
    {client::code::unreachable, exit_code::unreachable},
    {client::code::wrong_chain, exit_code::conflict},
    {"node.no_quorum", exit_code::unreachable},
    {"pool.full", exit_code::unreachable},
    {"process.interrupted", exit_code::interrupted},
}};

}  // namespace

std::span<const ExitCode> exit_codes() { return all_codes; }

int exit_of(const client::Problem& problem) {
    for (const auto& [code, number] : by_code) {
        if (problem.code == code) return number;
    }
    switch (problem.status) {
        case 401:
        case 403: return exit_code::not_authorised;
        case 404: return exit_code::not_found;
        case 409:
        case 412: return exit_code::conflict;
        case 422: return exit_code::refused;
        case 429:
        case 502:
        case 503:
        case 504: return exit_code::unreachable;
        default: break;
    }
    return problem.status >= 400 && problem.status < 500 ? exit_code::usage : exit_code::internal;
}

}  // namespace datadeed::cli
