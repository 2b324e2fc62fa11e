#include "audit/epoch_proof.h"

#include "audit/receipt.h"
#include "audit/replay.h"
#include "base/fields.h"
#include "chain/chain_view.h"
#include "tests/audit/made_chain.h"
#include "tests/support/catch.h"

namespace {

using datadeed::Bytes;
using datadeed::Height;
namespace audit = datadeed::audit;
namespace chain = datadeed::chain;
namespace crypto = datadeed::crypto;
namespace ledger = datadeed::ledger;

std::vector<audit::MadeChange> two_changes() {
    return {{.at = Height{2}, .kind = ledger::NodeChangeKind::replace_keys, .node = 0},
            {.at = Height{4}, .kind = ledger::NodeChangeKind::replace_keys, .node = 1}};
}

constexpr std::uint64_t last_block = 6;

audit::EpochProof proof_of(audit::MadeChain& made) {
    const auto store = made.store();
    const audit::ReplayReport report =
        audit::replay(made.genesis(), made.id(), chain::ChainView{*store}, {.threads = 1});
    REQUIRE(report.verified());
    return report.epoch_proof;
}

// The receipt of leaf 1, resting on the log after this block, by those who served then or by others.
crypto::TlogProof receipt(audit::MadeChain& made, Height height, const ledger::ValidatorSet* others = nullptr) {
    const auto store = made.store();
    const chain::ChainView view{*store};
    audit::MadeCheckpoint checkpoint = made.checkpoint(made.log_size(height));
    if (others != nullptr) checkpoint.nodes = *others;
    return {.extra = view.leaf(1).value(),
            .index = 1,
            .path = view.inclusion({.index = 1, .size = checkpoint.content.size}).value(),
            .checkpoint = audit::MadeChain::note_of(checkpoint)};
}

audit::Error refused(const audit::EpochProof& proof, const datadeed::ChainId& chain) {
    const auto followed = audit::follow(proof, chain);
    REQUIRE_FALSE(followed);
    return followed.error();
}

}  // namespace

TEST_CASE("the proof that a replay gives leads from the chain's id to the present validators, as a file too") {
    audit::MadeChain made{last_block, {}, two_changes()};
    const audit::EpochProof proof = proof_of(made);
    CHECK(proof.genesis == made.document());
    CHECK(proof.ends.size() == 2);
    const auto decoded = audit::decode_epoch_proof(datadeed::encode(proof));
    REQUIRE(decoded);
    CHECK(*decoded == proof);
    const auto epochs = audit::follow(*decoded, made.id());
    REQUIRE(epochs);
    CHECK(epochs->present() == made.epochs().back());
    audit::MadeChain unchanged{2};
    CHECK(audit::follow(proof_of(unchanged), unchanged.id())->present().number == ledger::EpochNumber{0});
}

TEST_CASE("a receipt is checked with the cosigners of its own time") {
    audit::MadeChain made{last_block, {}, two_changes()};
    const audit::Epochs epochs = audit::follow(proof_of(made), made.id()).value();
    for (Height height{1}; height.value <= last_block; height = height.next()) {
        CAPTURE(height.value);
        const auto report = audit::check_receipt(receipt(made, height), epochs, std::nullopt);
        REQUIRE(report);
        CHECK(report->id);
        CHECK(report->proof.checkpoint.size == made.log_size(height));
        for (const ledger::Epoch& other : made.epochs()) {
            const bool serves = made.checkpoint(made.log_size(height)).nodes == other.nodes;
            CHECK(audit::check_receipt(receipt(made, height, &other.nodes), epochs, std::nullopt).has_value() ==
                  serves);
        }
    }
}

TEST_CASE("the founders' policy alone doesn't vouch for a later receipt, whose strangers are named") {
    audit::MadeChain made{last_block, {}, two_changes()};
    const crypto::Policy founders = audit::policy_of(made.genesis(), made.id());
    CHECK(audit::check_receipt(receipt(made, Height{2}), founders, std::nullopt));
    CHECK(audit::strangers_on(receipt(made, Height{2}), founders).empty());
    const auto later = audit::check_receipt(receipt(made, Height{6}), founders, std::nullopt);
    REQUIRE_FALSE(later);
    CHECK(later.error() == crypto::Error::proof_must_have_a_quorum_of_cosignatures);
    CHECK(audit::strangers_on(receipt(made, Height{6}), founders) ==
          std::vector<std::string>{"datadeed/made/node-0", "datadeed/made/node-1"});
}

