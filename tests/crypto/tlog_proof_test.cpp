#include "crypto/tlog_proof.h"

#include <rapidcheck.h>

#include "crypto/merkle.h"
#include "tests/support/catch.h"

namespace datadeed::crypto {
namespace {

const std::string hash = "gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=\n";
const std::string first = "c2sp.org/tlog-proof@v1\n";

std::optional<Error> refusal_of_proof(std::string_view text) {
    const Result<TlogProof, Error> proof = parse_tlog_proof(text);
    if (proof) CHECK(format_tlog_proof(*proof) == text);
    return proof ? std::nullopt : std::optional{proof.error()};
}

}  // namespace

// The shape of the example of c2sp.org/tlog-proof.
TEST_CASE("a proof is read") {
    const std::string text = first + "extra AAEC\nindex 73894\n" + hash + hash + "\nthe checkpoint\n\nand more\n";
    const TlogProof proof = parse_tlog_proof(text).value();
    CHECK(proof.extra == Bytes{0, 1, 2});
    CHECK(proof.index == 73894);
    REQUIRE(proof.path.size() == 2);
    CHECK(to_hex(proof.path[0]) ==
          "8122b25e861952067a8ddb9662b90338"
          "04629ce30626f7978e032405371d3e54");
    CHECK(proof.checkpoint == "the checkpoint\n\nand more\n");
    CHECK(format_tlog_proof(proof) == text);
}

TEST_CASE("a proof has one form") {
    CHECK_FALSE(refusal_of_proof(first + "index 0\n\nc\n"));
    CHECK_FALSE(refusal_of_proof(first + "extra \nindex 0\n\nc\n"));
    CHECK_FALSE(refusal_of_proof(first + "index 18446744073709551615\n" + hash + "\nc"));
    for (const std::string& wrong : {
             std::string{},
             first,
             std::string{"c2sp.org/tlog-proof@v2\nindex 0\n\nc\n"},
             "\n" + first + "index 0\n\nc\n",
             first + "index 00\n\nc\n",
             first + "index -1\n\nc\n",
             first + "index \n\nc\n",
             first + "index  1\n\nc\n",
             first + "Index 1\n\nc\n",
             first + "index 18446744073709551616\n\nc\n",
             first + "extra AAE\nindex 0\n\nc\n",
             first + "extra AAEC\n",
             first + "extra AAEC\nextra AAEC\nindex 0\n\nc\n",
             first + "index 0\nextra AAEC\n\nc\n",
             first + "\nindex 0\n\nc\n",
             first + "index 0\nAAAA\n\nc\n",
             first + "index 0\n" + hash,
             first + "index 0\n" + hash + "c\n",
             first + "index 0\n\n",
             first + "index 0\r\n\nc\n",
         }) {
        CAPTURE(wrong);
        CHECK(refusal_of_proof(wrong) == Error::proof_must_be_well_formed);
    }
}

TEST_CASE("a proof keeps to its limits") {
    std::string path;
    for (std::size_t i = 0; i < merkle_path_max; ++i) path += hash;
    CHECK_FALSE(refusal_of_proof(first + "index 0\n" + path + "\nc\n"));
    CHECK(refusal_of_proof(first + "index 0\n" + path + hash + "\nc\n") == Error::proof_path_must_be_short_enough);
    CHECK(refusal_of_proof(first + "index 0\n\n" + std::string(tlog_proof_size_max, 'c')) ==
          Error::proof_must_be_within_its_size);
}

TEST_CASE("a formatted proof is read back") {
    REQUIRE(rc::check("any proof", [](std::uint64_t index, const Bytes& extra, bool has_extra, std::uint8_t length) {
        TlogProof proof{.extra = {}, .index = index, .path = {}, .checkpoint = "c"};
        if (has_extra) proof.extra = extra;
        proof.path.assign(length % (merkle_path_max + 1), Digest{1});
        RC_ASSERT(parse_tlog_proof(format_tlog_proof(proof)).value() == proof);
    }));
}

}  // namespace datadeed::crypto
