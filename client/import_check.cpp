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

}  // namespace

Outcome<ImportCheck> check_rows(const ImportPlan& plan) {
    Outcome<ImportRows> rows = ImportRows::open(plan);
    if (!rows) return fail(rows.error());
    ImportCheck check;
    std::map<Digest, Seen> seen;  // by the hash of the id
    while (true) {
        Outcome<std::optional<ImportRow>> next = rows->next();
        if (!next) return fail(next.error());
        if (!*next) return check;
        const ImportRow& row = **next;
        ++check.rows;
        const Result<void, ledger::Refusal> form = ledger::check(registration_of(row, plan.type));
        std::optional<ledger::Refusal> refusal = form ? std::nullopt : std::optional{form.error()};
        std::string why;
        if (!refusal) {  // a row that can't be registered doesn't take the id from a later one
            const Digest title = crypto::sha256(as_bytes(row.title));
            const Seen here{.title = title, .line = row.line};
            const auto& [first, fresh] = seen.emplace(crypto::sha256(as_bytes(row.id)), here);
            if (!fresh && first->second.title == title) ++check.repeated;
            if (!fresh && first->second.title != title) {
                refusal = ledger::Refusal::data_exists;
                why = "line " + std::to_string(first->second.line) + " has the same id and another title";
            }
        }
        if (refusal && ++check.failed_total <= ImportResult::failed_listed_max) {
            const Problem problem = to_problem(*refusal);
            check.failed.push_back(
                {.line = row.line, .code = problem.code, .detail = why.empty() ? problem.title : why});
        }
        if (!check.first) check.first = std::move(**next);
    }
}

}  // namespace datadeed::client
