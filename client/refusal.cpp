#include "client/refusal.h"

#include <algorithm>

namespace datadeed::client {
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
    return 500;
}

}  // namespace

Problem to_problem(ledger::Refusal refusal) {
    std::string title{ledger::describe(refusal)};
    if (title.ends_with('.')) title.pop_back();
    return {.code = std::string{ledger::code(refusal)},
            .title = std::move(title),
            .detail = {},
            .hint = {std::string{ledger::advice(refusal)}},
            .status = refusal == ledger::Refusal::tx_too_large ? 413 : status_of(ledger::kind(refusal))};
}

std::optional<ledger::Refusal> refusal_of(std::string_view code) {
    const auto all = ledger::all_refusals();
    const auto found =
        std::ranges::find_if(all, [code](ledger::Refusal refusal) { return ledger::code(refusal) == code; });
    return found == all.end() ? std::nullopt : std::optional{*found};
}

}  // namespace datadeed::client
