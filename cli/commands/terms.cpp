#include "cli/commands/terms.h"

#include <algorithm>
#include <array>

#include "base/suggest.h"
#include "client/time_text.h"

namespace datadeed::cli {
namespace {

constexpr std::array<std::string_view, 8> operation_names{"count", "sum",      "mean",      "min",
                                                          "max",   "variance", "histogram", "quantile"};

Outcome<std::vector<ledger::QueryOperation>> operations_of(const Args& args) {
    std::vector<ledger::QueryOperation> operations;
    for (const std::string& word : args.list("ops")) {
        const std::optional<ledger::QueryOperation> operation = ledger::query_operation_from(word);
        if (!operation) {
            return fail(bad_value("--ops: no operation '" + word + "'" + did_you_mean(word, operation_names),
                                  {"--ops count,sum,mean,min,max,variance,histogram,quantile"}));
        }
        operations.push_back(*operation);
    }
    return operations;
}

std::vector<ledger::Purpose> purposes_of(const Args& args) {
    std::vector<ledger::Purpose> purposes;
    for (const std::string& word : args.list("purpose")) purposes.emplace_back(word);
    return purposes;
}

}  // namespace

Outcome<ledger::Terms> terms_of(const Args& args) {
    ledger::Terms terms{.purposes = purposes_of(args),
                        .operations = {},
                        .from = std::nullopt,
                        .until = {},
                        .uses = args.number("uses").value_or(0),
                        .depth = ledger::depth_max};
    Outcome<std::vector<ledger::QueryOperation>> operations = operations_of(args);
    if (!operations) return fail(operations.error());
    terms.operations = std::move(*operations);
    const Outcome<TimeMs> until = client::parse_until(args.text("until"));
    if (!until) return fail(about("--until", until.error()));
    terms.until = *until;
    if (args.has("from")) {
        const Outcome<TimeMs> from = client::parse_from(args.text("from"));
        if (!from) return fail(about("--from", from.error()));
        terms.from = *from;
    }
    return in_order(std::move(terms));
}

Outcome<ledger::ManagerScope> scope_of(const Args& args) {
    ledger::ManagerScope scope{};
    if (args.has("purpose")) {
        std::vector<ledger::Purpose> purposes = purposes_of(args);
        std::ranges::sort(purposes);
        scope.purposes = std::move(purposes);
    }
    if (args.has("ops")) {
        Outcome<std::vector<ledger::QueryOperation>> operations = operations_of(args);
        if (!operations) return fail(operations.error());
        std::ranges::sort(*operations);
        scope.operations = std::move(*operations);
    }
    if (args.has("until")) {
        const Outcome<TimeMs> until = client::parse_until(args.text("until"));
        if (!until) return fail(about("--until", until.error()));
        scope.until = *until;
    }
    scope.uses = args.number("uses");
    const std::uint64_t depth = args.number("depth").value_or(ledger::depth_max);
    if (depth > ledger::depth_max)
        return fail(bad_value("--depth: " + std::to_string(depth) + " is not 0 to 8 levels"));
    scope.depth = static_cast<std::uint32_t>(depth);
    return scope;
}

}  // namespace datadeed::cli
