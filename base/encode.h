#pragma once

#include <string>

#include "base/cbor.h"
#include "base/field_traits.h"

// The encoding half of fields.h.

namespace datadeed {

template <class T>
void encode_to(cbor::Writer& writer, const T& value) {
    if constexpr (is_strong<T>) {
        encode_to(writer, value.value);
    } else if constexpr (std::same_as<T, bool>) {
        writer.boolean(value);
    } else if constexpr (std::unsigned_integral<T>) {
        writer.unsigned_integer(value);
    } else if constexpr (KnownEnum<T>) {
        writer.unsigned_integer(static_cast<std::uint64_t>(value));
    } else if constexpr (std::same_as<T, std::string>) {
        writer.text(value);
    } else if constexpr (std::same_as<T, Bytes> || detail::is_byte_array<T>) {
        writer.bytes(value);
    } else if constexpr (detail::is_vector<T>) {
        writer.array(value.size());
        for (const auto& element : value) encode_to(writer, element);
    } else if constexpr (detail::is_optional<T>) {
        if (value) {
            encode_to(writer, *value);
        } else {
            writer.null();
        }
    } else if constexpr (detail::is_variant<T>) {
        std::visit(
            [&writer]<class A>(const A& alternative) {
                writer.array(1 + detail::field_count<A>());
                writer.unsigned_integer(static_cast<std::uint64_t>(A::kind));
                A::fields(alternative,
                          [&writer](const char*, const auto& field, Limit = {}) { encode_to(writer, field); });
            },
            value);
    } else {
        static_assert(HasFields<T>, "a type is encoded by its fields()");
        writer.array(detail::field_count<T>());
        T::fields(value, [&writer](const char*, const auto& field, Limit = {}) { encode_to(writer, field); });
    }
}

template <class T>
[[nodiscard]] Bytes encode(const T& value) {
    cbor::Writer writer;
    encode_to(writer, value);
    return writer.take();
}

}  // namespace datadeed
