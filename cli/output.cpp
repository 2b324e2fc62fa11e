#include "cli/output.h"

#include <algorithm>
#include <array>

#include "base/terminal.h"
#include "cli/exit_codes.h"
#include "json/json.h"

namespace datadeed::cli {
namespace {

struct Range {
    std::uint32_t first{};
    std::uint32_t last{};
};

// Wide by Unicode's EastAsianWidth (W and F), in the coarse blocks that terminals agree on.
constexpr std::array<Range, 9> wide{{{0x1100, 0x115F},
                                     {0x2E80, 0x303E},
                                     {0x3041, 0xA4CF},
                                     {0xAC00, 0xD7A3},
                                     {0xF900, 0xFAFF},
                                     {0xFE30, 0xFE6F},
                                     {0xFF00, 0xFF60},
                                     {0x1F300, 0x1FAFF},
                                     {0x20000, 0x3FFFD}}};
constexpr std::array<Range, 4> zero_width{{{0x0300, 0x036F}, {0x200B, 0x200F}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}}};

template <std::size_t N>
bool within(const std::array<Range, N>& ranges, std::uint32_t c) {
    return std::ranges::any_of(ranges, [c](const Range& range) { return c >= range.first && c <= range.last; });
}

// The next character of a UTF-8 text, and moves past it; a broken byte is a character of its own.
std::uint32_t take_character(std::string_view& text) {
    const auto lead = static_cast<unsigned char>(text[0]);
    const std::size_t size = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (size == 1 || text.size() < size) {
        text.remove_prefix(1);
        return lead;
    }
    std::uint32_t c = lead & (0x7FU >> size);
    for (std::size_t i = 1; i < size; ++i) c = (c << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
    text.remove_prefix(size);
    return c;
}

void add_row(std::string& out, const std::vector<std::string>& row, const std::vector<std::size_t>& widths) {
    for (std::size_t i = 0; i < row.size(); ++i) {
        const std::string cell = printable(row[i]);
        out += cell;
        if (i + 1 < row.size()) out.append(widths[i] - display_width(cell) + 2, ' ');
    }
    out += '\n';
}

void add_line(std::string& out, std::string_view label, std::string_view text) {
    if (text.empty()) return;
    out.append("  ").append(label).append(printable(text)).append("\n");
}

// With a question mark for each character that steers a terminal, but those of `kept`.
std::string without_steering(std::string_view text, std::string_view kept) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const std::size_t size = steering_size(text);
        if (size == 0 || kept.find(text.front()) != std::string_view::npos) {
            out += text.front();
            text.remove_prefix(1);
        } else {
            out += '?';
            text.remove_prefix(size);
        }
    }
    return out;
}

}  // namespace

std::string printable(std::string_view text) {
    return without_steering(text, "");
}

std::string printable_lines(std::string_view text) {
    return without_steering(text, "\n");
}

std::size_t display_width(std::string_view utf8) {
    std::size_t width = 0;
    while (!utf8.empty()) {
        const std::uint32_t c = take_character(utf8);
        width += within(wide, c) ? 2U : within(zero_width, c) ? 0U : 1U;
    }
    return width;
}

std::string problem_text(const client::Problem& problem, std::string_view command) {
    std::string out = "error: " + printable(problem.title) + "  [" + printable(problem.code) + "]\n";
    add_line(out, "why:  ", problem.detail);
    for (const std::string& hint : problem.hint) add_line(out, "try:  ", hint);
    const bool usage = problem.code.starts_with("usage.");
    if (usage) add_line(out, "see:  ", "datadeed " + std::string{command} + (command.empty() ? "--help" : " --help"));
    return out;
}

json::Value problem_json(const client::Problem& problem) {
    json::Value hints = json::Value::array();
    for (const std::string& hint : problem.hint) hints.push(hint);
    json::Value value = json::Value::object({{"type", "urn:datadeed:error:" + problem.code},
                                             {"title", problem.title},
                                             {"status", problem.status},
                                             {"detail", problem.detail.empty() ? problem.title : problem.detail},
                                             {"code", problem.code},
                                             {"hint", std::move(hints)},
                                             {"exit", exit_of(problem)}});
    if (!problem.tx.empty()) value.set("tx", problem.tx);
    return value;
}

std::string error_output(const client::Problem& problem, std::string_view command, bool as_json) {
    return as_json ? json::dump(problem_json(problem)) + "\n" : problem_text(problem, command);
}

std::string to_text(const Table& table) {
    if (table.rows.empty()) return {};
    std::vector<std::size_t> widths(table.header.size());
    const auto widen = [&widths](const std::vector<std::string>& row) {
        for (std::size_t i = 0; i < row.size() && i < widths.size(); ++i) {
            widths[i] = std::max(widths[i], display_width(printable(row[i])));
        }
    };
    widen(table.header);
    std::ranges::for_each(table.rows, widen);
    std::string out;
    add_row(out, table.header, widths);
    for (const std::vector<std::string>& row : table.rows) add_row(out, row, widths);
    return out;
}

std::string shortened(std::string_view hex) {
    if (hex.size() <= 16) return std::string{hex};
    return std::string{hex.substr(0, 8)} + ".." + std::string{hex.substr(hex.size() - 4)};
}

std::string with_separators(std::uint64_t number) {
    std::string digits = std::to_string(number);
    for (std::size_t at = digits.size(); at > 3;) {
        at -= 3;
        digits.insert(at, ",");
    }
    return digits;
}

}  // namespace datadeed::cli
