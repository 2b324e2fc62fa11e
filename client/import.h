#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "client/problem.h"
#include "client/session.h"

// Registers one data set for each row of a CSV table, many at a time. Each row is a transaction of its own whose id is
// known before it is sent: when an answer is lost, because a node was stopped, the same bytes go to another one, so a
// row is registered once or not at all, and which of both is always found out.

namespace datadeed::client {

struct ImportPlan {
    std::string file{};
    std::vector<std::string> id_columns{};  // their values joined with '/' are the data set's id
    std::string title_column{};
    std::string type{"table"};
};

struct ImportOptions {
    std::size_t threads{64};
    std::chrono::milliseconds row_timeout{60'000};
    std::function<void(std::uint64_t rows_done)> progress{};  // called by the calling thread, ten times a second
};

struct ImportFailure {
    std::uint64_t line{};
    std::string code{};
    std::string detail{};

    friend bool operator==(const ImportFailure&, const ImportFailure&) = default;
};

struct ImportResult {
    // Failures beyond this number are counted, not listed.
    static constexpr std::size_t failed_listed_max = 100'000;

    std::uint64_t registered{};
    std::uint64_t skipped{};  // registered before by this member with this title
    std::uint64_t failed_total{};
    std::vector<ImportFailure> failed{};  // by line

    friend bool operator==(const ImportResult&, const ImportResult&) = default;
};

// Reads the whole table without sending anything, and says how many rows it has. A table that is broken anywhere is
// refused as a whole. Codes: file.unreadable, csv.*, import.no_such_column.
[[nodiscard]] Outcome<std::uint64_t> count_rows(const ImportPlan& plan);

// To be called after count_rows: a table that breaks now was changed meanwhile, and fails with what is done so far lost
// from the result (not from the chain: running it again skips those rows). Codes as count_rows. Memory doesn't grow
// with the number of rows, but for the failures.
[[nodiscard]] Outcome<ImportResult> import_rows(Session& session, const ImportPlan& plan, const ImportOptions& options);

}  // namespace datadeed::client
