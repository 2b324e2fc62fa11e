#include "audit/replay.h"

#include "audit/checked_block.h"
#include "chain/chain_gaps.h"
#include "chain/chain_view.h"
#include "chain/keys.h"
#include "chain/records.h"
#include "crypto/merkle.h"
#include "ledger/cost.h"
#include "tests/audit/made_chain.h"
#include "tests/support/catch.h"

namespace {

using datadeed::Digest;
using datadeed::Height;
namespace audit = datadeed::audit;
namespace chain = datadeed::chain;
namespace consensus = datadeed::consensus;
namespace ledger = datadeed::ledger;

audit::ReplayReport replay(audit::MadeChain& made, unsigned threads = 2) {
    const auto store = made.store();
    return audit::replay(made.genesis(), made.id(), chain::ChainView{*store}, {.threads = threads});
}

// Spoils block 5 of 8 and says what replay found.
audit::FirstBad found(const audit::Spoil& spoil) {
    audit::MadeChain made{8, spoil};
    const audit::ReplayReport report = replay(made);
    REQUIRE_FALSE(report.verified());
    CHECK(report.height == Height{report.first_bad->height->value - 1});
    return *report.first_bad;
}

}  // namespace

TEST_CASE("a chain with a gap is good up to there, and the gap is called what it is") {
    audit::MadeChain made{8};
    const std::uint64_t begin = made.log_size(Height{3});
    chain::Batch batch;
    for (std::uint64_t height = 4; height <= 6; ++height) {
        batch.erase(chain::keys::of(chain::keys::block, height));
        batch.erase(chain::keys::of(chain::keys::header, height));
    }
    chain::put_record(
        batch, chain::keys::of(chain::keys::gap, 4),
        chain::ChainGap{
            .first = Height{4}, .last = Height{6}, .log_begin = begin, .log_end = made.log_size(Height{6})});
    REQUIRE(made.store()->write(batch, chain::Durability::synced));
    const audit::ReplayReport report = replay(made);
    REQUIRE_FALSE(report.verified());
    CHECK(report.height == Height{3});
    CHECK(report.first_bad->code == "chain.pruned");
    CHECK(report.first_bad->height == Height{4});
}

TEST_CASE("an honest chain is verified, with the roots of its last header") {
    audit::MadeChain made{150};
    const audit::ReplayReport report = replay(made);
    CHECK(report.verified());
    CHECK(report.height == Height{150});
    CHECK(report.transactions == 300);
    const auto store = made.store();
    const auto last = chain::ChainView{*store}.header(Height{150});
    REQUIRE(last);
    REQUIRE(*last);
    CHECK(report.state_root == (*last)->header.state_root);
    CHECK(report.log_root == (*last)->header.log_root);
}

TEST_CASE("one thread and many give the same report") {
    audit::MadeChain made{70};
    CHECK(replay(made, 1).state_root == replay(made, 4).state_root);
}

TEST_CASE("a chain without blocks is verified at height 0") {
    audit::MadeChain made{0};
    const audit::ReplayReport report = replay(made);
    CHECK(report.verified());
    CHECK(report.height == Height{0});
    CHECK(report.log_root == datadeed::crypto::empty_root());
}

TEST_CASE("a header that lies about the state, the log or the validators is found at its block") {
    const auto lie = [](auto change) { return found({.at = Height{5}, .header = change}); };
    CHECK(lie([](ledger::BlockHeader& h) { h.state_root[0] ^= 1; }).code == "block.state_root_wrong");
    CHECK(lie([](ledger::BlockHeader& h) { h.log_root[0] ^= 1; }).code == "block.log_root_wrong");
    CHECK(lie([](ledger::BlockHeader& h) { h.validators_hash[0] ^= 1; }).code == "block.validators_wrong");
    CHECK(lie([](ledger::BlockHeader& h) { h.time = datadeed::TimeMs{1}; }).code == "block.time_not_rising");
    CHECK(lie([](ledger::BlockHeader& h) { h.version = 2; }).code == "block.version_unknown");
    CHECK(lie([](ledger::BlockHeader& h) { h.state_root[0] ^= 1; }).height == Height{5});
}

