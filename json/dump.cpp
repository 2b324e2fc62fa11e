#include <array>
#include <charconv>
#include <string>

#include "base/cbor.h"
#include "base/overloaded.h"
#include "base/terminal.h"
#include "json/json.h"

namespace datadeed::json {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

void number_escape_to(std::string& out, std::uint32_t code) {
    constexpr std::string_view digits = "0123456789abcdef";
    out += "\\u";
    for (unsigned shift = 16; shift > 0; shift -= 4) out += digits[(code >> (shift - 4U)) & 0x0FU];
}

void escape_to(std::string& out, char c) {
    switch (c) {
        case '"':
            out += "\\\"";
            return;
        case '\\':
            out += "\\\\";
            return;
        case '\b':
            out += "\\b";
            return;
        case '\f':
            out += "\\f";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        default:
            break;
    }
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) {
        number_escape_to(out, byte);
    } else {
        out += c;
    }
}

// One well-formed character. What steers a terminal is escaped although JSON would let it pass: answers and lines of a
// log are looked at with whatever is at hand.
void character_to(std::string& out, std::string_view character) {
    const auto bits = [character](std::size_t at) { return static_cast<unsigned char>(character[at]) & 0x3FU; };
    switch (steering_size(character)) {
        case 2:
            return number_escape_to(out, (static_cast<unsigned char>(character[0]) & 0x1FU) << 6U | bits(1));
        case 3:
            return number_escape_to(
                out, (static_cast<unsigned char>(character[0]) & 0x0FU) << 12U | bits(1) << 6U | bits(2));
        default:
            for (const char c : character) escape_to(out, c);
    }
}

// Its length by its first byte.
std::size_t size_of_well_formed(char first) {
    const auto byte = static_cast<unsigned char>(first);
    return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

// The length of the well-formed character that starts here, 0 when there is none.
std::size_t character_size(std::string_view rest) {
    for (std::size_t size = 1; size <= 4 && size <= rest.size(); ++size) {
        if (cbor::is_utf8(as_bytes(rest.substr(0, size)))) return size;
    }
    return 0;
}

void text_to(std::string& out, std::string_view text) {
    out += '"';
    if (cbor::is_utf8(as_bytes(text))) {
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t size = size_of_well_formed(text[at]);
            character_to(out, text.substr(at, size));
            at += size;
        }
    } else {
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t size = character_size(text.substr(at));
            if (size == 0) {
                out += replacement;
            } else {
                character_to(out, text.substr(at, size));
            }
            at += size == 0 ? 1 : size;
        }
    }
    out += '"';
}

template <class T>
void number_to(std::string& out, T value) {
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    out.append(digits.data(), end);
}

void thousandths_to(std::string& out, std::int64_t value) {
    // In unsigned arithmetic, so that the least int64 has a size too.
    const std::uint64_t size = value < 0 ? ~static_cast<std::uint64_t>(value) + 1 : static_cast<std::uint64_t>(value);
    if (value < 0) out += '-';
    number_to(out, size / 1000);
    const std::string fraction = std::to_string(size % 1000);
    out += '.';
    out.append(3 - fraction.size(), '0');
    out += fraction;
}

void new_line(std::string& out, int indent, int depth) {
    if (indent <= 0) return;
    out += '\n';
    out.append(static_cast<std::size_t>(indent) * static_cast<std::size_t>(depth), ' ');
}

}  // namespace

void dump_to(std::string& out, const Value& value, int indent, int depth) {
    std::visit(Overloaded{
                   [&](std::nullptr_t) { out += "null"; },
                   [&](bool truth) { out += truth ? "true" : "false"; },
                   [&](std::uint64_t number) { number_to(out, number); },
                   [&](std::int64_t number) { number_to(out, number); },
                   [&](Value::Thousandths number) { thousandths_to(out, number.value); },
                   [&](const std::string& text) { text_to(out, text); },
                   [&](const Value::Array& elements) {
                       out += '[';
                       for (std::size_t i = 0; i < elements.size(); ++i) {
                           if (i > 0) out += ',';
                           new_line(out, indent, depth + 1);
                           dump_to(out, elements[i], indent, depth + 1);
                       }
                       if (!elements.empty()) new_line(out, indent, depth);
                       out += ']';
                   },
                   [&](const Value::Object& members) {
                       out += '{';
                       for (std::size_t i = 0; i < members.size(); ++i) {
                           if (i > 0) out += ',';
                           new_line(out, indent, depth + 1);
                           text_to(out, members[i].name);
                           out += indent > 0 ? ": " : ":";
                           dump_to(out, members[i].value, indent, depth + 1);
                       }
                       if (!members.empty()) new_line(out, indent, depth);
                       out += '}';
                   },
               },
               value.data_);
}

std::string dump(const Value& value, int indent) {
    std::string out;
    dump_to(out, value, indent, 0);
    return out;
}

}  // namespace datadeed::json
