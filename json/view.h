#pragma once

#include <string>
#include <type_traits>
#include <utility>

#include "base/bytes.h"
#include "base/fields.h"
#include "json/value.h"

// to_json of anything with fields(), for people and HTTP. Strong types are what they wrap; bytes and digests are
// lower-case hex; a field that is an empty optional is left out; an enum is its name(E), found beside the enum; a
// variant is
// {"kind": name(kind), fields...}; lists are arrays. A view only: nothing is ever read back from it into what is
// signed.

namespace datadeed::json {

template <class T>
[[nodiscard]] Value to_json(const T& value);

namespace detail {

template <class T>
concept Named = requires(T value) { std::string_view{name(value)}; };

template <class E>
[[nodiscard]] Value enum_to_json(E value) {
    if constexpr (Named<E>) {
        return Value{std::string_view{name(value)}};
    } else {
        return Value{static_cast<std::uint64_t>(value)};
    }
}

template <class T>
void add_fields(Value& object, const T& value) {
    T::fields(value, [&object](const char* field_name, const auto& field, Limit = {}) {
        if constexpr (datadeed::detail::is_optional<std::remove_cvref_t<decltype(field)>>) {
            if (field) object.set(field_name, to_json(*field));
        } else {
            object.set(field_name, to_json(field));
        }
    });
}

}  // namespace detail

template <class T>
Value to_json(const T& value) {
    if constexpr (std::same_as<T, Value>) {
        return value;
    } else if constexpr (is_strong<T>) {
        return to_json(value.value);
    } else if constexpr (std::integral<T> || std::same_as<T, std::string> || std::same_as<T, std::string_view>) {
        return Value{value};
    } else if constexpr (std::is_enum_v<T>) {
        return detail::enum_to_json(value);
    } else if constexpr (std::same_as<T, Bytes> || datadeed::detail::is_byte_array<T>) {
        return Value{to_hex(value)};
    } else if constexpr (datadeed::detail::is_vector<T>) {
        Value list = Value::array();
        for (const auto& element : value) list.push(to_json(element));
        return list;
    } else if constexpr (datadeed::detail::is_optional<T>) {
        return value ? to_json(*value) : Value{};
    } else if constexpr (datadeed::detail::is_variant<T>) {
        return std::visit(
            []<class A>(const A& alternative) {
                Value object = Value::object();
                object.set("kind", detail::enum_to_json(A::kind));
                detail::add_fields(object, alternative);
                return object;
            },
            value);
    } else {
        static_assert(HasFields<T>, "a type becomes JSON by its fields()");
        Value object = Value::object();
        detail::add_fields(object, value);
        return object;
    }
}

}  // namespace datadeed::json