TEST_CASE("a certificate without a quorum, of another block or with a wrong signature is found") {
    const auto lie = [](auto change) { return found({.at = Height{5}, .certificate = change}); };
    CHECK(lie([](consensus::CommitCertificate& c) { c.votes.clear(); }).code == "replay.certificate");
    CHECK(lie([](consensus::CommitCertificate& c) { c.votes[0].signature.value[0] ^= 1; }).code ==
          "replay.certificate");
    CHECK(lie([](consensus::CommitCertificate& c) { c.view = consensus::View{7}; }).code == "replay.certificate");
}

TEST_CASE("a good certificate of another block doesn't serve") {
    audit::MadeChain made{2};
    const auto store = made.store();
    const chain::ChainView blocks{*store};
    auto first = blocks.block(Height{1});
    const auto second = blocks.block(Height{2});
    REQUIRE((first && *first && second && *second));
    (*first)->certificate = (*second)->certificate;
    const audit::Epochs epochs{made.genesis(), made.id()};
    const audit::CheckedBlock checked = audit::check_block(made.id(), *epochs.voters(), Height{1}, std::move(**first));
    REQUIRE(checked.certificate_bad);
    CHECK(checked.certificate_bad->code == "replay.certificate_of_other_block");
}

TEST_CASE("a transaction without its signer's signature is found with its number") {
    const audit::FirstBad bad = found(
        {.at = Height{5}, .transactions = [](std::vector<ledger::RawTransaction>& all) { all[1].bytes.back() ^= 1; }});
    CHECK(bad.code == "tx.signature_wrong");
    CHECK(bad.height == Height{5});
    CHECK(bad.transaction == 1);
}

TEST_CASE("a transaction that the rules refuse is found with its number") {
    const audit::FirstBad bad = found(
        {.at = Height{5}, .transactions = [](std::vector<ledger::RawTransaction>& all) { all.push_back(all[0]); }});
    CHECK(bad.code == "tx.nonce_used");
    CHECK(bad.transaction == 2);
}

TEST_CASE("a block of more work than the chain allows is found, before any of it is done") {
    const audit::FirstBad bad = found({.at = Height{5}, .transactions = [](std::vector<ledger::RawTransaction>& all) {
                                           all.resize(ledger::block_cost_max / 50, all[0]);
                                       }});
    CHECK(bad.code == "block.costs_too_much");
    CHECK(bad.height == Height{5});
    CHECK_FALSE(bad.transaction);
}

TEST_CASE("a changed bit of any stored value is found") {
    audit::MadeChain whole{6};
    const audit::ReplayReport good = replay(whole);
    for (const auto& entry : chain::MemoryDisk::Map{whole.disk().content()}) {
        for (const std::size_t at : {std::size_t{0}, entry.second.size() / 2, entry.second.size() - 1}) {
            audit::MadeChain made{6};
            made.disk().content()[entry.first][at] ^= 1;
            const audit::ReplayReport report = replay(made);
            CAPTURE(datadeed::to_hex(entry.first), at);
            if (report.verified()) {
                CHECK(report.state_root == good.state_root);
                CHECK(entry.first[0] == 'l');  // leads entry bundles to their block; the chain doesn't rest on it
            }
        }
    }
}

TEST_CASE("a missing block is found at its height") {
    audit::MadeChain made{6};
    auto& content = made.disk().content();
    for (auto it = content.begin(); it != content.end();) {
        const bool third_body = it->first[0] == 'b' && it->first.back() == 3;
        it = third_body ? content.erase(it) : std::next(it);
    }
    const audit::ReplayReport report = replay(made);
    REQUIRE_FALSE(report.verified());
    CHECK(report.first_bad->height == Height{3});
}
