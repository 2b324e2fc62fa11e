#include "crypto/error.h"

#include <set>

#include "tests/support/catch.h"

namespace datadeed::crypto {

TEST_CASE("every error has a code and a sentence of its own") {
    std::set<std::string_view> codes;
    std::set<std::string_view> sentences;
    constexpr int last = static_cast<int>(Error::proof_must_have_a_quorum_of_cosignatures);
    for (int i = 0; i <= last; ++i) {
        CAPTURE(i);
        const auto error = static_cast<Error>(i);
        CHECK(codes.insert(code(error)).second);
        CHECK(sentences.insert(describe(error)).second);
    }
    CHECK(code(Error::keyfile_must_open_with_the_passphrase) == "keyfile.wrong_passphrase");
}

}  // namespace datadeed::crypto
