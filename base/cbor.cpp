#include "base/cbor.h"

#include <algorithm>

namespace datadeed::cbor {

void Writer::head(unsigned major, std::uint64_t argument) {
    const auto initial = [major](unsigned low) { return static_cast<std::uint8_t>((major << 5U) | low); };
    if (argument < 24) {
        out_.push_back(initial(static_cast<unsigned>(argument)));
        return;
    }
    const unsigned width = argument <= UINT8_MAX ? 0 : argument <= UINT16_MAX ? 1 : argument <= UINT32_MAX ? 2 : 3;
    out_.push_back(initial(24 + width));
    for (unsigned i = 1U << width; i-- > 0;) out_.push_back(static_cast<std::uint8_t>(argument >> (8 * i)));
}

void Writer::integer(std::int64_t value) {
    if (value >= 0) {
        head(0, static_cast<std::uint64_t>(value));
    } else {
        head(1, ~static_cast<std::uint64_t>(value));
    }
}

void Writer::bytes(ByteView value) {
    head(2, value.size());
    append(out_, value);
}

void Writer::text(std::string_view value) {
    head(3, value.size());
    append(out_, as_bytes(value));
}

void Reader::fail(Rule rule) {
    if (!error_) error_ = DecodeError{rule, at_};
}

std::optional<Reader::Head> Reader::head() {
    if (error_) return std::nullopt;
    if (at_ >= input_.size()) {
        fail(Rule::input_must_not_end_inside_an_item);
        return std::nullopt;
    }
    const std::uint8_t initial = input_[at_];
    const unsigned low = initial & 0x1FU;
    if (low < 24) {
        ++at_;
        return Head{static_cast<unsigned>(initial >> 5U), low};
    }
    if (low > 27) {
        fail(low == 31 ? Rule::length_must_be_definite : Rule::item_must_be_of_the_expected_type);
        return std::nullopt;
    }
    const std::size_t width = std::size_t{1} << (low - 24);
    if (input_.size() - at_ <= width) {
        fail(Rule::input_must_not_end_inside_an_item);
        return std::nullopt;
    }
    std::uint64_t argument = 0;
    for (std::size_t i = 1; i <= width; ++i) argument = (argument << 8U) | input_[at_ + i];
    const std::uint64_t least = width == 1 ? 24 : std::uint64_t{1} << (4 * width);
    if (initial >> 5U != 7 && argument < least) {
        fail(Rule::argument_must_be_shortest);
        return std::nullopt;
    }
    at_ += 1 + width;
    return Head{static_cast<unsigned>(initial >> 5U), argument};
}

bool Reader::next_is(unsigned major) const {
    return !error_ && at_ < input_.size() && static_cast<unsigned>(input_[at_] >> 5U) == major;
}

std::optional<std::uint64_t> Reader::expect(unsigned major) {
    if (!error_ && at_ < input_.size() && !next_is(major)) {
        fail(Rule::item_must_be_of_the_expected_type);
        return std::nullopt;
    }
    const std::optional<Head> found = head();
    if (!found) return std::nullopt;
    return found->argument;
}

ByteView Reader::take(std::uint64_t size, std::size_t size_max) {
    if (size > size_max) {
        fail(Rule::length_must_be_within_its_limit);
        return {};
    }
    if (size > input_.size() - at_) {
        fail(Rule::input_must_not_end_inside_an_item);
        return {};
    }
    const ByteView view = input_.subspan(at_, static_cast<std::size_t>(size));
    at_ += view.size();
    return view;
}

std::uint64_t Reader::unsigned_integer(std::uint64_t max) {
    const std::optional<std::uint64_t> value = expect(0);
    if (!value) return 0;
    if (*value > max) {
        fail(Rule::integer_must_be_in_range);
        return 0;
    }
    return *value;
}

std::int64_t Reader::integer() {
    const bool negative = next_is(1);
    const std::optional<std::uint64_t> value = expect(negative ? 1 : 0);
    if (!value) return 0;
    if (*value > static_cast<std::uint64_t>(INT64_MAX)) {
        fail(Rule::integer_must_be_in_range);
        return 0;
    }
    const auto magnitude = static_cast<std::int64_t>(*value);
    return negative ? -1 - magnitude : magnitude;
}

ByteView Reader::bytes(std::size_t size_max) {
    const std::optional<std::uint64_t> size = expect(2);
    return size ? take(*size, size_max) : ByteView{};
}

std::string_view Reader::text(std::size_t size_max) {
    const std::optional<std::uint64_t> size = expect(3);
    if (!size) return {};
    const ByteView view = take(*size, size_max);
    if (!is_utf8(view)) {
        fail(Rule::text_must_be_valid_utf8);
        return {};
    }
    return as_text(view);
}

std::size_t Reader::array(std::size_t count_max) {
    const std::optional<std::uint64_t> count = expect(4);
    if (!count) return 0;
    if (*count > count_max) {
        fail(Rule::length_must_be_within_its_limit);
        return 0;
    }
    if (*count > input_.size() - at_) {
        fail(Rule::input_must_not_end_inside_an_item);
        return 0;
    }
    return static_cast<std::size_t>(*count);
}

std::size_t Reader::map(std::size_t pairs_max) {
    const std::optional<std::uint64_t> pairs = expect(5);
    if (!pairs) return 0;
    if (*pairs > pairs_max) {
        fail(Rule::length_must_be_within_its_limit);
        return 0;
    }
    if (*pairs > (input_.size() - at_) / 2) {
        fail(Rule::input_must_not_end_inside_an_item);
        return 0;
    }
    return static_cast<std::size_t>(*pairs);
}

void Reader::tag(std::uint64_t expected) {
    const std::optional<std::uint64_t> number = expect(6);
    if (number && *number != expected) fail(Rule::tag_must_be_allowed_here);
}

bool Reader::boolean() {
    if (error_) return false;
    if (at_ >= input_.size()) {
        fail(Rule::input_must_not_end_inside_an_item);
        return false;
    }
    const std::uint8_t initial = input_[at_];
    if (initial != 0xF4 && initial != 0xF5) {
        fail(Rule::item_must_be_of_the_expected_type);
        return false;
    }
    ++at_;
    return initial == 0xF5;
}

bool Reader::skip_null() {
    if (error_ || at_ >= input_.size() || input_[at_] != 0xF6) return false;
    ++at_;
    return true;
}

Result<void, DecodeError> Reader::finish() {
    if (!error_ && at_ != input_.size()) fail(Rule::nothing_may_follow_the_item);
    if (error_) return datadeed::fail(*error_);
    return {};
}

namespace {

void skip_item(ByteView input, Reader& reader, std::size_t depth);

void skip_map(ByteView input, Reader& reader, std::size_t depth) {
    const std::size_t pairs = reader.map(input.size());
    ByteView previous;
    for (std::size_t i = 0; i < pairs && !reader.failed(); ++i) {
        const std::size_t begin = reader.offset();
        skip_item(input, reader, depth + 1);
        const ByteView key = input.subspan(begin, reader.offset() - begin);
        if (i > 0 && !reader.failed() && !std::ranges::lexicographical_compare(previous, key)) {
            reader.fail(Rule::map_keys_must_be_unique_and_in_order);
        }
        previous = key;
        skip_item(input, reader, depth + 1);
    }
}

void skip_simple(std::uint8_t initial, Reader& reader) {
    if (initial == 0xF4 || initial == 0xF5) {
        (void)reader.boolean();
    } else if (initial >= 0xF9 && initial <= 0xFB) {
        reader.fail(Rule::floats_are_not_allowed);
    } else if (initial == 0xFF) {
        reader.fail(Rule::length_must_be_definite);
    } else if (!reader.skip_null()) {
        reader.fail(Rule::simple_value_must_be_false_true_or_null);
    }
}

void skip_item(ByteView input, Reader& reader, std::size_t depth) {
    if (reader.failed()) return;
    if (depth > depth_max) return reader.fail(Rule::nesting_must_be_bounded);
    if (reader.offset() >= input.size()) return reader.fail(Rule::input_must_not_end_inside_an_item);
    const std::uint8_t initial = input[reader.offset()];
    switch (initial >> 5U) {
        case 0:
            (void)reader.unsigned_integer();
            return;
        case 1:
            (void)reader.integer();
            return;
        case 2:
            (void)reader.bytes(input.size());
            return;
        case 3:
            (void)reader.text(input.size());
            return;
        case 4: {
            const std::size_t count = reader.array(input.size());
            for (std::size_t i = 0; i < count && !reader.failed(); ++i) skip_item(input, reader, depth + 1);
            return;
        }
        case 5:
            skip_map(input, reader, depth);
            return;
        case 6:
            reader.fail(Rule::tag_must_be_allowed_here);
            return;
        default:
            skip_simple(initial, reader);
            return;
    }
}

}  // namespace

Result<void, DecodeError> validate(ByteView input) {
    Reader reader{input};
    skip_item(input, reader, 1);
    return reader.finish();
}

std::string_view describe(Rule rule) {
    switch (rule) {
        case Rule::input_must_not_end_inside_an_item:
            return "the bytes end inside an item";
        case Rule::argument_must_be_shortest:
            return "a number is not in its shortest form";
        case Rule::length_must_be_definite:
            return "a length is left open (indefinite)";
        case Rule::item_must_be_of_the_expected_type:
            return "an item is not of the expected type";
        case Rule::integer_must_be_in_range:
            return "an integer is out of range";
        case Rule::text_must_be_valid_utf8:
            return "a text is not valid UTF-8";
        case Rule::map_keys_must_be_unique_and_in_order:
            return "map keys repeat or are out of order";
        case Rule::floats_are_not_allowed:
            return "floating-point numbers are not allowed";
        case Rule::simple_value_must_be_false_true_or_null:
            return "a simple value is not false, true or null";
        case Rule::tag_must_be_allowed_here:
            return "a tag is not allowed here";
        case Rule::nesting_must_be_bounded:
            return "items nest too deeply";
        case Rule::length_must_be_within_its_limit:
            return "a length is above its limit";
        case Rule::nothing_may_follow_the_item:
            return "bytes follow the item";
        case Rule::value_must_be_known:
            return "a value is not one of those known";
    }
    return "unknown rule";
}

}  // namespace datadeed::cbor
