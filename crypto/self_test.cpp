#include "crypto/self_test.h"

#include <algorithm>
#include <string_view>

#include "crypto/hash.h"
#include "crypto/sign.h"
#include "crypto/speccheck_vectors.h"

namespace datadeed::crypto {
namespace {

bool has_pinned_verdict(const SpeccheckVector& vector) {
    return verify(vector.key, vector.message, vector.signature) == vector.is_accepted;
}

// A key of order 8, and a key that is a good point plus one of small order: both from the edge cases.
bool refuses_torsion() {
    const std::span<const SpeccheckVector> vectors = speccheck_vectors();
    return !is_registrable(vectors[0].key) && !is_registrable(vectors[3].key);
}

// RFC 8032 section 7.1, test 1: the key is good and the signature over nothing is this one.
bool signs_as_published() {
    const auto seed = array_from_hex<32>("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
    const auto expected = array_from_hex<64>(
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe"
        "246"
        "55141438e7a100b");
    if (!seed || !expected) return false;
    const SecretKey key = SecretKey::from_seed(*seed);
    return is_registrable(key.public_key()) && sign(key, {}).value == *expected;
}

struct HashExample {
    std::string_view message;
    std::string_view digest;
};

// FIPS 180-4 examples: no block, one block, two blocks.
constexpr HashExample hash_examples[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
};

bool hashes_as_published(const HashExample& example) {
    return to_hex(sha256(as_bytes(example.message))) == example.digest;
}

}  // namespace

Result<void, Error> check_verdicts() {
    if (!std::ranges::all_of(hash_examples, hashes_as_published)) {
        return fail(Error::hash_must_give_the_published_values);
    }
    if (!std::ranges::all_of(speccheck_vectors(), has_pinned_verdict) || !signs_as_published()) {
        return fail(Error::signature_verdicts_must_be_the_pinned_ones);
    }
    if (!refuses_torsion()) return fail(Error::keys_outside_the_prime_order_group_must_be_refused);
    return {};
}

}  // namespace datadeed::crypto
