#include "consensus/messages.h"

#include <rapidcheck.h>

#include "consensus/journal.h"
#include "consensus/limits.h"
#include "consensus/quorum.h"
#include "crypto/hash.h"
#include "tests/consensus/builders.h"
#include "tests/support/catch.h"

namespace datadeed::consensus::testing {

namespace {

std::vector<Message> one_of_each() {
    const Digest hash = digest_of("a");
    const auto change = view_change(2, 1, committed(0, 3, hash, {0, 1, 2}), prepared(0, 4, hash, {1, 2}));
    const Carried carried{.view = View{0}, .height = Height{4}, .hash = hash};
    return {
        by(0, PrePrepare{.view = View{0}, .height = Height{1}, .hash = hash, .payload = {1, 2, 3}}),
        by(1, Prepare{.view = View{0}, .height = Height{1}, .hash = hash}),
        by(2, Commit{.view = View{0}, .height = Height{1}, .hash = hash}),
        change,
        by(1, NewView{.new_view = View{1}, .view_changes = {change, change}, .base = Height{3}, .carried = carried}),
        by(3, Status{.view = View{1},
                     .changing = true,
                     .committed = Height{3},
                     .has_proposal = false,
                     .view_changes = {ValidatorIndex{1}},
                     .prepares = {},
                     .commits = {ValidatorIndex{0}, ValidatorIndex{2}},
                     .slow_primary = true})};
}

}  // namespace

TEST_CASE("the largest certificates and the largest NEW-VIEW are within what a frame may have") {
    const View view{number_max - 1};
    const Height height{number_max - 1};
    const auto votes = [](std::size_t count) {
        std::vector<VoteSignature> all;
        for (std::size_t i = 0; i < count; ++i) all.push_back({.signer = ValidatorIndex{127}, .signature = {}});
        return all;
    };
    const CommitCertificate certificate{.view = view, .height = height, .hash = {}, .votes = votes(validators_max)};
    const PreparedCertificate proof{
        .view = view, .height = height, .hash = {}, .pre_prepare = {}, .prepares = votes(validators_max)};
    CHECK(encode(certificate).size() <= certificate_bytes_max);
    CHECK(encode(proof).size() <= certificate_bytes_max);
    const Signed<ViewChange> change =
        by(127, ViewChange{.new_view = view, .committed = height, .certificate = certificate, .prepared = proof});
    const Signed<NewView> opened =
        by(127, NewView{.new_view = view,
                        .view_changes = std::vector<Signed<ViewChange>>(quorum(validators_max), change),
                        .base = height,
                        .carried = Carried{.view = view, .height = height, .hash = {}}});
    CHECK(encode(Message{opened}).size() <= message_bytes_max);
    const Bytes payload(payload_bytes_max);
    const PrePrepare proposal{.view = view, .height = height, .hash = {}, .payload = payload};
    CHECK(encode(Message{by(127, proposal)}).size() <= message_bytes_max);
}

TEST_CASE("what is signed names the kind, the chain and every field") {
    const Prepare prepare{.view = View{5}, .height = Height{7}, .hash = Digest{}};
    const std::string expected =
        "85"                                                 // array of 5
        "77646174616465 65642f706266742f707265706172652f31"  // domain
        "5820" +
        to_hex(test_chain().value) + "05" + "07" + "5820" + std::string(64, '0');
    std::string plain;
    for (const char c : expected) {
        if (c != ' ') plain += c;
    }
    CHECK(to_hex(statement(test_chain(), prepare)) == plain);
}

TEST_CASE("equal fields of different kinds, or on different chains, are different statements") {
    const Prepare prepare{.view = View{5}, .height = Height{7}, .hash = Digest{}};
    const Commit commit{.view = View{5}, .height = Height{7}, .hash = Digest{}};
    const PrePrepare proposal{.view = View{5}, .height = Height{7}, .hash = Digest{}, .payload = {}};
    CHECK(statement(test_chain(), prepare) != statement(test_chain(), commit));
    CHECK(statement(test_chain(), prepare) != statement(test_chain(), proposal));
    CHECK(statement(test_chain(), prepare) != statement(ChainId{}, prepare));
}

TEST_CASE("a payload is bound by the hash and not by the signature") {
    PrePrepare proposal{.view = View{5}, .height = Height{7}, .hash = Digest{}, .payload = {1}};
    const Bytes before = statement(test_chain(), proposal);
    proposal.payload = {2};
    CHECK(statement(test_chain(), proposal) == before);
}

TEST_CASE("every kind of message survives the wire and has one encoding") {
    for (const Message& message : one_of_each()) {
        CAPTURE(std::string{name(kind_of(message))});
        const Bytes bytes = encode(message);
        const auto decoded = decode<Message>(bytes);
        REQUIRE(decoded);
        CHECK(*decoded == message);
        CHECK(encode(*decoded) == bytes);
        CHECK(bytes[1] == static_cast<std::uint8_t>(kind_of(message)));
        for (std::size_t size = 0; size < bytes.size(); ++size)
            CHECK_FALSE(decode<Message>(ByteView{bytes}.first(size)));
    }
}

TEST_CASE("a payload beyond its limit is refused before it is copied") {
    const Message big =
        by(0, PrePrepare{.view = {}, .height = Height{1}, .hash = {}, .payload = Bytes(payload_bytes_max + 1)});
    CHECK_FALSE(decode<Message>(encode(big)));
    const Message most =
        by(0, PrePrepare{.view = {}, .height = Height{1}, .hash = {}, .payload = Bytes(payload_bytes_max)});
    CHECK(decode<Message>(encode(most)));
}

TEST_CASE("an unknown kind is refused") {
    Bytes bytes = encode(Message{by(1, Prepare{})});
    bytes[1] = 7;
    CHECK_FALSE(decode<Message>(bytes));
}

TEST_CASE("flipped bytes never decode to the same message") {
    const std::vector<Message> messages = one_of_each();
    REQUIRE(rc::check("a changed byte is another message or none", [&messages] {
        const Message& message = messages[*rc::gen::inRange<std::size_t>(0, messages.size())];
        Bytes bytes = encode(message);
        bytes[*rc::gen::inRange<std::size_t>(0, bytes.size())] ^= *rc::gen::inRange<std::uint8_t>(1, 255);
        const auto decoded = decode<Message>(bytes);
        const bool differs = !decoded || (*decoded != message && encode(*decoded) == bytes);
        RC_ASSERT(differs);
    }));
}

// The bytes of the wire and the journal, held fast: a change here is a change of the protocol.
TEST_CASE("the encoding of messages is the published one") {
    std::string hashes;
    for (const Message& message : one_of_each()) hashes += to_hex(crypto::sha256(encode(message))).substr(0, 8) + " ";
    CHECK(hashes == "b7a7522a 93fca58d 4e76eed8 51c0656e ffd5b8b5 7e768c9d ");
}

}  // namespace datadeed::consensus::testing
