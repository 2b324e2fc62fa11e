#pragma once

#include <algorithm>
#include <limits>
#include <string>

#include "base/cbor.h"
#include "base/field_traits.h"

// The decoding half of fields.h.

namespace datadeed {

template <class T>
void decode_from(cbor::Reader& reader, T& value, Limit limit = {});

namespace detail {

template <class T>
void decode_fields(cbor::Reader& reader, T& value) {
    T::fields(value, [&reader](const char*, auto& field, Limit limit = {}) { decode_from(reader, field, limit); });
}

template <class... Alternatives>
void decode_variant(cbor::Reader& reader, std::variant<Alternatives...>& value) {
    const std::size_t elements = reader.array(64);
    const std::uint64_t kind = reader.unsigned_integer();
    if (reader.failed()) return;
    const bool found =
        ((static_cast<std::uint64_t>(Alternatives::kind) == kind &&
          (elements == 1 + field_count<Alternatives>() ? decode_fields(reader, value.template emplace<Alternatives>())
                                                       : reader.fail(cbor::Rule::item_must_be_of_the_expected_type),
           true)) ||
         ...);
    if (!found) reader.fail(cbor::Rule::value_must_be_known);
}

template <class E>
void decode_vector(cbor::Reader& reader, std::vector<E>& value, Limit limit) {
    const std::size_t count = reader.array(limit.max);
    value.clear();
    for (std::size_t i = 0; i < count && !reader.failed(); ++i) decode_from(reader, value.emplace_back());
}

template <std::size_t N>
void decode_array(cbor::Reader& reader, std::array<std::uint8_t, N>& value) {
    const ByteView bytes = reader.bytes(N);
    if (reader.failed()) return;
    if (bytes.size() != N) return reader.fail(cbor::Rule::length_must_be_within_its_limit);
    std::copy(bytes.begin(), bytes.end(), value.begin());
}

}  // namespace detail

// Reads one value. On failure the reader holds the error and `value` is unspecified. `limit` bounds a text, byte string
// or list at this place; elements of a list have the default limit.
template <class T>
void decode_from(cbor::Reader& reader, T& value, Limit limit) {
    if constexpr (is_strong<T>) {
        decode_from(reader, value.value, limit);
    } else if constexpr (std::same_as<T, bool>) {
        value = reader.boolean();
    } else if constexpr (std::unsigned_integral<T>) {
        value = static_cast<T>(reader.unsigned_integer(std::numeric_limits<T>::max()));
    } else if constexpr (KnownEnum<T>) {
        const std::uint64_t number = reader.unsigned_integer(std::numeric_limits<std::underlying_type_t<T>>::max());
        value = static_cast<T>(number);
        if (!reader.failed() && !is_known(value)) reader.fail(cbor::Rule::value_must_be_known);
    } else if constexpr (std::same_as<T, std::string>) {
        value = reader.text(limit.max);
    } else if constexpr (std::same_as<T, Bytes>) {
        value = to_bytes(reader.bytes(limit.max));
    } else if constexpr (detail::is_byte_array<T>) {
        detail::decode_array(reader, value);
    } else if constexpr (detail::is_vector<T>) {
        detail::decode_vector(reader, value, limit);
    } else if constexpr (detail::is_optional<T>) {
        if (reader.skip_null()) {
            value.reset();
        } else {
            decode_from(reader, value.emplace(), limit);
        }
    } else if constexpr (detail::is_variant<T>) {
        detail::decode_variant(reader, value);
    } else {
        static_assert(HasFields<T>, "a type is decoded by its fields()");
        const std::size_t elements = reader.array(64);
        if (!reader.failed() && elements != detail::field_count<T>()) {
            reader.fail(cbor::Rule::item_must_be_of_the_expected_type);
        }
        if (!reader.failed()) detail::decode_fields(reader, value);
    }
}

// The whole input as one T: strict, so encode(*decode<T>(bytes)) == bytes whenever it succeeds.
template <class T>
[[nodiscard]] Result<T, cbor::DecodeError> decode(ByteView bytes) {
    cbor::Reader reader{bytes};
    T value{};
    decode_from(reader, value);
    if (const Result<void, cbor::DecodeError> end = reader.finish(); !end) return fail(end.error());
    return value;
}

}  // namespace datadeed
