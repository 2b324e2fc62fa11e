#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

// A strict, streaming reader of comma-separated values (RFC 4180). Lines end in LF or CRLF, also in one file; a UTF-8
// byte order mark at the beginning is skipped; a quoted field may hold commas, doubled quotes and line ends, which are
// kept as they are. Blank lines are skipped unless the header has a single column. Everything else that is unusual is
// an error with its line: a repaired table is not the table that somebody signed for.

namespace datadeed::client {

enum class CsvRule : std::uint8_t {
    file_must_be_readable,
    header_must_exist,
    header_names_must_be_unique,
    quoted_field_must_be_closed,
    quote_must_enclose_the_whole_field,
    carriage_return_must_precede_line_feed,
    text_must_be_utf8,
    text_must_not_hold_nul,
    field_must_be_within_its_limit,
    record_must_have_as_many_fields_as_the_header,
};

// The stable code of a broken rule ("csv.quote_not_closed"), and the rule as a sentence for people.
[[nodiscard]] std::string_view code_of(CsvRule rule);
[[nodiscard]] std::string_view describe(CsvRule rule);

struct CsvError {
    CsvRule rule{};
    std::uint64_t line{};  // 1 is the first line of the file; of a quoted field, the line on which it begins

    friend bool operator==(const CsvError&, const CsvError&) = default;
};

struct CsvRecord {
    std::uint64_t line{};  // the line on which the record begins
    std::vector<std::string> fields{};

    friend bool operator==(const CsvRecord&, const CsvRecord&) = default;
};

// Fills the buffer and says how many bytes are new: 0 at the end, nothing when reading failed.
using ByteSource = std::function<std::optional<std::size_t>(std::span<char>)>;

// Memory is bounded by one record: fields_max fields of field_size_max bytes. For one thread.
class CsvReader {
public:
    static constexpr std::size_t field_size_max = 1U << 20U;
    static constexpr std::size_t fields_max = 4096;

    explicit CsvReader(ByteSource source);

    // Reads the header; to be called once, first.
    [[nodiscard]] Result<std::vector<std::string>, CsvError> header();

    // The next record, or nothing at the end. After an error the reader stays at it.
    [[nodiscard]] Result<std::optional<CsvRecord>, CsvError> next();

private:
    enum class Ends : std::uint8_t { field, record, file };

    [[nodiscard]] Result<std::optional<CsvRecord>, CsvError> read_record();
    [[nodiscard]] Result<Ends, CsvError> read_field(std::string& field);
    [[nodiscard]] Result<Ends, CsvError> read_quoted(std::string& field);
    [[nodiscard]] Result<Ends, CsvError> read_plain(std::string& field);
    [[nodiscard]] Result<Ends, CsvError> end_of_field(int byte);
    [[nodiscard]] Result<void, CsvError> check_text(const CsvRecord& record) const;
    void skip_byte_order_mark();
    int peek();
    int take();

    ByteSource source_;
    std::vector<char> buffer_;
    std::size_t at_{0};
    std::size_t end_{0};
    bool source_failed_{false};
    std::uint64_t line_{1};
    std::size_t columns_{0};
    std::optional<CsvError> broken_;
};

}  // namespace datadeed::client
