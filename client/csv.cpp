#include "client/csv.h"

#include <algorithm>
#include <set>

#include "base/cbor.h"

namespace datadeed::client {
namespace {

constexpr int end_of_file = -1;
constexpr std::size_t csv_buffer_size = 1U << 16U;

}  // namespace

std::string_view code_of(CsvRule rule) {
    switch (rule) {
        case CsvRule::file_must_be_readable:
            return "csv.unreadable";
        case CsvRule::header_must_exist:
            return "csv.no_header";
        case CsvRule::header_names_must_be_unique:
            return "csv.header_repeats";
        case CsvRule::quoted_field_must_be_closed:
            return "csv.quote_not_closed";
        case CsvRule::quote_must_enclose_the_whole_field:
            return "csv.quote_misplaced";
        case CsvRule::carriage_return_must_precede_line_feed:
            return "csv.bare_carriage_return";
        case CsvRule::text_must_be_utf8:
            return "csv.not_utf8";
        case CsvRule::text_must_not_hold_nul:
            return "csv.nul_byte";
        case CsvRule::field_must_be_within_its_limit:
            return "csv.field_too_long";
        case CsvRule::record_must_have_as_many_fields_as_the_header:
            return "csv.field_count";
    }
    return "csv.unknown";
}

std::string_view describe(CsvRule rule) {
    switch (rule) {
        case CsvRule::file_must_be_readable:
            return "the file can't be read to its end";
        case CsvRule::header_must_exist:
            return "the file is empty: its first line must name the columns";
        case CsvRule::header_names_must_be_unique:
            return "two columns have the same name";
        case CsvRule::quoted_field_must_be_closed:
            return "a quoted field is never closed";
        case CsvRule::quote_must_enclose_the_whole_field:
            return "a quote stands inside a field: quote the whole field and double each quote within";
        case CsvRule::carriage_return_must_precede_line_feed:
            return "a carriage return stands without a line feed";
        case CsvRule::text_must_be_utf8:
            return "the text is not UTF-8";
        case CsvRule::text_must_not_hold_nul:
            return "the text holds a NUL byte";
        case CsvRule::field_must_be_within_its_limit:
            return "a field is longer than 1 MiB, or a line has too many fields";
        case CsvRule::record_must_have_as_many_fields_as_the_header:
            return "the line doesn't have as many fields as the header";
    }
    return "unknown rule";
}

CsvReader::CsvReader(ByteSource source) : source_{std::move(source)}, buffer_(csv_buffer_size) {}

int CsvReader::peek() {
    if (at_ == end_ && !source_failed_) {
        const std::optional<std::size_t> size = source_(buffer_);
        source_failed_ = !size.has_value();
        at_ = 0;
        end_ = std::min(size.value_or(0), buffer_.size());
    }
    return at_ == end_ ? end_of_file : static_cast<unsigned char>(buffer_[at_]);
}

int CsvReader::take() {
    const int byte = peek();
    if (byte == end_of_file) return byte;
    ++at_;
    if (byte == '\n') ++line_;
    return byte;
}

void CsvReader::skip_byte_order_mark() {
    constexpr std::string_view mark = "\xEF\xBB\xBF";
    if (peek() == end_of_file) return;
    // A source may hand over less than three bytes at first.
    while (end_ - at_ < mark.size()) {
        const std::optional<std::size_t> more = source_(std::span{buffer_}.subspan(end_));
        if (!more || *more == 0) break;
        end_ += *more;
    }
    if (std::string_view{buffer_.data() + at_, end_ - at_}.starts_with(mark)) at_ += mark.size();
}

Result<CsvReader::Ends, CsvError> CsvReader::end_of_field(int byte) {
    if (byte == ',') return Ends::field;
    if (byte == '\n') return Ends::record;
    if (byte == end_of_file) return Ends::file;
    if (byte == '\r' && peek() == '\n') {
        (void)take();
        return Ends::record;
    }
    return fail(CsvError{
        byte == '\r' ? CsvRule::carriage_return_must_precede_line_feed : CsvRule::quote_must_enclose_the_whole_field,
        line_});
}

Result<CsvReader::Ends, CsvError> CsvReader::read_quoted(std::string& field) {
    const std::uint64_t begin = line_;
    while (true) {
        const int byte = take();
        if (byte == end_of_file) return fail(CsvError{CsvRule::quoted_field_must_be_closed, begin});
        if (byte == '"') {
            if (peek() != '"') return end_of_field(take());
            (void)take();
        }
        if (field.size() >= field_size_max) return fail(CsvError{CsvRule::field_must_be_within_its_limit, begin});
        field.push_back(static_cast<char>(byte));
    }
}

Result<CsvReader::Ends, CsvError> CsvReader::read_plain(std::string& field) {
    while (true) {
        const std::uint64_t line = line_;
        const int byte = take();
        if (byte == ',' || byte == '\n' || byte == '\r' || byte == end_of_file) return end_of_field(byte);
        if (byte == '"') return fail(CsvError{CsvRule::quote_must_enclose_the_whole_field, line});
        if (field.size() >= field_size_max) return fail(CsvError{CsvRule::field_must_be_within_its_limit, line});
        field.push_back(static_cast<char>(byte));
    }
}

Result<CsvReader::Ends, CsvError> CsvReader::read_field(std::string& field) {
    if (peek() != '"') return read_plain(field);
    (void)take();
    return read_quoted(field);
}

Result<void, CsvError> CsvReader::check_text(const CsvRecord& record) const {
    for (const std::string& field : record.fields) {
        if (field.find('\0') != std::string::npos) {
            return fail(CsvError{CsvRule::text_must_not_hold_nul, record.line});
        }
        if (!cbor::is_utf8(as_bytes(field))) return fail(CsvError{CsvRule::text_must_be_utf8, record.line});
    }
    return {};
}

Result<std::optional<CsvRecord>, CsvError> CsvReader::read_record() {
    while (peek() != end_of_file) {
        CsvRecord record{.line = line_, .fields = {}};
        const bool quoted = peek() == '"';
        for (Ends ends = Ends::field; ends == Ends::field;) {
            if (record.fields.size() >= fields_max) {
                return fail(CsvError{CsvRule::field_must_be_within_its_limit, record.line});
            }
            const Result<Ends, CsvError> read = read_field(record.fields.emplace_back());
            if (!read) return fail(read.error());
            ends = *read;
        }
        const bool blank = !quoted && record.fields.size() == 1 && record.fields[0].empty();
        if (blank && columns_ != 1) continue;
        if (const Result<void, CsvError> text = check_text(record); !text) return fail(text.error());
        return std::optional<CsvRecord>{std::move(record)};
    }
    if (source_failed_) return fail(CsvError{CsvRule::file_must_be_readable, line_});
    return std::optional<CsvRecord>{};
}

Result<std::vector<std::string>, CsvError> CsvReader::header() {
    skip_byte_order_mark();
    Result<std::optional<CsvRecord>, CsvError> record = read_record();
    if (record && !*record) broken_ = CsvError{CsvRule::header_must_exist, 1};
    if (!record) broken_ = record.error();
    if (broken_) return fail(*broken_);
    const std::set<std::string> names{(*record)->fields.begin(), (*record)->fields.end()};
    if (names.size() != (*record)->fields.size()) {
        broken_ = CsvError{CsvRule::header_names_must_be_unique, (*record)->line};
        return fail(*broken_);
    }
    columns_ = (*record)->fields.size();
    return std::move((*record)->fields);
}

Result<std::optional<CsvRecord>, CsvError> CsvReader::next() {
    if (broken_) return fail(*broken_);
    Result<std::optional<CsvRecord>, CsvError> record = read_record();
    if (record && *record && (*record)->fields.size() != columns_) {
        record = fail(CsvError{CsvRule::record_must_have_as_many_fields_as_the_header, (*record)->line});
    }
    if (!record) broken_ = record.error();
    return record;
}

}  // namespace datadeed::client
