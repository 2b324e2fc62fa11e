#include "crypto/hash.h"

#include <rapidcheck.h>

#include "tests/support/catch.h"

namespace datadeed::crypto {

// FIPS 180-4 examples, and a million times "a".
TEST_CASE("SHA-256 gives the published values") {
    CHECK(to_hex(sha256(as_bytes(""))) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(to_hex(sha256(as_bytes("abc"))) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(to_hex(sha256(as_bytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))) ==
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    CHECK(to_hex(sha256(Bytes(1000000, 'a'))) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("a hash in pieces is the hash of the whole") {
    REQUIRE(rc::check("any pieces", [](const std::vector<Bytes>& pieces) {
        Bytes whole;
        Sha256 hash;
        for (const Bytes& piece : pieces) {
            append(whole, piece);
            hash.update(piece);
        }
        RC_ASSERT(hash.finish() == sha256(whole));
    }));
    CHECK(sha256({as_bytes("a"), as_bytes(""), as_bytes("bc")}) == sha256(as_bytes("abc")));
    CHECK(sha256(std::initializer_list<ByteView>{}) == sha256(ByteView{}));
}

TEST_CASE("a common beginning is hashed once") {
    Sha256 beginning;
    beginning.update(as_bytes("a"));
    Sha256 copy = beginning;
    CHECK(beginning.update(as_bytes("bc")).finish() == sha256(as_bytes("abc")));
    CHECK(copy.update(as_bytes("d")).finish() == sha256(as_bytes("ad")));
}

}  // namespace datadeed::crypto
