#include "crypto/cose.h"

#include <rapidcheck.h>

#include "tests/crypto/samples.h"
#include "tests/support/catch.h"
#include "tests/support/vectors.h"

namespace datadeed::crypto {
namespace {

using cbor::Rule;
using test::hex;

const std::string kid_hex = "5820d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
const std::string protected_hex = "a3013204" + kid_hex + "106b64617461646565642f7478";

std::optional<Rule> broken_header(std::string_view text) {
    const Bytes bytes = hex(text);
    const Result<ProtectedHeader, cbor::DecodeError> header = decode_protected(bytes);
    return header ? std::nullopt : std::optional{header.error().rule};
}

std::optional<Rule> broken_message(const Bytes& bytes, const Sign1Limits& limits = {}) {
    const Result<Sign1View, cbor::DecodeError> view = decode_sign1(bytes, limits);
    return view ? std::nullopt : std::optional{view.error().rule};
}

Bytes context() {
    return signing_context("datadeed/tx/1", ChainId{});
}

Bytes message(ByteView payload) {
    return encode_sign1(make_sign1(test::key_number(1), "datadeed/tx", context(), payload));
}

// The parts of a message around the protected header, so that a test can put something else there.
Bytes message_with(std::string_view header, std::string_view unprotected = "a0") {
    cbor::Writer writer;
    writer.tag(18);
    writer.array(4);
    writer.bytes(hex(header));
    writer.raw(hex(unprotected));
    writer.bytes({});
    writer.bytes(ByteArray<64>{});
    return writer.take();
}

}  // namespace

// cose-wg/Examples, eddsa-examples/eddsa-sig-01.json: alg -8 and an unprotected kid there, which our decoder refuses,
// so the pieces below it are tried.
TEST_CASE("the published EdDSA example has our Sig_structure and signature") {
    const SecretKey key = SecretKey::from_seed(
        array_from_hex<32>("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60").value());
    const Bytes to_be_signed = sig_structure(hex("a201270300"), {}, as_bytes("This is the content."));
    CHECK(to_hex(to_be_signed) == "846a5369676e61747572653145a2012703004054546869732069732074686520636f6e74656e742e");
    CHECK(to_hex(sign(key, to_be_signed).value) ==
          "7142fd2ff96d56db85bee905a76ba1d0b7321a95c8c4d3607c5781932b7afb8711497dfa751bf40b58b3bcc32300b1487f3db34085ee"
          "f013b"
          "f08f4a44d6fef0d");
}

TEST_CASE("the published EdDSA file agrees") {
    const std::optional<nlohmann::json> file = datadeed::test::published_vectors("cose-sign1-eddsa.json");
    if (!file) {
        WARN("skipped: ../shared/vectors/cose-sign1-eddsa.json is missing");
        return;
    }
    const auto lower = [](std::string text) {
        for (char& c : text) c = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
        return text;
    };
    const nlohmann::json& vector = file->at(0);
    const nlohmann::json& json_key = vector.at("input").at("sign0").at("key");
    const SecretKey key = SecretKey::from_seed(array_from_hex<32>(json_key.at("d_hex").get<std::string>()).value());
    CHECK(to_hex(key.public_key().value) == json_key.at("x_hex").get<std::string>());

    const Bytes whole = hex(lower(vector.at("output").at("cbor").get<std::string>()));
    cbor::Reader reader{whole};
    reader.tag(18);
    CHECK(reader.array(4) == 4);
    const ByteView header = reader.bytes(100);
    CHECK(reader.map(1) == 1);
    CHECK(reader.unsigned_integer() == 4);
    CHECK(as_text(reader.bytes(10)) == "11");
    const ByteView payload = reader.bytes(100);
    const ByteView signature = reader.bytes(64);
    REQUIRE(reader.finish().has_value());

    const Bytes to_be_signed = sig_structure(header, {}, payload);
    CHECK(to_hex(to_be_signed) == lower(vector.at("intermediates").at("ToBeSign_hex").get<std::string>()));
    CHECK(to_hex(sign(key, to_be_signed).value) == to_hex(signature));
    CHECK(broken_message(whole).has_value());
}

TEST_CASE("the protected header has golden bytes") {
    const ProtectedHeader header{
        .alg = alg_ed25519, .kid = PublicKey{array_from_hex<32>(kid_hex.substr(4)).value()}, .typ = "datadeed/tx"};
    CHECK(to_hex(encode_protected(header)) == protected_hex);
    CHECK(decode_protected(hex(protected_hex)).value() == header);
}

TEST_CASE("a header says algorithm, key and type, and nothing else") {
    const std::string typ = "106b64617461646565642f7478";
    CHECK_FALSE(broken_header(protected_hex));
    CHECK(broken_header("a3012704" + kid_hex + typ) == Rule::value_must_be_known);          // EdDSA, -8
    CHECK(broken_header("a3012604" + kid_hex + typ) == Rule::value_must_be_known);          // ES256, -7
    CHECK(broken_header("a301381204" + kid_hex + typ) == Rule::argument_must_be_shortest);  // -19, longer
    CHECK(broken_header("a2013204" + kid_hex) == Rule::value_must_be_known);
    CHECK(broken_header("a4013204" + kid_hex + typ + "1100") == Rule::length_must_be_within_its_limit);
    CHECK(broken_header("a304" + kid_hex + "0132" + typ) == Rule::value_must_be_known);  // out of order
    CHECK(broken_header("a3013205" + kid_hex + typ) == Rule::value_must_be_known);
    CHECK(broken_header("a3013204411"
                        "1" +
                        typ) == Rule::length_must_be_within_its_limit);
    CHECK(broken_header("a3013204" + kid_hex + "1060") == Rule::length_must_be_within_its_limit);
    CHECK(broken_header("a3013204" + kid_hex + "107841" + std::string(130, '6')) ==
          Rule::length_must_be_within_its_limit);
    CHECK(broken_header("a3013204" + kid_hex + "1000") == Rule::item_must_be_of_the_expected_type);
    CHECK(broken_header("bf013204" + kid_hex + typ + "ff") == Rule::length_must_be_definite);
    CHECK(broken_header(protected_hex + "00") == Rule::nothing_may_follow_the_item);
    CHECK(broken_header("") == Rule::input_must_not_end_inside_an_item);
}

TEST_CASE("a context is the purpose and the chain") {
    CHECK(to_hex(context()) == "826d64617461646565642f74782f315820" + std::string(64, '0'));
    ChainId other;
    other.value[0] = 1;
    CHECK(signing_context("datadeed/tx/1", other) != context());
    CHECK(signing_context("datadeed/tx/2", ChainId{}) != context());
}

TEST_CASE("a message that was made decodes and verifies") {
    REQUIRE(rc::check("any payload", [](const Bytes& payload) {
        const Sign1 made = make_sign1(test::key_number(2), "datadeed/token", context(), payload);
        const Bytes encoded = encode_sign1(made);
        const Result<Sign1View, cbor::DecodeError> view = decode_sign1(encoded);
        RC_ASSERT(view.has_value());
        RC_ASSERT(view->header.typ == "datadeed/token");
        RC_ASSERT(view->header.kid == test::key_number(2).public_key());
        RC_ASSERT(to_bytes(view->payload) == payload);
        RC_ASSERT(verify_sign1(*view, context()));
        RC_ASSERT(encode_sign1({.protected_header = to_bytes(view->protected_header),
                                .payload = to_bytes(view->payload),
                                .signature = view->signature}) == encoded);
    }));
}

TEST_CASE("a message with any bit changed is refused or doesn't verify") {
    const Bytes encoded = message(as_bytes("pay"));
    for (std::size_t bit = 0; bit < encoded.size() * 8; ++bit) {
        Bytes changed = encoded;
        changed[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        const Result<Sign1View, cbor::DecodeError> view = decode_sign1(changed);
        if (view && verify_sign1(*view, context())) FAIL("bit " << bit);
    }
    SUCCEED();
}

TEST_CASE("a message for one purpose doesn't verify for another") {
    const Bytes encoded = message(as_bytes("pay"));
    const Result<Sign1View, cbor::DecodeError> view = decode_sign1(encoded);
    REQUIRE(view.has_value());
    CHECK(verify_sign1(*view, context()));
    CHECK_FALSE(verify_sign1(*view, signing_context("datadeed/token/1", ChainId{})));
    CHECK_FALSE(verify_sign1(*view, {}));
}

TEST_CASE("only the one form of a message is accepted") {
    const Bytes good = message(as_bytes("pay"));
    CHECK_FALSE(broken_message(good));
    CHECK_FALSE(broken_message(message_with(protected_hex)));
    CHECK(broken_message(message_with(protected_hex, "a10401")) == Rule::length_must_be_within_its_limit);
    CHECK(broken_message(message_with(protected_hex, "80")) == Rule::item_must_be_of_the_expected_type);
    CHECK(broken_message(message_with("")) == Rule::input_must_not_end_inside_an_item);
    CHECK(broken_message(message_with("a0")) == Rule::value_must_be_known);
    CHECK(broken_message(Bytes{good.begin() + 1, good.end()}) == Rule::item_must_be_of_the_expected_type);

    Bytes other_tag = good;
    other_tag[0] = 0xd1;
    CHECK(broken_message(other_tag) == Rule::tag_must_be_allowed_here);
    Bytes five = good;
    five[1] = 0x85;
    CHECK(broken_message(five) == Rule::length_must_be_within_its_limit);
    Bytes three = good;
    three[1] = 0x83;
    CHECK(broken_message(three) == Rule::item_must_be_of_the_expected_type);
    Bytes longer = good;
    longer.push_back(0);
    CHECK(broken_message(longer) == Rule::nothing_may_follow_the_item);
    CHECK(broken_message(good, {.payload_max = 2}) == Rule::length_must_be_within_its_limit);
    CHECK_FALSE(broken_message(good, {.payload_max = 3}));
    for (std::size_t size = 0; size < good.size(); ++size) {
        CHECK(broken_message(Bytes{good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)}).has_value());
    }
}

TEST_CASE("an error inside the header is told at its place in the message") {
    const Bytes bytes = message_with("a3012704" + kid_hex + "106b64617461646565642f7478");
    const Result<Sign1View, cbor::DecodeError> view = decode_sign1(bytes);
    REQUIRE_FALSE(view.has_value());
    // Tag, array head and the two bytes of the byte string's head, then the map head, the label and the value.
    CHECK(view.error() == cbor::DecodeError{Rule::value_must_be_known, 4 + 3});
}

}  // namespace datadeed::crypto
