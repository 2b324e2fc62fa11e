#include "audit/epochs.h"

#include "audit/checked_block.h"
#include "audit/replay.h"
#include "audit/replayer.h"
#include "chain/chain_view.h"
#include "crypto/tlog_proof.h"
#include "tests/audit/made_chain.h"
#include "tests/support/catch.h"

// A chain whose validators change: what one epoch says counts in that epoch, and in no other.

namespace {

using datadeed::Height;
namespace audit = datadeed::audit;
namespace chain = datadeed::chain;
namespace crypto = datadeed::crypto;
namespace ledger = datadeed::ledger;

constexpr std::uint64_t top_block = 12;

// New keys for node-0 from block 4 on, no node-1 from block 7 on, and node-1 again with other keys from block 10 on.
std::vector<audit::MadeChange> three_changes() {
    return {{.at = Height{3}, .kind = ledger::NodeChangeKind::replace_keys, .node = 0},
            {.at = Height{6}, .kind = ledger::NodeChangeKind::remove_validator, .node = 1},
            {.at = Height{9}, .kind = ledger::NodeChangeKind::add_validator, .node = 1, .keys = 2}};
}

audit::ReplayReport replayed(audit::MadeChain& made, audit::Anchors anchors = {}, unsigned threads = 2) {
    const auto store = made.store();
    return audit::replay(made.genesis(), made.id(), chain::ChainView{*store},
                         {.threads = threads, .anchors = std::move(anchors)});
}

std::string code_of(const audit::ReplayReport& report) {
    return report.first_bad ? report.first_bad->code : "verified";
}

// What replay finds where the block at this height is certified by this epoch's validators, under its number.
std::string found(Height at, const std::function<void(ledger::Epoch&)>& epoch) {
    audit::MadeChain made{top_block, {.at = at, .epoch = epoch}, three_changes()};
    const audit::ReplayReport report = replayed(made);
    if (report.first_bad) {
        CHECK(report.first_bad->height == at);
        CHECK(report.first_bad->place == "certificate");
    }
    return code_of(report);
}

// What replay finds where the checkpoint of this size is cosigned by these.
std::string found_in_checkpoint(std::uint64_t size, const ledger::ValidatorSet& nodes) {
    audit::MadeChain made{top_block, {}, three_changes()};
    audit::MadeCheckpoint checkpoint = made.checkpoint(size);
    checkpoint.nodes = nodes;
    made.keep_checkpoint(size, audit::MadeChain::note_of(checkpoint));
    const std::string stored = code_of(replayed(made));

    audit::MadeChain other{top_block, {}, three_changes()};
    const std::string note = audit::MadeChain::note_of(checkpoint);
    const std::string given = code_of(replayed(other, {.checkpoint = audit::read_checkpoint(note).value()}));
    CHECK(given == (stored == "verified" ? stored : "audit.checkpoint_cosigners"));

    const auto store = other.store();
    const chain::ChainView view{*store};
    const crypto::TlogProof proof{.extra = view.leaf(1).value(),
                                  .index = 1,
                                  .path = view.inclusion({.index = 1, .size = size}).value(),
                                  .checkpoint = note};
    const auto receipt = audit::read_receipt(crypto::format_tlog_proof(proof)).value();
    CHECK(code_of(replayed(other, {.receipt = receipt})) ==
          (stored == "verified" ? stored : "audit.receipt_cosigners"));
    return stored;
}

// Applies all blocks of a chain that were checked as the first epoch's; says what was found first.
std::string replayed_as_of_genesis(audit::MadeChain& made) {
    const auto store = made.store();
    const chain::ChainView view{*store};
    auto replayer = audit::Replayer::start(made.genesis(), made.id());
    REQUIRE(replayer);
    const audit::Voters founders = replayer->epochs().voters();
    for (Height height{1}; height <= made.tip().height; height = height.next()) {
        auto stored = view.block(height);
        REQUIRE((stored && *stored));
        const auto checked = audit::check_block(made.id(), *founders, height, std::move(**stored));
        if (const auto bad = replayer->apply(checked)) return bad->code;
    }
    return "verified";
}

}  // namespace

TEST_CASE("a chain whose validators changed is verified, whatever the number of threads") {
    audit::MadeChain made{150, {}, three_changes()};
    REQUIRE(made.epochs().size() == 4);
    for (const unsigned threads : {1U, 4U}) {
        const audit::ReplayReport report = replayed(made, {}, threads);
        CHECK(code_of(report) == "verified");
        CHECK(report.height == Height{150});
        CHECK(report.epoch == made.epochs().back());
    }
}

