#pragma once

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/csv.h"
#include "client/import.h"
#include "ledger/operation.h"

namespace datadeed::client {

// What a row of the table asks for.
struct ImportRow {
    std::uint64_t line{};
    std::string id{};
    std::string title{};
};

// The operation that registers it.
[[nodiscard]] ledger::Operation registration_of(const ImportRow& row, const std::string& type);

// The rows of an import's file, one after another. For one thread at a time.
class ImportRows {
public:
    [[nodiscard]] static Outcome<ImportRows> open(const ImportPlan& plan);

    // The next row, or nothing at the end.
    [[nodiscard]] Outcome<std::optional<ImportRow>> next();

private:
    using File = std::shared_ptr<std::FILE>;

    ImportRows(std::string path, File file);
    [[nodiscard]] Outcome<void> find_columns(const ImportPlan& plan);

    std::string path_;
    CsvReader reader_;
    std::vector<std::size_t> id_columns_;
    std::size_t title_column_{};
};

}  // namespace datadeed::client
