#include "json/value.h"

#include <limits>

#include "base/assert.h"

namespace datadeed::json {

Value::Value() : data_{nullptr} {}

Value::Value(std::nullptr_t) : data_{nullptr} {}

Value::Value(const char* text) : data_{std::string{text}} {}

Value::Value(std::string_view text) : data_{std::string{text}} {}

Value::Value(std::string text) : data_{std::move(text)} {}

Value::Value(Array elements) : data_{std::move(elements)} {}

Value::Value(Object members) : data_{std::move(members)} {}

Value Value::object(std::initializer_list<Member> members) {
    return Value{Object{members}};
}

Value Value::array(std::initializer_list<Value> elements) {
    return Value{Array(elements)};
}

Value Value::thousandths(std::int64_t value) {
    Value number;
    number.data_ = Thousandths{value};
    return number;
}

Value& Value::set(std::string_view name, Value value) {
    if (is_null()) data_ = Object{};
    Object* members = std::get_if<Object>(&data_);
    DATADEED_ASSERT(members != nullptr);
    for (Member& member : *members) {
        if (member.name == name) {
            member.value = std::move(value);
            return *this;
        }
    }
    members->push_back(Member{.name = std::string{name}, .value = std::move(value)});
    return *this;
}

Value& Value::push(Value value) {
    if (is_null()) data_ = Array{};
    Array* elements = std::get_if<Array>(&data_);
    DATADEED_ASSERT(elements != nullptr);
    elements->push_back(std::move(value));
    return *this;
}

std::optional<bool> Value::as_bool() const {
    if (const bool* value = std::get_if<bool>(&data_)) return *value;
    return std::nullopt;
}

std::optional<std::uint64_t> Value::as_unsigned() const {
    if (const std::uint64_t* value = std::get_if<std::uint64_t>(&data_)) return *value;
    return std::nullopt;
}

std::optional<std::int64_t> Value::as_integer() const {
    if (const std::int64_t* value = std::get_if<std::int64_t>(&data_)) return *value;
    const std::uint64_t* value = std::get_if<std::uint64_t>(&data_);
    if (value == nullptr || *value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        return std::nullopt;
    }
    return static_cast<std::int64_t>(*value);
}

std::optional<std::string_view> Value::as_text() const {
    if (const std::string* value = std::get_if<std::string>(&data_)) return std::string_view{*value};
    return std::nullopt;
}

const Value* Value::find(std::string_view name) const {
    const Object* members = as_object();
    if (members == nullptr) return nullptr;
    for (const Member& member : *members) {
        if (member.name == name) return &member.value;
    }
    return nullptr;
}

std::optional<std::string_view> Value::text_at(std::string_view name) const {
    const Value* value = find(name);
    return value == nullptr ? std::nullopt : value->as_text();
}

std::optional<std::uint64_t> Value::unsigned_at(std::string_view name) const {
    const Value* value = find(name);
    return value == nullptr ? std::nullopt : value->as_unsigned();
}

std::optional<bool> Value::bool_at(std::string_view name) const {
    const Value* value = find(name);
    return value == nullptr ? std::nullopt : value->as_bool();
}

const Value::Array* Value::array_at(std::string_view name) const {
    const Value* value = find(name);
    return value == nullptr ? nullptr : value->as_array();
}

}  // namespace datadeed::json
