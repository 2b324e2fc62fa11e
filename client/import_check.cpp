#include "client/import_check.h"

#include <map>

#include "client/refusal.h"
#include "crypto/hash.h"

namespace datadeed::client {
namespace {

// The first row of an id that can be registered.
struct Seen {
    Digest title{};  // hashed
    std::uint64_t line{};
};

// What the table says of a row up to here.
struct Verdict {
    std::optional<ledger::Refusal> refusal{};
    std::string why{};  // in place of the refusal's own words, if it's not empty
    bool repeated{};
};

// By the hash of the id. A row that can't be registered doesn't take the id from a later one.
Verdict judge(std::map<Digest, Seen>& seen, const ImportRow& row, const std::string& type) {
    const Result<void, ledger::Refusal> form = ledger::check(registration_of(row, type));
    if (!form) return {.refusal = form.error()};
    const Seen here{.title = crypto::sha256(as_bytes(row.title)), .line = row.line};
    const auto& [first, fresh] = seen.emplace(crypto::sha256(as_bytes(row.id)), here);
    if (fresh) return {};
    if (first->second.title == here.title) return {.repeated = true};
    return {.refusal = ledger::Refusal::data_exists,
            .why = "line " + std::to_string(first->second.line) + " has the same id and another title"};
}

}  // namespace

Outcome<ImportCheck> check_rows(const ImportPlan& plan) {
    Outcome<ImportRows> rows = ImportRows::open(plan);
    if (!rows) return fail(rows.error());
    ImportCheck check;
    std::map<Digest, Seen> seen;
    while (true) {
        Outcome<std::optional<ImportRow>> next = rows->next();
        if (!next) return fail(next.error());
        if (!*next) return check;
        const ImportRow& row = **next;
        ++check.rows;
        const Verdict verdict = judge(seen, row, plan.type);
        if (verdict.repeated) ++check.repeated;
        if (verdict.refusal && ++check.failed_total <= ImportResult::failed_listed_max) {
            const Problem problem = to_problem(*verdict.refusal);
            check.failed.push_back(
                {.line = row.line, .code = problem.code, .detail = verdict.why.empty() ? problem.title : verdict.why});
        }
        if (!check.first) check.first = std::move(**next);
    }
}

}  // namespace datadeed::client
