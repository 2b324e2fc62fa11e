#include "crypto/keyfile.h"

#include <sodium.h>

#include "base/cbor.h"
#include "tests/crypto/samples.h"
#include "tests/support/catch.h"

namespace datadeed::crypto {
namespace {

Bytes sealed(std::string_view passphrase, const KdfCost& cost = KdfCost::least()) {
    return seal_key(test::key_number(5), SecretText{passphrase}, cost).value();
}

// The error of opening, or nothing.
std::optional<Error> refusal(ByteView file, std::string_view passphrase, const KdfCost& most = KdfCost::most()) {
    const Result<SecretKey, Error> key = open_key(file, SecretText{passphrase}, most);
    return key ? std::nullopt : std::optional{key.error()};
}

// A key file that says what it is told to, sealed with nothing.
Bytes forged(std::string_view version, std::uint64_t operations, std::uint64_t memory) {
    cbor::Writer header;
    header.array(6);
    header.text(version);
    header.unsigned_integer(operations);
    header.unsigned_integer(memory);
    header.bytes(ByteArray<16>{});
    header.bytes(ByteArray<24>{});
    header.bytes(ByteArray<32>{});
    cbor::Writer file;
    file.array(2);
    file.bytes(header.data());
    file.bytes(ByteArray<48>{});
    return file.take();
}

// A file that is sealed as it should be, by somebody who names the public key of `named` and puts in the seed of
// `held`.
Bytes mislabelled(const SecretKey& named, const SecretKey& held, std::string_view passphrase) {
    cbor::Writer header;
    header.array(6);
    header.text("datadeed/key/1");
    header.unsigned_integer(1);
    header.unsigned_integer(8192);
    const ByteArray<16> salt{};
    const ByteArray<24> nonce{};
    header.bytes(salt);
    header.bytes(nonce);
    header.bytes(named.public_key().value);
    ByteArray<32> key{};
    ByteArray<48> sealed_seed{};
    const bool is_done = crypto_pwhash(key.data(), key.size(), passphrase.data(), passphrase.size(), salt.data(), 1,
                                       8192, crypto_pwhash_ALG_ARGON2ID13) == 0 &&
                         crypto_aead_xchacha20poly1305_ietf_encrypt(
                             sealed_seed.data(), nullptr, held.seed().data(), held.seed().size(), header.data().data(),
                             header.data().size(), nullptr, nonce.data(), key.data()) == 0;
    REQUIRE(is_done);
    cbor::Writer file;
    file.array(2);
    file.bytes(header.data());
    file.bytes(sealed_seed);
    return file.take();
}

}  // namespace

// Also the format itself, written by hand from its description.
TEST_CASE("a file must hold the key that it names") {
    const SecretKey one = test::key_number(1);
    const SecretKey two = test::key_number(2);
    CHECK_FALSE(refusal(mislabelled(one, one, "p"), "p"));
    CHECK(refusal(mislabelled(one, two, "p"), "p") == Error::keyfile_must_hold_the_key_it_names);
}

TEST_CASE("a sealed key opens with its passphrase") {
    const Bytes file = sealed("correct horse");
    const Result<SecretKey, Error> key = open_key(file, SecretText{"correct horse"});
    REQUIRE(key.has_value());
    CHECK(key->public_key() == test::key_number(5).public_key());
    CHECK(to_hex(key->seed()) == to_hex(test::key_number(5).seed()));
    CHECK(public_key_of(file).value() == key->public_key());
    CHECK(file.size() <= keyfile_size_max);
    CHECK(as_text(file).find("datadeed/key/1") != std::string_view::npos);
}

TEST_CASE("an empty passphrase is a passphrase") {
    const Bytes file = sealed("");
    CHECK_FALSE(refusal(file, ""));
    CHECK(refusal(file, " ") == Error::keyfile_must_open_with_the_passphrase);
}

TEST_CASE("another passphrase doesn't open a key") {
    const Bytes file = sealed("correct horse");
    CHECK(refusal(file, "correct Horse") == Error::keyfile_must_open_with_the_passphrase);
    CHECK(refusal(file, "") == Error::keyfile_must_open_with_the_passphrase);
}

TEST_CASE("the seed is not in the file, and no two files are alike") {
    const Bytes file = sealed("p");
    const Bytes again = sealed("p");
    CHECK(file != again);
    CHECK(to_hex(file).find(to_hex(test::key_number(5).seed())) == std::string::npos);
}

TEST_CASE("a key file with any bit changed doesn't open") {
    const Bytes file = sealed("p");
    constexpr KdfCost small{.operations = 2, .memory_bytes = 1U << 16U};
    for (std::size_t bit = 0; bit < file.size() * 8; ++bit) {
        Bytes changed = file;
        changed[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        if (!refusal(changed, "p", small)) FAIL("bit " << bit);
    }
    for (std::size_t size = 0; size < file.size(); ++size) {
        if (refusal(ByteView{file}.first(size), "p") != Error::keyfile_must_be_well_formed) FAIL("size " << size);
    }
    Bytes longer = file;
    longer.push_back(0);
    CHECK(refusal(longer, "p") == Error::keyfile_must_be_well_formed);
    CHECK(refusal(Bytes(keyfile_size_max + 1, 0), "p") == Error::keyfile_must_be_well_formed);
}

TEST_CASE("a hostile file can't make the reader work without bounds") {
    constexpr KdfCost most = KdfCost::most();
    constexpr KdfCost least = KdfCost::least();
    const auto opened = [](std::uint64_t operations, std::uint64_t memory) {
        return refusal(forged("datadeed/key/1", operations, memory), "p");
    };
    CHECK(opened(most.operations + 1, least.memory_bytes) == Error::keyfile_cost_must_be_within_bounds);
    CHECK(opened(least.operations, most.memory_bytes + 1) == Error::keyfile_cost_must_be_within_bounds);
    CHECK(opened(UINT64_MAX, UINT64_MAX) == Error::keyfile_cost_must_be_within_bounds);
    CHECK(opened(0, least.memory_bytes) == Error::keyfile_cost_must_be_within_bounds);
    CHECK(opened(1, least.memory_bytes - 1) == Error::keyfile_cost_must_be_within_bounds);
    CHECK(opened(1, least.memory_bytes) == Error::keyfile_must_open_with_the_passphrase);
    const Bytes dear = sealed("p", {.operations = 2, .memory_bytes = 1U << 16U});
    CHECK(refusal(dear, "p", KdfCost::least()) == Error::keyfile_cost_must_be_within_bounds);
    CHECK_FALSE(refusal(dear, "p", {.operations = 2, .memory_bytes = 1U << 16U}));
}

TEST_CASE("another version is told as such") {
    CHECK(refusal(forged("datadeed/key/2", 1, 8192), "p") == Error::keyfile_version_must_be_known);
    CHECK(public_key_of(forged("datadeed/key/2", 1, 8192)).error() == Error::keyfile_version_must_be_known);
    CHECK(public_key_of(forged("datadeed/key/1", 0, 0)).value() == PublicKey{});
}

TEST_CASE("the costs meant for people are within the bounds") {
    CHECK(KdfCost::moderate().memory_bytes == 268435456);
    CHECK(KdfCost::moderate().memory_bytes <= KdfCost::most().memory_bytes);
    CHECK(KdfCost::moderate().operations <= KdfCost::most().operations);
}

}  // namespace datadeed::crypto
