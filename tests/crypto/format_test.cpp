#include "crypto/keyfile.h"
#include "crypto/policy.h"
#include "crypto/tlog_proof.h"
#include "tests/crypto/samples.h"
#include "tests/support/catch.h"
#include "tests/support/page.h"

// The examples of docs/formats.md are what the code writes and reads: a format that changes turns this red.

namespace datadeed::crypto {
namespace {

using datadeed::test::page_text;

// The first block of code below this heading of the page.
std::string block_below(const std::string& heading) {
    const std::string page = page_text("formats.md");
    const std::string fence = "```\n";
    const std::size_t found = page.find(heading + "\n");
    REQUIRE(found != std::string::npos);
    const std::size_t begin = page.find(fence, found) + fence.size();
    return page.substr(begin, page.find(fence, begin) - begin);
}

VerifierKey sample_cosigner(std::uint8_t number) {
    return {.name = "n" + std::to_string(number),
            .type = KeyType::cosignature,
            .key = test::key_number(number).public_key()};
}

std::string sample_policy() {
    return format_policy(
        {.origin = "datadeed.example/log", .cosigners = {sample_cosigner(1), sample_cosigner(2)}, .quorum = 2});
}

// Of entry 1 among three, cosigned by two.
std::string sample_receipt() {
    Note note{.text = format_checkpoint(test::checkpoint_of(3))};
    for (const std::uint8_t number : {std::uint8_t{1}, std::uint8_t{2}}) {
        note.signatures.push_back(
            cosign_note(note.text, sample_cosigner(number).name, test::key_number(number), 1'700'000'000));
    }
    return format_tlog_proof({.extra = test::entry_number(1),
                              .index = 1,
                              .path = inclusion_path(test::leaves(3), 1),
                              .checkpoint = format_note(note)});
}

}  // namespace

TEST_CASE("the page on formats shows a receipt and its policy as they are, and one verifies under the other") {
    INFO(sample_receipt() << sample_policy());
    CHECK(page_text("formats.md").find("```\n" + sample_receipt() + "```\n") != std::string::npos);
    CHECK(page_text("formats.md").find("```\n" + sample_policy() + "```\n") != std::string::npos);
    const auto verified = verify_proof(parse_policy(sample_policy()).value(), test::entry_number(1),
                                       parse_tlog_proof(sample_receipt()).value());
    REQUIRE(verified);
    CHECK(verified->cosigners.size() == 2);
}

// Salt and nonce are drawn, so the file can't be made again; it must open, and hold the key that the page says.
TEST_CASE("the key file on the page opens with its passphrase") {
    const std::optional<Bytes> file = from_hex(datadeed::test::without_space(block_below("### Key file")));
    REQUIRE(file);
    const Result<SecretKey, Error> key = open_key(*file, SecretText{"correct horse"});
    REQUIRE(key);
    CHECK(key->public_key() == test::key_number(1).public_key());
    CHECK(public_key_of(*file).value() == key->public_key());
}

}  // namespace datadeed::crypto
