#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <variant>
#include <vector>

#include "base/strong.h"

// What fields.h asks of a type, as concepts and traits.

namespace datadeed {

// The most bytes of a text or byte string, or elements of a list, that decoding accepts.
struct Limit {
    std::size_t max{1024};
};

template <class T>
concept HasFields = requires(T& value) { T::fields(value, [](auto&&...) {}); };

// An enum takes part by saying which numbers are known: constexpr bool is_known(Role) beside the enum.
template <class T>
concept KnownEnum = std::is_enum_v<T> && requires(T value) {
    { is_known(value) } -> std::same_as<bool>;
};

namespace detail {

template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;
template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_variant = false;
template <class... T>
inline constexpr bool is_variant<std::variant<T...>> = true;
template <class T>
inline constexpr bool is_byte_array = false;
template <std::size_t N>
inline constexpr bool is_byte_array<std::array<std::uint8_t, N>> = true;

template <class T>
constexpr std::size_t field_count() {
    std::size_t count = 0;
    T value{};
    T::fields(value, [&count](auto&&...) { ++count; });
    return count;
}

}  // namespace detail

}  // namespace datadeed
