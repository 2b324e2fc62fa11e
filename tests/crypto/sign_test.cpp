#include "crypto/sign.h"

#include <rapidcheck.h>

#include <type_traits>

#include "crypto/init.h"
#include "crypto/self_test.h"
#include "crypto/speccheck_vectors.h"
#include "tests/crypto/samples.h"
#include "tests/support/catch.h"
#include "tests/support/vectors.h"

namespace datadeed::crypto {
namespace {

static_assert(!std::is_copy_constructible_v<SecretKey> && !std::is_copy_assignable_v<SecretKey>);

template <class Strong, std::size_t N>
Strong from(std::string_view hex) {
    return Strong{array_from_hex<N>(hex).value()};
}

bool registrable(std::string_view hex) {
    return is_registrable(from<PublicKey, 32>(hex));
}

}  // namespace

// RFC 8032 section 7.1.
TEST_CASE("signatures are the published ones") {
    struct Example {
        std::string seed, key, message, signature;
    };
    const std::vector<Example> examples{
        {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
         "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
         "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bb"
         "e24"
         "655141438e7a100b"},
        {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
         "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
         "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302"
         "aee"
         "b00d291612bb0c00"},
    };
    init();
    for (const Example& example : examples) {
        CAPTURE(example.message);
        const SecretKey key = SecretKey::from_seed(array_from_hex<32>(example.seed).value());
        const Bytes message = test::hex(example.message);
        CHECK(to_hex(key.public_key().value) == example.key);
        CHECK(to_hex(key.seed()) == example.seed);
        CHECK(to_hex(sign(key, message).value) == example.signature);
        CHECK(verify(key.public_key(), message, from<Signature, 64>(example.signature)));
    }
}

TEST_CASE("a signature holds for its key and message alone") {
    const SecretKey key = test::key_number(1);
    REQUIRE(rc::check("round trip, and one bit changed anywhere", [&](const Bytes& message, std::uint16_t bit) {
        const Signature signature = sign(key, message);
        RC_ASSERT(verify(key.public_key(), message, signature));

        const auto flip = [bit](auto& bytes) {
            bytes[bit / 8U % bytes.size()] ^= static_cast<std::uint8_t>(1U << (bit % 8U));
        };
        Signature other_signature = signature;
        flip(other_signature.value);
        RC_ASSERT(!verify(key.public_key(), message, other_signature));
        PublicKey other_key = key.public_key();
        flip(other_key.value);
        RC_ASSERT(!verify(other_key, message, signature));
        Bytes other_message = message;
        other_message.push_back(0);
        RC_ASSERT(!verify(key.public_key(), other_message, signature));
        other_message.pop_back();
        if (!message.empty()) {
            flip(other_message);
            RC_ASSERT(!verify(key.public_key(), other_message, signature));
        }
    }));
}

TEST_CASE("generated keys differ and sign") {
    SecretKey first = SecretKey::generate();
    const SecretKey second = SecretKey::generate();
    CHECK(first.public_key() != second.public_key());
    CHECK(is_registrable(first.public_key()));
    const SecretKey moved{std::move(first)};
    CHECK(verify(moved.public_key(), as_bytes("m"), sign(moved, as_bytes("m"))));
    const SecretKey again = SecretKey::from_seed(moved.seed());
    CHECK(again.public_key() == moved.public_key());
}

TEST_CASE("only canonical points of the prime-order group are registered") {
    CHECK(registrable("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"));
    // The identity, the point of order 2, one of order 4, one of order 8.
    CHECK_FALSE(registrable("0100000000000000000000000000000000000000000000000000000000000000"));
    CHECK_FALSE(registrable("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"));
    CHECK_FALSE(registrable("0000000000000000000000000000000000000000000000000000000000000000"));
    CHECK_FALSE(registrable("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"));
    // A good point plus one of order 8.
    CHECK_FALSE(registrable("cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d"));
    // Not on the curve, and a coordinate that isn't reduced.
    CHECK_FALSE(registrable("0200000000000000000000000000000000000000000000000000000000000000"));
    CHECK_FALSE(registrable("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"));
}

TEST_CASE("this machine's libraries decide as the protocol demands") {
    const Result<void, Error> result = check_verdicts();
    CHECK(result.has_value());
}

TEST_CASE("of the edge cases only the fourth is accepted") {
    const std::span<const SpeccheckVector> vectors = speccheck_vectors();
    REQUIRE(vectors.size() == 12);
    for (std::size_t i = 0; i < vectors.size(); ++i) {
        CAPTURE(i);
        CHECK(vectors[i].is_accepted == (i == 3));
        CHECK(verify(vectors[i].key, vectors[i].message, vectors[i].signature) == (i == 3));
    }
}

TEST_CASE("the edge cases in the source are the published ones") {
    const std::optional<nlohmann::json> published = datadeed::test::published_vectors("ed25519-speccheck.json");
    if (!published) {
        WARN("skipped: ../shared/vectors/ed25519-speccheck.json is missing");
        return;
    }
    const std::span<const SpeccheckVector> vectors = speccheck_vectors();
    REQUIRE(published->size() == vectors.size());
    for (std::size_t i = 0; i < vectors.size(); ++i) {
        CAPTURE(i);
        const nlohmann::json& entry = published->at(i);
        CHECK(to_hex(vectors[i].message) == entry.at("message").get<std::string>());
        CHECK(to_hex(vectors[i].key.value) == entry.at("pub_key").get<std::string>());
        CHECK(to_hex(vectors[i].signature.value) == entry.at("signature").get<std::string>());
    }
}

}  // namespace datadeed::crypto
