#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/assert.h"
#include "base/cbor.h"
#include "client/csv.h"
#include "client/time_text.h"

// Any bytes as a table, handed over in pieces: the outcome doesn't hang on the pieces, every field that comes out is
// clean UTF-8, and writing the rows back quoted gives the same rows. The same bytes as a date, which reads back what it
// says.

namespace datadeed::client {
namespace {

struct Outcomes {
    std::vector<std::vector<std::string>> rows{};
    std::optional<CsvError> error{};

    friend bool operator==(const Outcomes&, const Outcomes&) = default;
};

ByteSource pieces(std::string_view text, std::size_t size) {
    return [text, size](std::span<char> buffer) mutable -> std::optional<std::size_t> {
        const std::size_t count = std::min({size, buffer.size(), text.size()});
        std::copy_n(text.begin(), count, buffer.begin());
        text.remove_prefix(count);
        return count;
    };
}

Outcomes read(std::string_view text, std::size_t piece) {
    CsvReader reader{pieces(text, piece)};
    Outcomes outcomes;
    const Result<std::vector<std::string>, CsvError> header = reader.header();
    if (!header) return {.rows = {}, .error = header.error()};
    outcomes.rows.push_back(*header);
    while (true) {
        const Result<std::optional<CsvRecord>, CsvError> record = reader.next();
        if (!record) outcomes.error = record.error();
        if (!record || !*record) return outcomes;
        DATADEED_ASSERT((*record)->fields.size() == header->size());
        outcomes.rows.push_back((*record)->fields);
    }
}

std::string quoted(const std::vector<std::vector<std::string>>& rows) {
    std::string text;
    for (const std::vector<std::string>& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            text += i == 0 ? "\"" : ",\"";
            for (const char c : row[i]) text += c == '"' ? std::string{"\"\""} : std::string(1, c);
            text += '"';
        }
        text += "\r\n";
    }
    return text;
}

void try_table(std::string_view text) {
    const Outcomes whole = read(text, 1U << 16U);
    DATADEED_ASSERT(read(text, 1) == whole);
    DATADEED_ASSERT(read(text, 7) == whole);
    for (const std::vector<std::string>& row : whole.rows) {
        for (const std::string& field : row) {
            DATADEED_ASSERT(cbor::is_utf8(as_bytes(field)) && field.find('\0') == std::string::npos);
        }
    }
    if (whole.rows.empty()) return;
    DATADEED_ASSERT(read(quoted(whole.rows), 1U << 16U).rows == whole.rows);
}

void try_date(std::string_view text) {
    const Outcome<TimeMs> time = parse_from(text);
    if (time && time->value < 253'402'300'800'000) DATADEED_ASSERT(*parse_from(to_rfc3339(*time)) == *time);
}

}  // namespace
}  // namespace datadeed::client

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = datadeed::as_text({data, size});
    datadeed::client::try_table(text);
    datadeed::client::try_date(text);
    return 0;
}
