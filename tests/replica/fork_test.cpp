#include <algorithm>

#include "base/fields.h"
#include "chain/chain_store.h"
#include "chain/evidence_judge.h"
#include "node/replica/proposal.h"
#include "tests/replica/late.h"
#include "tests/replica/skipped.h"
#include "tests/replica/solo.h"
#include "tests/support/catch.h"

namespace datadeed::replica {
using datadeed::replica::testing::all_of;
using datadeed::replica::testing::Chain;
using datadeed::replica::testing::Late;
using datadeed::replica::testing::question_in;
using datadeed::replica::testing::snapshot_of;

namespace {

const ledger::MemberId informer = sim::validator_name(0);

// The observer has block 1 of its chain; `others` is a chain with another one.
struct Forked {
    Forked() {
        const std::optional<FetchBlocks> question = late.question_to(informer);
        DATADEED_ASSERT(question.has_value());
        (void)late.answer(informer, *question, late.good);
        DATADEED_ASSERT(late.node.replica().status().height == Height{1});
    }
    std::vector<Action> show(std::uint64_t from, const CertifiedBlock& block) {
        return late.hear(informer, Blocks{.request = 0, .from = Height{from}, .blocks = {block}});
    }
    std::vector<Action> claim(const Digest& hash) {
        return late.hear(informer, Tip{.height = Height{1}, .hash = hash, .votes = true});
    }
    Late late;
    Chain others;
    CertifiedBlock first = others.next({"x"});
    CertifiedBlock second = others.next({"y"});
};

bool says(const std::vector<Action>& actions, const char* name) {
    return std::ranges::any_of(all_of<LogEvent>(actions), [&](const LogEvent& event) { return event.name == name; });
}

std::vector<Blocks> shown_in(const std::vector<Action>& actions) {
    return testing::messages_in<Blocks>(actions);
}

}  // namespace

TEST_CASE("a peer whose last block isn't ours at that height is asked to show it, now and then") {
    Forked forked;
    CHECK_FALSE(question_in(forked.claim(forked.late.good.certificate.hash), informer));
    const std::vector<Action> told = forked.claim(forked.first.certificate.hash);
    CHECK(says(told, "peer.other_block"));
    const std::optional<FetchBlocks> question = question_in(told, informer);
    REQUIRE(question);
    CHECK(question->from == Height{1});
    CHECK(question->max == 1);
    // Nor more often for its going and coming again.
    (void)forked.late.node.replica().step(Event{PeerDown{.peer = informer}});
    (void)forked.late.node.replica().step(Event{PeerUp{.peer = informer}});
    (void)forked.late.tick(fork_ask_ms - 1);
    CHECK_FALSE(question_in(forked.claim(forked.first.certificate.hash), informer));
    (void)forked.late.tick(1);
    CHECK(question_in(forked.claim(forked.first.certificate.hash), informer));
    // A claim is no fork.
    CHECK(forked.late.node.replica().status().height == Height{1});
}

TEST_CASE(
    "a certified block in place of ours is a fork: signers are accused, all are shown ours, then the node stops") {
    Forked forked;
    const std::vector<Action> seen = forked.show(1, forked.first);
    CHECK(says(seen, "chain.forked"));
    CHECK_FALSE(all_of<StatusChanged>(seen).empty());
    CHECK(forked.late.node.replica().status().forked);
    const std::vector<EvidenceFound> found = all_of<EvidenceFound>(seen);
    REQUIRE(found.size() == 3);
    for (std::uint32_t i = 0; i < 3; ++i) {
        CHECK(found[i].accused == sim::validator_name(i));
        const auto read = chain::evidence_judge().read(found[i].evidence);
        REQUIRE(read);
        CHECK(read->charge.offence == ledger::Offence::two_votes);
    }
    const std::vector<Blocks> shown = shown_in(seen);
    REQUIRE(shown.size() == 2);
    CHECK(shown[0].blocks.at(0).certificate.hash == forked.first.certificate.hash);
    CHECK(shown[1].blocks.at(0).certificate.hash == forked.late.good.certificate.hash);
    // Nothing is answered any more.
    CHECK(forked.late.hear(informer, FetchBlocks{.request = 7, .from = Height{1}, .max = 8}).empty());
    // But whoever comes meanwhile is shown the same.
    const std::vector<Action> comes = forked.late.node.replica().step(Event{PeerUp{.peer = sim::validator_name(2)}});
    REQUIRE(shown_in(comes).size() == 2);
    for (std::size_t i : {0U, 1U}) {
        CHECK(shown_in(comes)[i].blocks.at(0).certificate == shown[i].blocks.at(0).certificate);
    }
    CHECK(all_of<SendTo>(comes).at(0).peers == std::vector{sim::validator_name(2)});
    CHECK(comes.size() == 2);
    CHECK(all_of<Halt>(forked.late.tick(fork_tell_ms - 1)).empty());
    const std::vector<Halt> halts = all_of<Halt>(forked.late.tick(1));
    REQUIRE(halts.size() == 1);
    CHECK(halts[0].code == "consensus.two_certificates");
}

TEST_CASE("a validator that votes sees a fork as well, and votes no more") {
    Late late{sim::validator_name(3)};
    CHECK(late.node.replica().status().duty == Duty::voting);
    std::optional<FetchBlocks> question = late.question_to(informer);
    REQUIRE(question);
    (void)late.answer(informer, *question, late.good);
    REQUIRE(late.node.replica().status().height == Height{1});

    Chain others;
    const CertifiedBlock other = others.next({"x"});
    const CertifiedBlock proposed = late.chain.next({"c"}, TimeMs{sim::epoch_ms + late.now_ms});
    const consensus::PrePrepare proposal{
        .view = {}, .height = Height{2}, .hash = proposed.certificate.hash, .payload = proposed.payload};
    const WireMessage said = Votes{.message = late.chain.sign(0, proposal)};
    CHECK(says(late.hear(informer, Blocks{.request = 0, .from = Height{1}, .blocks = {other}}), "chain.forked"));
    CHECK(late.hear(informer, said).empty());
    CHECK(all_of<Halt>(late.tick(fork_tell_ms)).size() == 1);

    // As it would have, had it seen none.
    Late sound{sim::validator_name(3)};
    question = sound.question_to(informer);
    REQUIRE(question);
    (void)sound.answer(informer, *question, sound.good);
    CHECK_FALSE(all_of<SendTo>(sound.hear(informer, said)).empty());
}

TEST_CASE("a certified block on another one than our last is a fork, and isn't its sender's fault") {
    Forked forked;
    const std::vector<Action> seen = forked.show(2, forked.second);
    CHECK(says(seen, "chain.forked"));
    CHECK_FALSE(says(seen, "peer.block_wrong"));
    REQUIRE(shown_in(seen).size() == 2);
    CHECK(shown_in(seen)[0].from == Height{2});
    CHECK(shown_in(seen)[1].from == Height{1});
    // By the certificate that it brings of the block below it.
    CHECK(all_of<EvidenceFound>(seen).size() == 3);
    CHECK(all_of<Halt>(forked.late.tick(fork_tell_ms)).size() == 1);
}

TEST_CASE("who signed both branches is accused by what comes after the fork was told, once") {
    Forked forked;
    CertifiedBlock bare = forked.second;
    auto payload = decode<ProposalPayload>(bare.payload).value();
    payload.prev_certificate.reset();  // no hash binds it
    bare.payload = encode(payload);
    const std::vector<Action> seen = forked.show(2, bare);
    CHECK(says(seen, "chain.forked"));
    CHECK(all_of<EvidenceFound>(seen).empty());
    const std::vector<Action> proven = forked.show(1, forked.first);
    CHECK(all_of<EvidenceFound>(proven).size() == 3);
    CHECK(shown_in(proven).empty());
    CHECK_FALSE(says(proven, "chain.forked"));
    CHECK(forked.show(1, forked.first).empty());
    CHECK(all_of<Halt>(forked.late.tick(fork_tell_ms)).size() == 1);
}

TEST_CASE("a VIEW-CHANGE that shows another block as final than ours is a fork") {
    Forked forked;
    const consensus::ViewChange change{.new_view = consensus::View{1},
                                       .committed = Height{1},
                                       .certificate = forked.first.certificate,
                                       .prepared = std::nullopt};
    const std::vector<Action> seen =
        forked.late.hear(sim::validator_name(2), Votes{.message = forked.late.chain.sign(2, change)});
    CHECK(says(seen, "chain.forked"));
    CHECK(all_of<EvidenceFound>(seen).size() == 3);
    consensus::ViewChange sound = change;
    sound.certificate = forked.late.good.certificate;
    Forked other;
    CHECK_FALSE(says(other.late.hear(sim::validator_name(2), Votes{.message = other.late.chain.sign(2, sound)}),
                     "chain.forked"));
}

TEST_CASE("a NEW-VIEW one of whose VIEW-CHANGEs shows another block as final than ours is a fork") {
    const auto new_view_with = [](const Forked& forked, const consensus::CommitCertificate& certificate) {
        consensus::NewView opened{.new_view = consensus::View{1}, .view_changes = {}, .base = Height{1}, .carried = {}};
        for (const std::uint32_t signer : {0U, 1U, 2U}) {
            const bool shows = signer == 1;
            const consensus::ViewChange change{.new_view = consensus::View{1},
                                               .committed = Height{shows ? 1U : 0U},
                                               .certificate = shows ? std::optional{certificate} : std::nullopt,
                                               .prepared = std::nullopt};
            opened.view_changes.push_back(forked.late.chain.sign(signer, change));
        }
        return Votes{.message = forked.late.chain.sign(1, opened)};
    };
    Forked forked;
    const std::vector<Action> seen =
        forked.late.hear(sim::validator_name(1), new_view_with(forked, forked.first.certificate));
    CHECK(says(seen, "chain.forked"));
    CHECK(all_of<EvidenceFound>(seen).size() == 3);
    Forked other;
    CHECK_FALSE(says(other.late.hear(sim::validator_name(1), new_view_with(other, other.late.good.certificate)),
                     "chain.forked"));
}

TEST_CASE("blocks of another branch that were fetched before ours came are a fork, and not their sender's fault") {
    Late late;
    Chain others;
    (void)others.next({"x"});
    const CertifiedBlock second = others.next({"y"});
    const ledger::MemberId other = sim::validator_name(1);
    // Two ranges are under way: of the first block with one peer, of the second with another, who is quicker.
    const std::optional<FetchBlocks> first = late.question_to(informer);
    REQUIRE(first);
    (void)late.node.replica().step(Event{PeerUp{.peer = other}});
    std::vector<Action> actions = late.hear(other, Tip{.height = Height{2}, .hash = {}, .votes = true});
    for (Action& action : late.tick(20)) actions.push_back(std::move(action));
    const std::optional<FetchBlocks> next = question_in(actions, other);
    REQUIRE(next);
    REQUIRE(next->from == Height{2});
    CHECK_FALSE(says(late.answer(other, *next, second), "chain.forked"));
    const std::vector<Action> seen = late.answer(informer, *first, late.good);
    CHECK(late.node.replica().status().height == Height{1});
    CHECK(says(seen, "chain.forked"));
    CHECK_FALSE(says(seen, "peer.block_wrong"));
}

TEST_CASE("a snapshot of another block at a height that we have is a fork, and one of ours isn't") {
    Forked forked;
    CHECK_FALSE(says(forked.late.hear(informer, snapshot_of(forked.late.chain)), "chain.forked"));
    Chain other;
    (void)other.next({"x"});
    const std::vector<Action> seen = forked.late.hear(informer, snapshot_of(other));
    CHECK(says(seen, "chain.forked"));
    CHECK(all_of<EvidenceFound>(seen).size() == 3);
    // There's no other block to show.
    const std::vector<Blocks> shown = shown_in(seen);
    REQUIRE(shown.size() == 1);
    CHECK(shown[0].blocks.at(0).certificate.hash == forked.late.good.certificate.hash);
    CHECK(all_of<Halt>(forked.late.tick(fork_tell_ms)).size() == 1);
}

TEST_CASE("a block that we have, or that follows ours, is no fork") {
    Forked forked;
    CHECK_FALSE(says(forked.show(1, forked.late.good), "chain.forked"));
    const CertifiedBlock next = forked.late.chain.next({"c"});
    CHECK_FALSE(says(forked.show(2, next), "chain.forked"));
    CHECK_FALSE(forked.late.node.replica().status().forked);
    (void)forked.late.tick(fork_tell_ms);
    CHECK(forked.late.node.replica().status().height == Height{1});
}

TEST_CASE("a claim is looked into where this node has another block, and nowhere else") {
    Forked forked;
    (void)forked.late.step(PeerUp{.peer = sim::validator_name(1)});
    const std::optional<FetchBlocks> question = forked.late.question_to(informer, Height{2});
    REQUIRE(question);
    (void)forked.late.answer(informer, *question, forked.late.chain.next({"c"}));
    REQUIRE(forked.late.node.replica().status().height == Height{2});
    const auto is_asked = [&](std::uint64_t height, const Digest& hash) {
        const ledger::MemberId peer = sim::validator_name(1);
        return question_in(forked.late.hear(peer, Tip{.height = Height{height}, .hash = hash, .votes = true}), peer)
            .has_value();
    };
    CHECK_FALSE(is_asked(1, forked.late.good.certificate.hash));
    CHECK_FALSE(is_asked(0, Digest{7}));
    CHECK(is_asked(1, Digest{7}));
}

TEST_CASE("what one message shows of a fork is told once, however many of its blocks and certificates show it") {
    Forked forked;
    SECTION("blocks") {
        const std::vector<Action> seen = forked.late.hear(
            informer, Blocks{.request = 0, .from = Height{1}, .blocks = {forked.first, forked.second}});
        CHECK(all_of<EvidenceFound>(seen).size() == 3);
        CHECK(shown_in(seen).size() == 2);
    }
    SECTION("the certificates of a NEW-VIEW") {
        const Chain& chain = forked.late.chain;
        consensus::NewView opened{
            .new_view = consensus::View{1}, .view_changes = {}, .base = Height{1}, .carried = std::nullopt};
        for (const std::uint32_t signer : {0U, 1U, 2U}) {
            opened.view_changes.push_back(
                chain.sign(signer, consensus::ViewChange{.new_view = consensus::View{1},
                                                         .committed = Height{1},
                                                         .certificate = forked.first.certificate,
                                                         .prepared = std::nullopt}));
        }
        const std::vector<Action> seen =
            forked.late.hear(sim::validator_name(1), Votes{.message = chain.sign(1, opened)});
        CHECK(all_of<EvidenceFound>(seen).size() == 3);
        CHECK(shown_in(seen).size() == 1);
    }
}

TEST_CASE("until the signers of a fork are known nothing but blocks is looked at any more") {
    Forked forked;
    CertifiedBlock bare = forked.second;
    auto payload = decode<ProposalPayload>(bare.payload).value();
    payload.prev_certificate.reset();
    bare.payload = encode(payload);
    REQUIRE(says(forked.show(2, bare), "chain.forked"));
    CHECK(forked.claim(forked.first.certificate.hash).empty());
    CHECK(forked.late.hear(informer, FetchBlocks{.request = 7, .from = Height{1}, .max = 8}).empty());
    CHECK(all_of<EvidenceFound>(forked.show(1, forked.first)).size() == 3);
}

TEST_CASE("a fork is told by a node that doesn't keep its own block any more, which then shows the other alone") {
    Forked forked;
    testing::forget_first_block(forked.late.node);
    const std::vector<Action> seen = forked.show(1, forked.first);
    CHECK(says(seen, "chain.forked"));
    const std::vector<Blocks> shown = shown_in(seen);
    REQUIRE(shown.size() == 1);
    CHECK(shown[0].blocks.at(0).certificate.hash == forked.first.certificate.hash);
}

TEST_CASE("a fork that VIEW-CHANGEs show above what is here is told, and stops the node a moment later") {
    Late late{sim::validator_name(1)};
    Chain others;
    const CertifiedBlock other = others.next({"x"});
    (void)late.step(PeerUp{.peer = informer});
    std::uint64_t clients = 0;
    const auto change = [&](std::uint32_t signer, const CertifiedBlock& block) {
        const consensus::ViewChange said{.new_view = consensus::View{1},
                                         .committed = Height{1},
                                         .certificate = block.certificate,
                                         .prepared = std::nullopt};
        auto event = decode_and_verify(encode(WireMessage{Votes{.message = late.chain.sign(signer, said)}}),
                                       *late.chain.bench.world.context);
        ++clients;
        std::vector<Event> events;
        events.emplace_back(SubmitTransaction{.transaction = late.registration(clients, "d" + std::to_string(clients)),
                                              .token = RequestToken{clients}});
        events.emplace_back(PeerMessage{.peer = sim::validator_name(signer), .message = std::move(event).value()});
        return late.node.replica().step(std::move(events));
    };
    CHECK_FALSE(says(change(2, late.good), "chain.forked"));
    const std::vector<Action> seen = change(3, other);
    CHECK(says(seen, "chain.forked"));
    CHECK_FALSE(all_of<EvidenceFound>(seen).empty());
    CHECK(all_of<Halt>(seen).empty());
    CHECK(shown_in(seen).empty());
    CHECK(late.node.replica().status().forked);
    CHECK(all_of<Halt>(late.tick(fork_tell_ms - 1)).empty());
    const std::vector<Halt> halts = all_of<Halt>(late.tick(1));
    REQUIRE(halts.size() == 1);
    CHECK(halts[0].code == "consensus.two_certificates");
}

}  // namespace datadeed::replica
