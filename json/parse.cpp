#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "json/json.h"

namespace datadeed::json {

namespace {

// Walks the text and remembers the furthest byte that the parser asked for: it tells a SAX handler of no position.
struct Cursor {
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    const char* at{};
    const char** furthest{};

    reference operator*() const { return *at; }
    Cursor& operator++() {
        ++at;
        *furthest = at;
        return *this;
    }
    Cursor operator++(int) {
        Cursor before = *this;
        ++*this;
        return before;
    }
    friend bool operator==(const Cursor& a, const Cursor& b) { return a.at == b.at; }
};

// Builds the value from events, stopping at the first broken rule. The library's parser keeps its own stack on the
// heap, so depth costs no call stack.
class Builder {
public:
    using number_integer_t = nlohmann::json::number_integer_t;
    using number_unsigned_t = nlohmann::json::number_unsigned_t;
    using number_float_t = nlohmann::json::number_float_t;
    using string_t = nlohmann::json::string_t;
    using binary_t = nlohmann::json::binary_t;

    explicit Builder(const Limits& limits) : limits_{limits} {}

    bool null() { return add(Value{}); }
    bool boolean(bool value) { return add(Value{value}); }
    bool number_integer(number_integer_t value) { return add(Value{value}); }
    bool number_unsigned(number_unsigned_t value) { return add(Value{value}); }
    bool number_float(number_float_t, const string_t&) { return refuse(Rule::numbers_must_be_integers_of_64_bits); }
    bool string(string_t& value) { return add(Value{std::move(value)}); }
    bool binary(binary_t&) { return refuse(Rule::text_must_be_json); }
    bool start_object(std::size_t) { return open(Value::object()); }
    bool end_object() { return close(); }
    bool start_array(std::size_t) { return open(Value::array()); }
    bool end_array() { return close(); }

    bool key(string_t& name) {
        if (!open_.back().names.insert(name).second) return refuse(Rule::member_names_must_be_unique);
        if (open_.back().names.size() > limits_.members_max) return refuse(Rule::members_must_be_bounded);
        open_.back().name = std::move(name);
        return true;
    }

    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& error) {
        // The lexer has one message for an ill-formed sequence and others for everything else.
        const bool utf8 = std::string_view{error.what()}.find("ill-formed UTF-8") != std::string_view::npos;
        return refuse(utf8 ? Rule::text_must_be_valid_utf8 : Rule::text_must_be_json);
    }

    [[nodiscard]] Rule rule() const { return rule_; }
    [[nodiscard]] Value take() { return std::move(root_); }

private:
    struct Open {
        Value value{};
        std::string name{};
        std::set<std::string, std::less<>> names{};
        Value::Object members{};
    };

    bool refuse(Rule rule) {
        rule_ = rule;
        return false;
    }

    bool open(Value value) {
        if (open_.size() >= limits_.depth_max) return refuse(Rule::nesting_must_be_bounded);
        open_.push_back(Open{.value = std::move(value), .name = {}, .names = {}, .members = {}});
        return true;
    }

    bool close() {
        Open done = std::move(open_.back());
        open_.pop_back();
        return add(done.value.as_object() != nullptr ? Value{std::move(done.members)} : std::move(done.value));
    }

    bool add(Value value) {
        if (open_.empty()) {
            root_ = std::move(value);
        } else if (open_.back().value.as_object() != nullptr) {
            // Not set(): it looks for the name, which is known to be new, and would make long objects quadratic.
            open_.back().members.push_back(Member{.name = std::move(open_.back().name), .value = std::move(value)});
        } else {
            open_.back().value.push(std::move(value));
        }
        return true;
    }

    Limits limits_;
    std::vector<Open> open_;
    Value root_;
    Rule rule_{Rule::text_must_be_json};
};

ParseError error_at(std::string_view text, std::size_t offset, Rule rule) {
    const std::string_view before = text.substr(0, offset);
    const std::size_t line_start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
    return {.rule = rule,
            .line = 1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')),
            .column = 1 + offset - line_start};
}

}  // namespace

Result<Value, ParseError> parse(std::string_view text, Limits limits) {
    if (text.size() > limits.size_max) {
        return fail(error_at(text, limits.size_max, Rule::text_must_be_within_its_size));
    }
    // The library would take NUL for the end of the text, and skip a byte order mark.
    if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
        return fail(error_at(text, nul, Rule::text_must_not_hold_nul_or_byte_order_mark));
    }
    if (text.starts_with("\xEF\xBB\xBF")) {
        return fail(error_at(text, 0, Rule::text_must_not_hold_nul_or_byte_order_mark));
    }
    Builder builder{limits};
    const char* const first = text.data();
    const char* furthest = first;
    const Cursor begin{.at = first, .furthest = &furthest};
    const Cursor end{.at = first + text.size(), .furthest = &furthest};
    if (!nlohmann::json::sax_parse(begin, end, &builder)) {
        // The byte before the cursor is the last one looked at; an empty text has none.
        const auto offset = static_cast<std::size_t>(furthest - first);
        return fail(error_at(text, offset == 0 ? 0 : offset - 1, builder.rule()));
    }
    return builder.take();
}

std::string_view code(Rule rule) {
    switch (rule) {
        case Rule::text_must_be_json:
            return "json.syntax";
        case Rule::text_must_be_within_its_size:
            return "json.too_large";
        case Rule::text_must_be_valid_utf8:
            return "json.not_utf8";
        case Rule::text_must_not_hold_nul_or_byte_order_mark:
            return "json.nul_or_bom";
        case Rule::members_must_be_bounded:
            return "json.too_many_members";
        case Rule::nesting_must_be_bounded:
            return "json.too_deep";
        case Rule::member_names_must_be_unique:
            return "json.duplicate_name";
        case Rule::numbers_must_be_integers_of_64_bits:
            return "json.not_an_integer";
    }
    return "json.unknown";
}

std::string_view describe(Rule rule) {
    switch (rule) {
        case Rule::text_must_be_json:
            return "this is not JSON";
        case Rule::text_must_be_within_its_size:
            return "the text is longer than allowed";
        case Rule::text_must_be_valid_utf8:
            return "the text is not valid UTF-8";
        case Rule::text_must_not_hold_nul_or_byte_order_mark:
            return "the text holds a NUL or a byte order mark";
        case Rule::members_must_be_bounded:
            return "an object has too many members";
        case Rule::nesting_must_be_bounded:
            return "arrays and objects are nested too deep";
        case Rule::member_names_must_be_unique:
            return "a name stands twice in one object";
        case Rule::numbers_must_be_integers_of_64_bits:
            return "a number is not an integer of 64 bits";
    }
    return "unknown";
}

std::string to_text(const ParseError& error) {
    return "line " + std::to_string(error.line) + ", column " + std::to_string(error.column) + ": " +
           std::string{describe(error.rule)};
}

}  // namespace datadeed::json
