#include "ledger/ready_file.h"

#include "ledger/readiness.h"
#include "tests/ledger/world.h"
#include "tests/support/catch.h"

namespace datadeed::ledger::test {
namespace {

ReadyFile sample_file(bool observer) {
    const NodeSecrets secrets{.vote = observer ? nullptr : &key_of("zoe/vote"),
                              .link = &key_of("zoe/link"),
                              .cosign = observer ? nullptr : &key_of("zoe/cosign")};
    const ChainId chain{Digest{7}};
    return {.chain = chain,
            .member = MemberId{"zoe"},
            .keys = public_keys_of(secrets),
            .ready = sign_readiness(chain, MemberId{"zoe"}, secrets, Height{42})};
}

}  // namespace

TEST_CASE("a node's word goes into a file of one line and comes out as it was") {
    for (const bool observer : {false, true}) {
        const ReadyFile file = sample_file(observer);
        const std::string text = format_ready_file(file);
        CHECK(text.starts_with("datadeed-node-ready/1 84"));
        CHECK(text.ends_with('\n'));
        CHECK(text.size() < ready_file_size_max);
        CHECK(parse_ready_file(text) == file);
        CHECK(parse_ready_file(text + "\r\n  \n") == file);
    }
}

TEST_CASE("a file that was changed anywhere is no node's word") {
    const std::string text = format_ready_file(sample_file(false));
    CHECK(!parse_ready_file(""));
    CHECK(!parse_ready_file("datadeed-node-ready/1 "));
    CHECK(!parse_ready_file(text.substr(0, text.size() - 3)));
    for (std::size_t i = 0; i + 1 < text.size(); ++i) {
        std::string changed = text;
        changed[i] = changed[i] == '0' ? '1' : '0';
        INFO("character " << i);
        CHECK(!parse_ready_file(changed));
    }
}

}  // namespace datadeed::ledger::test
