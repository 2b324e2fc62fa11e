#include "base/bytes.h"

#include <rapidcheck.h>

#include "tests/support/catch.h"

namespace datadeed {

TEST_CASE("hexadecimal has two lower-case digits a byte") {
    CHECK(to_hex(Bytes{0x00, 0x0f, 0xa0, 0xff}) == "000fa0ff");
    CHECK(to_hex({}).empty());
    CHECK(from_hex("000fa0ff") == Bytes{0x00, 0x0f, 0xa0, 0xff});
    CHECK(from_hex("") == Bytes{});
}

TEST_CASE("hexadecimal has one spelling") {
    CHECK_FALSE(from_hex("0"));
    CHECK_FALSE(from_hex("0F"));
    CHECK_FALSE(from_hex("0g"));
    CHECK_FALSE(from_hex("0x"));
    CHECK_FALSE(from_hex(" 0"));
    CHECK_FALSE(from_hex("00\n"));
}

TEST_CASE("a fixed array takes exactly its bytes") {
    CHECK(array_from_hex<2>("0102") == ByteArray<2>{1, 2});
    CHECK_FALSE(array_from_hex<2>("01"));
    CHECK_FALSE(array_from_hex<2>("010203"));
    CHECK_FALSE(array_from_hex<2>("01zz"));
}

// RFC 4648 section 10.
TEST_CASE("base64 gives the published values") {
    const std::vector<std::pair<std::string, std::string>> examples{{"", ""},
                                                                    {"f", "Zg=="},
                                                                    {"fo", "Zm8="},
                                                                    {"foo", "Zm9v"},
                                                                    {"foob", "Zm9vYg=="},
                                                                    {"fooba", "Zm9vYmE="},
                                                                    {"foobar", "Zm9vYmFy"}};
    for (const auto& [plain, encoded] : examples) {
        CAPTURE(plain);
        CHECK(to_base64(as_bytes(plain)) == encoded);
        CHECK(from_base64(encoded) == to_bytes(as_bytes(plain)));
    }
    CHECK(to_base64(Bytes{0xfb, 0xff}) == "+/8=");
}

TEST_CASE("base64 has one spelling") {
    for (const char* const wrong : {"Zg", "Zg=", "Zh==", "Zm9=", "Z===", "====", "Zg==Zg==", "Zm9v\n", " Zm9v", "Zm-_",
                                    "=Zm9", "Zm=v", "Zg==="}) {
        CAPTURE(wrong);
        CHECK_FALSE(from_base64(wrong));
    }
}

TEST_CASE("hexadecimal and base64 bring all bytes back") {
    REQUIRE(rc::check("round trips", [](const Bytes& bytes) {
        RC_ASSERT(from_hex(to_hex(bytes)) == bytes);
        RC_ASSERT(from_base64(to_base64(bytes)) == bytes);
    }));
    REQUIRE(rc::check("what decodes is spelt as encoded", [](const std::string& text) {
        if (const auto bytes = from_hex(text)) RC_ASSERT(to_hex(*bytes) == text);
        if (const auto bytes = from_base64(text)) RC_ASSERT(to_base64(*bytes) == text);
    }));
}

TEST_CASE("text and bytes are two views of the same memory") {
    const std::string text = "a\xFF";
    CHECK(as_text(as_bytes(text)) == text);
    Bytes bytes{1};
    append(bytes, as_bytes("b"));
    CHECK(bytes == Bytes{1, 'b'});
}

}  // namespace datadeed
