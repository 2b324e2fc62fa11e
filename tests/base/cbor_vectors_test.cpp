#include "base/cbor.h"
#include "tests/support/catch.h"
#include "tests/support/vectors.h"

// RFC 8949 appendix A as github.com/cbor/test-vectors has it: what our profile allows comes back byte for byte, what it
// doesn't is refused.

namespace datadeed::cbor {
namespace {

// Reads one item and writes it again.
void copy_item(Reader& reader, Writer& writer) {
    if (reader.next_is(0)) return writer.unsigned_integer(reader.unsigned_integer());
    if (reader.next_is(1)) return writer.integer(reader.integer());
    if (reader.next_is(2)) return writer.bytes(reader.bytes(1000));
    if (reader.next_is(3)) return writer.text(reader.text(1000));
    if (reader.next_is(4)) {
        const std::size_t count = reader.array(1000);
        writer.array(count);
        for (std::size_t i = 0; i < count; ++i) copy_item(reader, writer);
        return;
    }
    if (reader.next_is(5)) {
        const std::size_t pairs = reader.map(1000);
        writer.map(pairs);
        for (std::size_t i = 0; i < 2 * pairs; ++i) copy_item(reader, writer);
        return;
    }
    if (reader.skip_null()) return writer.null();
    writer.boolean(reader.boolean());
}

bool has_float(const nlohmann::json& value) {
    if (value.is_number_float()) return true;  // bignums too: they don't fit the parser's integers
    if (!value.is_structured()) return false;
    return std::any_of(value.begin(), value.end(), has_float);
}

// Told from what the vector says of the item, not from its bytes.
bool is_in_profile(const nlohmann::json& vector) {
    if (!vector.at("roundtrip").get<bool>()) return false;
    if (vector.contains("decoded")) return !has_float(vector.at("decoded"));
    const std::string diagnostic = vector.at("diagnostic").get<std::string>();
    return diagnostic.starts_with("h'") || diagnostic.starts_with("{");
}

}  // namespace

TEST_CASE("the published items are kept byte for byte or refused") {
    const std::optional<nlohmann::json> vectors = test::published_vectors("cbor-rfc8949-appendix-a.json");
    if (!vectors) {
        WARN("skipped: ../shared/vectors/cbor-rfc8949-appendix-a.json is missing");
        return;
    }
    int allowed = 0;
    for (const nlohmann::json& vector : *vectors) {
        const std::string hex = vector.at("hex").get<std::string>();
        CAPTURE(hex);
        const Bytes bytes = from_hex(hex).value();
        CHECK(validate(bytes).has_value() == is_in_profile(vector));
        if (!is_in_profile(vector)) continue;
        ++allowed;
        Reader reader{bytes};
        Writer writer;
        copy_item(reader, writer);
        CHECK(reader.finish().has_value());
        CHECK(writer.data() == bytes);
    }
    CHECK(vectors->size() == 82);
    CHECK(allowed == 36);
}

}  // namespace datadeed::cbor
