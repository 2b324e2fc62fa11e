#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "client/import.h"
#include "client/import_rows.h"

namespace datadeed::client {

// What an import would meet, as far as the table alone can tell.
struct ImportCheck {
    std::uint64_t rows{};
    std::optional<ImportRow> first{};  // to see what the columns make of a row; nothing of an empty table
    std::uint64_t repeated{};          // the table has the same id and title before: an import skips these
    std::uint64_t failed_total{};
    std::vector<ImportFailure> failed{};  // by line, at most ImportResult::failed_listed_max
};

// Reads the whole table without a node: each row's id, title and type as the ledger checks their form, and ids that
// the table has twice. Whether an id is taken already only the ledger knows. Codes: as count_rows. Memory grows with
// the number of rows, by about 150 bytes each.
[[nodiscard]] Outcome<ImportCheck> check_rows(const ImportPlan& plan);

}  // namespace datadeed::client
