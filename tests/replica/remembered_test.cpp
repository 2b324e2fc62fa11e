#include "consensus/limits.h"
#include "tests/consensus/quick_signatures.h"
#include "tests/replica/voter.h"
#include "tests/support/catch.h"

// A proposal is checked where it comes in, and what was checked is remembered: the replica itself looks at its bytes
// again only when it has come out of the journal, or was pushed out by others.

namespace datadeed::replica {
using consensus::testing::CountingVerifier;
using datadeed::replica::testing::Chain;
using datadeed::replica::testing::Voter;
using datadeed::replica::testing::votes_in;

namespace {

// Whether it looked again shows by the certificate of the block below, which proposals from height 2 on bring.
struct Rememberer : Voter {
    explicit Rememberer(const ledger::MemberId& name = sim::validator_name(3)) : Voter{name} {
        node.verifier = &verifier;
        begin_again();
    }
    [[nodiscard]] bool has_looked_again() const { return verifier.count() > 0; }

    CountingVerifier verifier;
};

}  // namespace

TEST_CASE("a proposal that came by message isn't checked again when it's voted on, nor when it's decided") {
    Rememberer node;
    (void)node.fetch(node.good);
    const CertifiedBlock block = node.fresh();
    const CertifiedBlock next = node.chain.next({"next"}, TimeMs{sim::epoch_ms + node.now_ms + 1});
    (void)node.propose(next);
    CHECK(votes_in<consensus::Prepare>(node.propose(block)).size() == 1);
    const std::vector<Action> decided = node.decide(Height{2}, block.certificate.hash, {1, 2});
    CHECK(votes_in<consensus::Prepare>(decided).size() == 1);  // for the next one
    CHECK(node.status().height == Height{2});
    CHECK_FALSE(node.has_looked_again());
}

TEST_CASE("a body that was asked for isn't checked again, nor is a proposal of this node's own") {
    Rememberer node;
    (void)node.fetch(node.good);
    const CertifiedBlock block = node.fresh();
    const Digest& hash = block.certificate.hash;
    (void)node.all_say({0, 1, 2}, consensus::Commit{.view = {}, .height = Height{2}, .hash = hash});
    (void)node.hear(testing::node_1, Body{.height = Height{2}, .hash = hash, .payload = block.payload});
    CHECK(node.status().height == Height{2});
    CHECK_FALSE(node.has_looked_again());

    Rememberer leader{testing::node_0};
    for (std::uint64_t height = 1; height <= 2; ++height) {
        const auto proposed = votes_in<consensus::PrePrepare>(leader.submit(height, "x-" + std::to_string(height)));
        REQUIRE(proposed.size() == 1);
        (void)leader.decide(Height{height}, proposed[0].hash, {1, 2});
    }
    CHECK(leader.status().height == Height{2});
    CHECK_FALSE(leader.has_looked_again());
}

TEST_CASE("so many proposals are remembered, none of a block that is final, and what was pushed out is checked again") {
    for (const std::size_t others : {consensus::payloads_max - 1, consensus::payloads_max}) {
        CAPTURE(others);
        Rememberer node;
        (void)node.fetch(node.good);
        const CertifiedBlock block = node.fresh();
        const CertifiedBlock next = node.chain.next({"next"}, TimeMs{sim::epoch_ms + node.now_ms + 1});
        (void)node.propose(next);
        (void)node.propose(block);
        (void)node.propose(node.good);  // final: it takes nobody's place
        for (std::size_t i = 1; i < others; ++i) {
            Chain other;
            const std::string name = "other-" + std::to_string(i);
            (void)other.next({"first"});
            CertifiedBlock late = other.next({name.c_str()});
            // Of a view to come, by its leader.
            const auto signer = static_cast<std::uint32_t>(4 * i % 4);
            (void)node.say(signer, consensus::PrePrepare{.view = consensus::View{4 * i},
                                                         .height = Height{2},
                                                         .hash = late.certificate.hash,
                                                         .payload = late.payload});
        }
        const std::vector<Action> decided = node.decide(Height{2}, block.certificate.hash, {1, 2});
        REQUIRE(node.status().height == Height{2});
        CHECK(votes_in<consensus::Prepare>(decided).size() == 1);
        CHECK(node.has_looked_again() == (others == consensus::payloads_max));
    }
}

}  // namespace datadeed::replica
