#include "client/csv.h"

#include <algorithm>

#include "tests/support/catch.h"

namespace datadeed::client {
namespace {

// Hands the text over in pieces of this size, as a file or a pipe may.
ByteSource pieces(std::string text, std::size_t size) {
    return [text = std::move(text), size,
            at = std::size_t{0}](std::span<char> buffer) mutable -> std::optional<std::size_t> {
        const std::size_t count = std::min({size, buffer.size(), text.size() - at});
        std::copy_n(text.begin() + static_cast<std::ptrdiff_t>(at), count, buffer.begin());
        at += count;
        return count;
    };
}

using Rows = std::vector<std::vector<std::string>>;

struct Table {
    Rows rows{};
    std::vector<std::uint64_t> lines{};
    std::optional<CsvError> error{};
};

Table read(const std::string& text, std::size_t piece = 1 << 16) {
    CsvReader reader{pieces(text, piece)};
    Table table;
    Result<std::vector<std::string>, CsvError> header = reader.header();
    if (!header) return {.rows = {}, .lines = {}, .error = header.error()};
    table.rows.push_back(*header);
    while (true) {
        Result<std::optional<CsvRecord>, CsvError> record = reader.next();
        if (!record) {
            table.error = record.error();
            return table;
        }
        if (!*record) return table;
        table.rows.push_back((*record)->fields);
        table.lines.push_back((*record)->line);
    }
}

}  // namespace

TEST_CASE("a table of plain and quoted fields is read as RFC 4180 says") {
    struct Case {
        std::string name;
        std::string text;
        Rows rows;
    };
    const std::vector<Case> cases{
        {"plain", "a,b\n1,2\n", {{"a", "b"}, {"1", "2"}}},
        {"no line end at the end", "a,b\n1,2", {{"a", "b"}, {"1", "2"}}},
        {"CRLF", "a,b\r\n1,2\r\n", {{"a", "b"}, {"1", "2"}}},
        {"CRLF and LF in one file", "a,b\r\n1,2\n3,4\r\n", {{"a", "b"}, {"1", "2"}, {"3", "4"}}},
        {"byte order mark",
         "\xEF\xBB\xBF"
         "a,b\n1,2\n",
         {{"a", "b"}, {"1", "2"}}},
        {"byte order mark before a quote", "\xEF\xBB\xBF\"a\",b\n1,2\n", {{"a", "b"}, {"1", "2"}}},
        {"quoted comma", "a,b\n\"x,y\",2\n", {{"a", "b"}, {"x,y", "2"}}},
        {"doubled quote", "a,b\n\"say \"\"hi\"\"\",2\n", {{"a", "b"}, {"say \"hi\"", "2"}}},
        {"only a doubled quote", "a\n\"\"\"\"\n", {{"a"}, {"\""}}},
        {"line end in a field", "a,b\n\"x\r\ny\nz\",2\n", {{"a", "b"}, {"x\r\ny\nz", "2"}}},
        {"empty fields", "a,b,c\n,,\n\"\",x,\"\"\n", {{"a", "b", "c"}, {"", "", ""}, {"", "x", ""}}},
        {"Chinese", "编号,标题\n一,\"数据,集\"\n", {{"编号", "标题"}, {"一", "数据,集"}}},
        {"spaces are kept", "a,b\n 1 , 2\n", {{"a", "b"}, {" 1 ", " 2"}}},
        {"blank lines between", "a,b\n\n1,2\n\r\n\n", {{"a", "b"}, {"1", "2"}}},
        {"a blank line is a row of one column", "a\n\nx\n", {{"a"}, {""}, {"x"}}},
        {"an empty quoted field is a row of one column", "a\n\"\"\n", {{"a"}, {""}}},
        {"header alone", "a,b\n", {{"a", "b"}}},
    };
    for (const Case& one : cases) {
        for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{65536}}) {
            INFO(one.name << ", in pieces of " << piece);
            const Table table = read(one.text, piece);
            CHECK_FALSE(table.error.has_value());
            CHECK(table.rows == one.rows);
        }
    }
}