TEST_CASE("a block is certified by the validators of its own epoch, not by those before") {
    audit::MadeChain honest{top_block, {}, three_changes()};
    const std::vector<ledger::Epoch>& epochs = honest.epochs();
    for (std::size_t i = 1; i < epochs.size(); ++i) {
        CAPTURE(i);
        const auto by_former = [&](ledger::Epoch& epoch) { epoch = epochs[i - 1]; };
        const auto by_former_in_disguise = [&](ledger::Epoch& epoch) { epoch.nodes = epochs[i - 1].nodes; };
        const auto by_founders = [&](ledger::Epoch& epoch) { epoch = epochs[0]; };
        for (const Height at : {epochs[i].from, epochs[i].from.next()}) {
            CHECK(found(at, by_former) == "replay.certificate_of_other_epoch");
            CHECK(found(at, by_former_in_disguise) == "replay.certificate");
            CHECK(found(at, by_founders) == "replay.certificate_of_other_epoch");
        }
    }
}

TEST_CASE("nor by those after") {
    audit::MadeChain honest{top_block, {}, three_changes()};
    const std::vector<ledger::Epoch>& epochs = honest.epochs();
    for (std::size_t i = 1; i < epochs.size(); ++i) {
        CAPTURE(i);
        const Height last{epochs[i].from.value - 1};  // the block that carries the change out
        CHECK(found(last, [&](ledger::Epoch& epoch) { epoch = epochs[i]; }) == "replay.certificate_of_other_epoch");
        CHECK(found(last, [&](ledger::Epoch& epoch) { epoch.nodes = epochs[i].nodes; }) == "replay.certificate");
    }
}

TEST_CASE("a certificate by the right validators in a view of another epoch doesn't hold") {
    for (const std::uint32_t number : {0U, 2U, 7U}) {
        CHECK(found(Height{5}, [&](ledger::Epoch& epoch) { epoch.number = ledger::EpochNumber{number}; }) ==
              "replay.certificate_of_other_epoch");
    }
    CHECK(found(Height{5}, [](ledger::Epoch& epoch) { epoch.number = ledger::EpochNumber{1}; }) == "verified");
}

TEST_CASE("what was checked ahead with the validators of an earlier epoch is checked again") {
    audit::MadeChain honest{top_block, {}, three_changes()};
    CHECK(replayed_as_of_genesis(honest) == "verified");
    const auto by_founders = [&](ledger::Epoch& epoch) { epoch = honest.epochs()[0]; };
    for (const Height at : {Height{4}, Height{5}, Height{12}}) {
        audit::MadeChain spoiled{top_block, {.at = at, .epoch = by_founders}, three_changes()};
        CHECK(replayed_as_of_genesis(spoiled) == "replay.certificate_of_other_epoch");
    }
}

TEST_CASE("a header must name the validators that vote on the next block, also where they change") {
    audit::MadeChain honest{top_block, {}, three_changes()};
    const auto names = [&](Height at, std::size_t epoch) {
        const auto header = [&](ledger::BlockHeader& made) {
            made.validators_hash = ledger::hash(honest.epochs()[epoch].nodes);
        };
        audit::MadeChain made{top_block, {.at = at, .header = header}, three_changes()};
        return code_of(replayed(made));
    };
    CHECK(names(Height{3}, 0) == "block.validators_wrong");
    CHECK(names(Height{3}, 1) == "verified");
    CHECK(names(Height{4}, 0) == "block.validators_wrong");
    CHECK(names(Height{12}, 3) == "verified");
}

TEST_CASE("a checkpoint is cosigned by the validators of the epoch in which the log had its size") {
    audit::MadeChain honest{top_block, {}, three_changes()};
    const std::vector<ledger::Epoch>& epochs = honest.epochs();
    for (std::size_t i = 0; i < epochs.size(); ++i) {
        const std::uint64_t first = honest.log_size(epochs[i].from);
        const Height last = i + 1 < epochs.size() ? Height{epochs[i + 1].from.value - 1} : Height{top_block};
        for (const std::uint64_t size : {first, honest.log_size(last)}) {
            for (std::size_t by = 0; by < epochs.size(); ++by) {
                CAPTURE(i, size, by);
                // The three nodes of epoch 2 served before and after it too, with the same keys, and are a quorum.
                const bool vouched_for = by == i || (by == 2 && i > 0);
                CHECK(found_in_checkpoint(size, epochs[by].nodes) ==
                      (vouched_for ? "verified" : "replay.checkpoint_cosigners"));
            }
        }
    }
}

TEST_CASE("a known checkpoint beyond the copy's end, by validators that it doesn't know, is told from a short one") {
    audit::MadeChain whole{top_block, {}, three_changes()};
    audit::MadeChain cut{5, {}, three_changes()};
    const auto found_by = [&](std::uint64_t size) {
        const std::string note = audit::MadeChain::note_of(whole.checkpoint(size));
        const audit::ReplayReport report = replayed(cut, {.checkpoint = audit::read_checkpoint(note).value()});
        REQUIRE(report.first_bad);
        return *report.first_bad;
    };
    CHECK(found_by(whole.log_size(Height{6})).code == "audit.checkpoint_beyond_end");
    const audit::FirstBad bad = found_by(whole.log_size(Height{10}));
    CHECK(bad.code == "audit.checkpoint_cosigners");
    CHECK(bad.detail.find("of a longer log") != std::string::npos);
}
