#include "client/import_check.h"

#include <map>

#include "client/refusal.h"
#include "crypto/hash.h"
#include "ledger/operation.h"

namespace datadeed::client {
namespace {

std::optional<ledger::Refusal> refusal_of(const ImportRow& row, const std::string& type) {
    const ledger::Operation operation = ledger::RegisterData{
        .data = ledger::DatasetId{row.id}, .title = row.title, .type = type, .commitment = std::nullopt};
    const Result<void, ledger::Refusal> form = ledger::check(operation);
    return form ? std::nullopt : std::optional{form.error()};
}

}  // namespace

Outcome<ImportCheck> check_rows(const ImportPlan& plan) {
    Outcome<ImportRows> rows = ImportRows::open(plan);
    if (!rows) return fail(rows.error());
    ImportCheck check;
    std::map<Digest, Digest> titles;  // by id, both hashed
    while (true) {
        Outcome<std::optional<ImportRow>> next = rows->next();
        if (!next) return fail(next.error());
        if (!*next) return check;
        const ImportRow& row = **next;
        ++check.rows;
        std::optional<ledger::Refusal> refusal = refusal_of(row, plan.type);
        if (!refusal) {  // a row that can't be registered doesn't take the id from a later one
            const Digest title = crypto::sha256(as_bytes(row.title));
            const auto& [seen, fresh] = titles.emplace(crypto::sha256(as_bytes(row.id)), title);
            if (!fresh && seen->second == title) ++check.repeated;
            if (!fresh && seen->second != title) refusal = ledger::Refusal::data_exists;
        }
        if (refusal && ++check.failed_total <= ImportResult::failed_listed_max) {
            const Problem problem = to_problem(*refusal);
            check.failed.push_back({.line = row.line, .code = problem.code, .detail = problem.title});
        }
        if (!check.first) check.first = std::move(**next);
    }
}

}  // namespace datadeed::client
