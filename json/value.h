#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace datadeed::json {

struct Member;

// A JSON value: null, a boolean, a 64-bit integer, a text, an array or an object. There are no floats; Thousandths is
// the one fraction that we print (a time, a rate), exact. An object keeps its members in the order in which they were
// put in. A plain value: copies are deep, different values may be used from different threads.
class Value {
public:
    using Array = std::vector<Value>;
    using Object = std::vector<Member>;

    Value();
    explicit(false) Value(std::nullptr_t);
    template <std::same_as<bool> T>
    explicit(false) Value(T value);
    template <std::integral T>
        requires(!std::same_as<T, bool>)
    explicit(false) Value(T value);
    explicit(false) Value(const char* text);
    explicit(false) Value(std::string_view text);
    explicit(false) Value(std::string text);
    explicit(false) Value(Array elements);
    explicit(false) Value(Object members);

    // An empty object or array, or one with these in it.
    [[nodiscard]] static Value object(std::initializer_list<Member> members = {});
    [[nodiscard]] static Value array(std::initializer_list<Value> elements = {});
    // The number value/1000, printed with three decimals: thousandths(1500) is 1.500. Parsing never makes one.
    [[nodiscard]] static Value thousandths(std::int64_t value);

    // Sets the member of an object, in place when the name is there, else at the end. A null becomes an object first;
    // on any other value it's a bug. Returns *this.
    Value& set(std::string_view name, Value value);
    // Appends to an array. A null becomes an array first; on any other value it's a bug. Returns *this.
    Value& push(Value value);

    // What it is, or nothing when it's something else. Pointers and views live as long as this value is unchanged.
    [[nodiscard]] bool is_null() const { return std::holds_alternative<std::nullptr_t>(data_); }
    [[nodiscard]] std::optional<bool> as_bool() const;
    [[nodiscard]] std::optional<std::uint64_t> as_unsigned() const;
    [[nodiscard]] std::optional<std::int64_t> as_integer() const;
    [[nodiscard]] std::optional<std::string_view> as_text() const;
    [[nodiscard]] const Array* as_array() const { return std::get_if<Array>(&data_); }
    [[nodiscard]] const Object* as_object() const { return std::get_if<Object>(&data_); }

    // The member of an object, or nullptr when this is no object or has none of that name.
    [[nodiscard]] const Value* find(std::string_view name) const;
    // As find, and nothing when it isn't of that type either.
    [[nodiscard]] std::optional<std::string_view> text_at(std::string_view name) const;
    [[nodiscard]] std::optional<std::uint64_t> unsigned_at(std::string_view name) const;
    [[nodiscard]] std::optional<bool> bool_at(std::string_view name) const;
    [[nodiscard]] const Array* array_at(std::string_view name) const;

    friend bool operator==(const Value&, const Value&) = default;

private:
    friend void dump_to(std::string& out, const Value& value, int indent, int depth);

    struct Thousandths {
        std::int64_t value{};
        friend bool operator==(const Thousandths&, const Thousandths&) = default;
    };

    // A number is uint64 when it isn't negative, else int64: equal numbers are equal values.
    std::variant<std::nullptr_t, bool, std::uint64_t, std::int64_t, Thousandths, std::string, Array, Object> data_;
};

// A name and its value in an object.
struct Member {
    std::string name{};
    Value value{};

    friend bool operator==(const Member&, const Member&) = default;
};

template <std::same_as<bool> T>
Value::Value(T value) : data_{value} {}

template <std::integral T>
    requires(!std::same_as<T, bool>)
Value::Value(T value) {
    if (std::cmp_less(value, 0)) {
        data_ = static_cast<std::int64_t>(value);
    } else {
        data_ = static_cast<std::uint64_t>(value);
    }
}

}  // namespace datadeed::json
