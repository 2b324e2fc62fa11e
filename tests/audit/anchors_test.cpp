#include "audit/anchors.h"

#include "audit/replay.h"
#include "chain/chain_view.h"
#include "crypto/merkle.h"
#include "tests/audit/made_chain.h"
#include "tests/support/catch.h"

namespace {

using datadeed::Height;
namespace audit = datadeed::audit;
namespace chain = datadeed::chain;
namespace crypto = datadeed::crypto;

audit::ReplayReport replay(audit::MadeChain& made, audit::Anchors anchors) {
    const auto store = made.store();
    return audit::replay(made.genesis(), made.id(), chain::ChainView{*store},
                         {.threads = 1, .anchors = std::move(anchors)});
}

std::string code_of(audit::MadeChain& made, audit::Anchors anchors) {
    const audit::ReplayReport report = replay(made, std::move(anchors));
    return report.first_bad ? report.first_bad->code : "verified";
}

audit::KnownCheckpoint known(const audit::MadeCheckpoint& checkpoint) {
    return audit::read_checkpoint(audit::MadeChain::note_of(checkpoint)).value();
}

// The receipt of leaf `index`, resting on this checkpoint.
crypto::TlogProof proof_of(audit::MadeChain& made, std::uint64_t index, const audit::MadeCheckpoint& checkpoint) {
    const auto store = made.store();
    const chain::ChainView blocks{*store};
    const std::uint64_t size = std::min<std::uint64_t>(checkpoint.content.size, made.tip().log_size);
    return {.extra = blocks.leaf(index).value(),
            .index = index,
            .path = blocks.inclusion({.index = index, .size = size}).value(),
            .checkpoint = audit::MadeChain::note_of(checkpoint)};
}

audit::Anchors receipt(const crypto::TlogProof& proof) {
    return {.receipt = audit::read_receipt(crypto::format_tlog_proof(proof)).value()};
}

std::string code_of_checkpoint(audit::MadeChain& made, const audit::MadeCheckpoint& checkpoint) {
    return code_of(made, {.checkpoint = known(checkpoint)});
}

}  // namespace

TEST_CASE("a chain is held against the id, the checkpoint and the receipt that the auditor knows") {
    audit::MadeChain made{8};
    const auto checkpoint = made.checkpoint(12);
    const audit::Anchors anchors{.chain = made.id(),
                                 .checkpoint = known(checkpoint),
                                 .receipt = receipt(proof_of(made, 3, made.checkpoint(16))).receipt};
    const audit::ReplayReport report = replay(made, anchors);
    CHECK(report.verified());
    CHECK(report.height == Height{8});
    CHECK(report.time == made.tip().time);
    CHECK(anchors.show_chain());
    CHECK(anchors.leaves_known() == 16);
    CHECK_FALSE(audit::Anchors{}.show_chain());
    CHECK(audit::Anchors{.chain = made.id()}.leaves_known() == 0);
}

TEST_CASE("a copy of another chain is refused before anything is replayed") {
    audit::MadeChain made{8};
    audit::Anchors anchors{.chain = made.id()};
    anchors.chain->value[0] ^= 1;
    const audit::ReplayReport report = replay(made, anchors);
    REQUIRE(report.first_bad);
    CHECK(report.first_bad->code == "audit.other_chain");
    CHECK(report.chain == made.id());
    CHECK(report.height == Height{0});
}

// Each is mended in turn by what the one before was refused for.
TEST_CASE("a known checkpoint must be of this log, vouched for, within it and of its root") {
    audit::MadeChain made{8};
    auto checkpoint = made.checkpoint(16);
    checkpoint.content.origin = "datadeed/made/another";
    checkpoint.cosigners = {0, 1};
    checkpoint.content.size = 18;
    checkpoint.content.root[0] ^= 1;
    CHECK(code_of_checkpoint(made, checkpoint) == "audit.checkpoint_other_log");
    checkpoint.content.origin = made.checkpoint(16).content.origin;
    CHECK(code_of_checkpoint(made, checkpoint) == "audit.checkpoint_cosigners");
    checkpoint.cosigners = {1, 2, 3};
    CHECK(code_of_checkpoint(made, checkpoint) == "audit.checkpoint_beyond_end");
    checkpoint.content.size = 16;
    CHECK(code_of_checkpoint(made, checkpoint) == "audit.checkpoint_root");
    checkpoint.content.root[0] ^= 1;
    CHECK(code_of_checkpoint(made, checkpoint) == "verified");
}

TEST_CASE("a known receipt must rest on this log and be for the transaction at its index") {
    audit::MadeChain made{8};
    auto checkpoint = made.checkpoint(16);
    crypto::TlogProof proof = proof_of(made, 5, checkpoint);
    proof.extra = proof_of(made, 6, checkpoint).extra;
    const auto code_with = [&] {
        proof.checkpoint = audit::MadeChain::note_of(checkpoint);
        return code_of(made, receipt(proof));
    };
    checkpoint.content.origin = "datadeed/made/another";
    checkpoint.cosigners = {0, 1};
    checkpoint.content.size = 18;
    checkpoint.content.root[0] ^= 1;
    CHECK(code_with() == "audit.receipt_other_log");
    checkpoint.content.origin = made.checkpoint(16).content.origin;
    CHECK(code_with() == "audit.receipt_cosigners");
    checkpoint.cosigners = {1, 2, 3};
    CHECK(code_with() == "audit.receipt_beyond_end");
    checkpoint.content.size = 16;
    CHECK(code_with() == "audit.receipt_root");
    checkpoint.content.root[0] ^= 1;
    CHECK(code_with() == "audit.receipt_leaf");
    proof.extra.reset();
    CHECK(code_with() == "verified");
    proof.index = 4;
    CHECK(code_with() == "audit.receipt_leaf");
    proof.index = 16;
    CHECK(code_with() == "audit.receipt_leaf");
}

TEST_CASE("a chain that was cut short is verified by itself, and found by an anchor from before") {
    audit::MadeChain whole{8};
    audit::MadeChain cut{6};
    CHECK(code_of(cut, {}) == "verified");
    CHECK(code_of_checkpoint(cut, whole.checkpoint(16)) == "audit.checkpoint_beyond_end");
    CHECK(code_of(cut, receipt(proof_of(whole, 3, whole.checkpoint(14)))) == "audit.receipt_beyond_end");
    CHECK(code_of_checkpoint(cut, whole.checkpoint(12)) == "verified");
}

TEST_CASE("a chain that was made anew is found by the checkpoint of the one before") {
    audit::MadeChain made{8};
    audit::MadeChain anew{8, {.at = Height{5}, .transactions = [](auto& all) { all.pop_back(); }}};
    const auto known_before = made.checkpoint(14);
    CHECK(code_of(anew, {}) == "verified");
    CHECK(code_of_checkpoint(anew, known_before) == "audit.checkpoint_root");
}