TEST_CASE("a proof that stops early shows the epochs before") {
    audit::MadeChain made{last_block, {}, two_changes()};
    audit::EpochProof proof = proof_of(made);
    proof.ends.pop_back();
    const auto epochs = audit::follow(proof, made.id());
    REQUIRE(epochs);
    CHECK(epochs->present() == made.epochs()[1]);
}

TEST_CASE("validators that those before them didn't certify are not believed") {
    audit::MadeChain made{last_block, {}, two_changes()};
    const audit::EpochProof good = proof_of(made);
    const auto code_after = [&](auto spoil) {
        audit::EpochProof proof = good;
        spoil(proof);
        return refused(proof, made.id());
    };
    const auto stranger = audit::made_key(200).public_key();
    CHECK(code_after([&](audit::EpochProof& p) { p.ends[0].nodes.validators[2].cosign = stranger; }) ==
          audit::Error::epochs_not_certified);
    // With the header that would name them, too.
    CHECK(code_after([&](audit::EpochProof& p) {
              p.ends[0].nodes.validators[2].cosign = stranger;
              p.ends[0].header.validators_hash = ledger::hash(p.ends[0].nodes);
          }) == audit::Error::epochs_not_certified);
    // And with the certificate naming that header, but no signatures for it.
    CHECK(code_after([&](audit::EpochProof& p) {
              p.ends[0].nodes.validators[2].cosign = stranger;
              p.ends[0].header.validators_hash = ledger::hash(p.ends[0].nodes);
              p.ends[0].certificate.hash = ledger::hash(p.ends[0].header);
          }) == audit::Error::epochs_not_certified);
    CHECK(code_after([](audit::EpochProof& p) { p.ends.erase(p.ends.begin()); }) == audit::Error::epochs_not_certified);
    CHECK(code_after([](audit::EpochProof& p) { p.ends.push_back(p.ends[1]); }) == audit::Error::epochs_not_certified);
    CHECK(code_after([](audit::EpochProof& p) { std::swap(p.ends[0], p.ends[1]); }) ==
          audit::Error::epochs_not_certified);
    CHECK(code_after([](audit::EpochProof& p) { p.ends[1].certificate.votes.pop_back(); }) ==
          audit::Error::epochs_not_certified);
}

TEST_CASE("a block after which the same nodes serve ends no epoch") {
    audit::MadeChain made{last_block, {}, two_changes()};
    audit::EpochProof proof = proof_of(made);
    const auto store = made.store();
    const auto fifth = chain::ChainView{*store}.header(Height{5});
    REQUIRE((fifth && *fifth));
    proof.ends.push_back(
        {.header = (*fifth)->header, .certificate = (*fifth)->certificate, .nodes = made.epochs().back().nodes});
    CHECK(refused(proof, made.id()) == audit::Error::epochs_not_certified);
}

TEST_CASE("a proof of another chain, or none at all, is refused") {
    audit::MadeChain made{last_block, {}, two_changes()};
    audit::EpochProof proof = proof_of(made);
    CHECK(refused(proof, datadeed::ChainId{}) == audit::Error::epochs_other_chain);
    CHECK(audit::decode_epoch_proof({}).error() == audit::Error::epochs_malformed);
    const Bytes no_document{0x80};
    proof.genesis = no_document;
    CHECK(refused(proof, ledger::chain_id(no_document)) == audit::Error::epochs_malformed);
    proof.format = "datadeed/epochs/2";
    CHECK(audit::decode_epoch_proof(datadeed::encode(proof)).error() == audit::Error::epochs_malformed);
}

TEST_CASE("a file with epochs is worth nothing after any of its bytes changed") {
    audit::MadeChain made{last_block, {}, two_changes()};
    const Bytes file = datadeed::encode(proof_of(made));
    for (std::size_t at = 0; at < file.size(); at += 3) {
        Bytes changed = file;
        changed[at] ^= 1;
        const auto proof = audit::decode_epoch_proof(changed);
        CAPTURE(at);
        CHECK_FALSE((proof && audit::follow(*proof, made.id())));
    }
}
