#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/assert.h"
#include "base/cbor.h"
#include "base/fields.h"
#include "base/types.h"

// Any bytes: what validates and decodes has one encoding, and that is the bytes themselves.

namespace datadeed {
namespace {

enum class Word : std::uint8_t { first = 1, second = 7 };
constexpr bool is_known(Word word) {
    return word == Word::first || word == Word::second;
}

struct Leaf {
    static constexpr std::uint8_t kind = 1;
    Digest digest{};
    Word word{Word::first};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("digest", self.digest);
        visit("word", self.word);
    }
};

struct Other {
    static constexpr std::uint8_t kind = 2;
    std::optional<std::string> text{};
    bool flag{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("text", self.text, Limit{32});
        visit("flag", self.flag);
    }
};

// One field of each sort that base/fields.h knows.
struct Everything {
    Height height{};
    std::uint16_t small{};
    Bytes blob{};
    std::vector<std::variant<Leaf, Other>> list{};
    std::optional<Leaf> maybe{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("height", self.height);
        visit("small", self.small);
        visit("blob", self.blob, Limit{100});
        visit("list", self.list, Limit{20});
        visit("maybe", self.maybe);
    }
};

void copy_item(cbor::Reader& reader, cbor::Writer& writer) {
    if (reader.next_is(0)) return writer.unsigned_integer(reader.unsigned_integer());
    if (reader.next_is(1)) return writer.integer(reader.integer());
    if (reader.next_is(2)) return writer.bytes(reader.bytes(SIZE_MAX));
    if (reader.next_is(3)) return writer.text(reader.text(SIZE_MAX));
    if (reader.next_is(4) || reader.next_is(5)) {
        const bool is_map = reader.next_is(5);
        const std::size_t count = is_map ? reader.map(SIZE_MAX) : reader.array(SIZE_MAX);
        is_map ? writer.map(count) : writer.array(count);
        for (std::size_t i = 0; i < (is_map ? 2 * count : count) && !reader.failed(); ++i) copy_item(reader, writer);
        return;
    }
    if (reader.skip_null()) return writer.null();
    writer.boolean(reader.boolean());
}

void try_bytes(ByteView input) {
    if (cbor::validate(input)) {
        cbor::Reader reader{input};
        cbor::Writer writer;
        copy_item(reader, writer);
        DATADEED_ASSERT(reader.finish().has_value() && writer.data() == to_bytes(input));
    }
    if (const Result<Everything, cbor::DecodeError> decoded = decode<Everything>(input)) {
        DATADEED_ASSERT(encode(*decoded) == to_bytes(input));
        DATADEED_ASSERT(cbor::validate(input).has_value());
    }
}

}  // namespace
}  // namespace datadeed

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    datadeed::try_bytes({data, size});
    return 0;
}