TEST_CASE("a broken table is an error with its line, whatever the pieces") {
    struct Case {
        std::string name;
        std::string text;
        CsvError error;
    };
    const std::vector<Case> cases{
        {"empty", "", {CsvRule::header_must_exist, 1}},
        {"byte order mark alone", "\xEF\xBB\xBF", {CsvRule::header_must_exist, 1}},
        {"blank lines alone", "\n\n", {CsvRule::header_must_exist, 1}},
        {"column twice", "a,b,a\n", {CsvRule::header_names_must_be_unique, 1}},
        {"open quote", "a,b\n1,2\n\"x,2\n3,4\n", {CsvRule::quoted_field_must_be_closed, 3}},
        {"open quote in the header", "\"a,b\n", {CsvRule::quoted_field_must_be_closed, 1}},
        {"text after a quote", "a,b\n\"x\"y,2\n", {CsvRule::quote_must_enclose_the_whole_field, 2}},
        {"space after a quote", "a,b\n\"x\" ,2\n", {CsvRule::quote_must_enclose_the_whole_field, 2}},
        {"quote inside a field", "a,b\n1,2\nx\"y,2\n", {CsvRule::quote_must_enclose_the_whole_field, 3}},
        {"space before a quote", "a,b\n \"x\",2\n", {CsvRule::quote_must_enclose_the_whole_field, 2}},
        {"carriage return alone", "a,b\n1,2\r3,4\n", {CsvRule::carriage_return_must_precede_line_feed, 2}},
        {"old Macintosh file", "a,b\r1,2\r", {CsvRule::carriage_return_must_precede_line_feed, 1}},
        {"carriage return after a quote",
         "a,b\n\"1\",\"2\"\rx\n",
         {CsvRule::carriage_return_must_precede_line_feed, 2}},
        {"too few fields", "a,b\n1,2\n3\n", {CsvRule::record_must_have_as_many_fields_as_the_header, 3}},
        {"too many fields", "a,b\n1,2,3\n", {CsvRule::record_must_have_as_many_fields_as_the_header, 2}},
        {"Latin 1", "a,b\n1,caf\xE9\n", {CsvRule::text_must_be_utf8, 2}},
        {"GB 18030", "a,b\n1,\xCA\xFD\xBE\xDD\n", {CsvRule::text_must_be_utf8, 2}},
        {"UTF-16",
         std::string{"\xFF\xFE"
                     "a\0,\0b\0\n\0",
                     10},
         {CsvRule::text_must_not_hold_nul, 1}},
        {"NUL", std::string{"a,b\n1,x\0y\n", 10}, {CsvRule::text_must_not_hold_nul, 2}},
        {"lines count inside quotes",
         "a,b\n\"x\ny\nz\",2\n3\n",
         {CsvRule::record_must_have_as_many_fields_as_the_header, 5}},
    };
    for (const Case& one : cases) {
        for (const std::size_t piece : {std::size_t{1}, std::size_t{65536}}) {
            INFO(one.name << ", in pieces of " << piece);
            const Table table = read(one.text, piece);
            REQUIRE(table.error.has_value());
            CHECK(code_of(table.error->rule) == code_of(one.error.rule));
            CHECK(table.error->line == one.error.line);
        }
    }
}

TEST_CASE("a field of 1 MiB is read, and a longer one refused") {
    const std::string longest(CsvReader::field_size_max, 'x');
    CHECK(read("a,b\n" + longest + ",2\n").rows.at(1).at(0) == longest);
    CHECK(read("a,b\n\"" + longest + "\",2\n").rows.at(1).at(0) == longest);
    const CsvError too_long{CsvRule::field_must_be_within_its_limit, 2};
    CHECK(read("a,b\n" + longest + "y,2\n").error == too_long);
    CHECK(read("a,b\n\"" + longest + "y\",2\n").error == too_long);
    CHECK(read("a\n" + std::string(CsvReader::fields_max, ',') + "\n").error == too_long);
}

TEST_CASE("rows say on which line they begin") {
    CHECK(read("a,b\n1,2\n\"x\ny\",2\n\n3,4\n").lines == std::vector<std::uint64_t>{2, 3, 6});
}

TEST_CASE("a source that fails is an error, not an end") {
    CsvReader reader{[calls = 0](std::span<char> buffer) mutable -> std::optional<std::size_t> {
        if (calls++ > 0) return std::nullopt;
        const std::string_view text = "a,b\n1,2\n";
        std::ranges::copy(text, buffer.begin());
        return text.size();
    }};
    REQUIRE(reader.header());
    REQUIRE(reader.next());
    const auto last = reader.next();
    REQUIRE_FALSE(last);
    CHECK(last.error().rule == CsvRule::file_must_be_readable);
    CHECK_FALSE(reader.next());
}

TEST_CASE("a million rows stream through without being kept") {
    constexpr std::uint64_t rows = 1'000'000;
    CsvReader reader{[written = std::uint64_t{0}](std::span<char> buffer) mutable -> std::optional<std::size_t> {
        std::string text = written == 0 ? "id,title\n" : "";
        while (written < rows && text.size() < 8192) text += std::to_string(written++) + ",\"标题, \"\"x\"\"\"\n";
        std::ranges::copy(text, buffer.begin());
        return text.size();
    }};
    REQUIRE(reader.header());
    std::uint64_t count = 0;
    while (true) {
        const auto record = reader.next();
        REQUIRE(record);
        if (!*record) break;
        ++count;
        if ((*record)->fields[1] != "标题, \"x\"") FAIL("row " << count);
    }
    CHECK(count == rows);
}

TEST_CASE("every broken rule has a code and a sentence of its own") {
    std::vector<std::string_view> codes;
    for (int i = 0; i <= static_cast<int>(CsvRule::record_must_have_as_many_fields_as_the_header); ++i) {
        codes.push_back(code_of(static_cast<CsvRule>(i)));
        CHECK(codes.back().starts_with("csv."));
        CHECK(describe(static_cast<CsvRule>(i)).size() > 20);
    }
    std::ranges::sort(codes);
    CHECK(std::ranges::adjacent_find(codes) == codes.end());
}

}  // namespace datadeed::client
