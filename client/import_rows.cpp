#include "client/import_rows.h"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "base/suggest.h"
#include "client/files.h"

namespace datadeed::client {
namespace {

Problem broken_table(const std::string& path, const CsvError& error) {
    return {.code = std::string{code_of(error.rule)},
            .title = "'" + path + "', line " + std::to_string(error.line) + ": " + std::string{describe(error.rule)},
            .detail = "nothing was sent: a table is taken whole or not at all",
            .hint = {error.rule == CsvRule::text_must_be_utf8 ? "convert it: iconv -f GB18030 -t UTF-8 FILE > NEW"
                                                              : "correct the line; fields are quoted as RFC 4180 says"},
            .status = 400};
}

Problem no_such_column(const std::string& path, const std::string& name, const std::vector<std::string>& header) {
    const std::vector<std::string_view> names{header.begin(), header.end()};
    std::string all;
    for (const std::string& column : header) all += (all.empty() ? "" : ", ") + column;
    return {.code = "import.no_such_column",
            .title = "'" + path + "' has no column '" + name + "'" + did_you_mean(name, names),
            .detail = "its columns are " + all,
            .hint = {},
            .status = 400};
}

ByteSource source_of(std::shared_ptr<std::FILE> file) {
    return [file = std::move(file)](std::span<char> buffer) -> std::optional<std::size_t> {
        const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), file.get());
        if (size == 0 && std::ferror(file.get()) != 0) return std::nullopt;
        return size;
    };
}

}  // namespace

ledger::Operation registration_of(const ImportRow& row, const std::string& type) {
    return ledger::RegisterData{
        .data = ledger::DatasetId{row.id}, .title = row.title, .type = type, .commitment = std::nullopt};
}

ImportRows::ImportRows(std::string path, File file) : path_{std::move(path)}, reader_{source_of(std::move(file))} {}

Outcome<ImportRows> ImportRows::open(const ImportPlan& plan) {
    const File file{std::fopen(plan.file.c_str(), "rbe"), [](std::FILE* opened) {
                        if (opened != nullptr) static_cast<void>(std::fclose(opened));
                    }};
    if (!file) return fail(unreadable(plan.file, errno));
    ImportRows rows{plan.file, file};
    if (Outcome<void> found = rows.find_columns(plan); !found) return fail(found.error());
    return rows;
}

Outcome<void> ImportRows::find_columns(const ImportPlan& plan) {
    const Result<std::vector<std::string>, CsvError> header = reader_.header();
    if (!header) return fail(broken_table(path_, header.error()));
    const auto place = [&header](const std::string& name) -> std::optional<std::size_t> {
        const auto found = std::ranges::find(*header, name);
        if (found == header->end()) return std::nullopt;
        return static_cast<std::size_t>(found - header->begin());
    };
    for (const std::string& name : plan.id_columns) {
        const std::optional<std::size_t> column = place(name);
        if (!column) return fail(no_such_column(path_, name, *header));
        id_columns_.push_back(*column);
    }
    const std::optional<std::size_t> title = place(plan.title_column);
    if (!title) return fail(no_such_column(path_, plan.title_column, *header));
    title_column_ = *title;
    return {};
}

Outcome<std::optional<ImportRow>> ImportRows::next() {
    Result<std::optional<CsvRecord>, CsvError> record = reader_.next();
    if (!record) return fail(broken_table(path_, record.error()));
    if (!*record) return std::optional<ImportRow>{};
    const std::vector<std::string>& fields = (*record)->fields;
    ImportRow row{.line = (*record)->line, .id = {}, .title = fields[title_column_]};
    for (std::size_t i = 0; i < id_columns_.size(); ++i) row.id += (i == 0 ? "" : "/") + fields[id_columns_[i]];
    return std::optional{std::move(row)};
}

}  // namespace datadeed::client
