#include "crypto/checkpoint.h"

#include <rapidcheck.h>

#include "tests/crypto/samples.h"
#include "tests/support/catch.h"

namespace datadeed::crypto {
namespace {

const std::string example_root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
const std::string checkpoint_example = "example.com/behind-the-sofa\n20852163\n" + example_root + "\n";

bool parses(std::string_view text) {
    const Result<Checkpoint, Error> checkpoint = parse_checkpoint(text);
    if (!checkpoint) CHECK(checkpoint.error() == Error::checkpoint_must_be_well_formed);
    if (checkpoint) CHECK(format_checkpoint(*checkpoint) == text);
    return checkpoint.has_value();
}

}  // namespace

TEST_CASE("the published checkpoint is read") {
    const Checkpoint checkpoint = parse_checkpoint(checkpoint_example).value();
    CHECK(checkpoint.origin == "example.com/behind-the-sofa");
    CHECK(checkpoint.size == 20852163);
    CHECK(to_hex(checkpoint.root) == "0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62");
    CHECK(checkpoint.extensions.empty());
    CHECK(format_checkpoint(checkpoint) == checkpoint_example);
}

TEST_CASE("a checkpoint has one form") {
    CHECK(parses("o\n0\n" + example_root + "\n"));
    CHECK(parses("o\n18446744073709551615\n" + example_root + "\n"));
    CHECK(parses("an origin may have spaces\n1\n" + example_root + "\n"));
    CHECK(parses("o\n1\n" + example_root + "\nextension\nanother\n"));
    for (const std::string& wrong : {
             std::string{},
             std::string{"o\n1\n"},
             "o\n1\n" + example_root,
             "\n1\n" + example_root + "\n",
             "o\n01\n" + example_root + "\n",
             "o\n+1\n" + example_root + "\n",
             "o\n-1\n" + example_root + "\n",
             "o\n 1\n" + example_root + "\n",
             "o\n1 \n" + example_root + "\n",
             "o\n\n" + example_root + "\n",
             "o\n0x1\n" + example_root + "\n",
             "o\n18446744073709551616\n" + example_root + "\n",
             "o\n1\n" + example_root.substr(1) + "\n",
             std::string{"o\n1\nAAAA\n"},
             "o\n1\n" + example_root + "AAAA\n",
             "o\n1\n" + example_root + "\n\n",
             "o\n1\n" + example_root + "\n\nextension\n",
             "o\n1\n" + example_root + "\nextension",
             "o\r\n1\n" + example_root + "\n",
             "o\xff\n1\n" + example_root + "\n",
         }) {
        CAPTURE(wrong);
        CHECK_FALSE(parses(wrong));
    }
}

TEST_CASE("a formatted checkpoint is read back") {
    REQUIRE(rc::check("any size and root", [](std::uint64_t size, std::uint8_t byte) {
        Checkpoint checkpoint{.origin = "o", .size = size, .root = {}, .extensions = {}};
        checkpoint.root.fill(byte);
        RC_ASSERT(parse_checkpoint(format_checkpoint(checkpoint)).value() == checkpoint);
    }));
}

}  // namespace datadeed::crypto
