#include "node/replica/executor.h"

#include <set>

#include "chain/keys.h"
#include "chain/sealed.h"
#include "ledger/state_keys.h"
#include "node/replica/limits.h"
#include "tests/replica/bench.h"
#include "tests/replica/late.h"
#include "tests/support/catch.h"

namespace datadeed::replica {
using datadeed::replica::testing::Bench;
using datadeed::replica::testing::Chain;
using datadeed::replica::testing::hour_ms;

namespace {

TimeMs after(TimeMs time, std::uint64_t ms) {
    return TimeMs{time.value + ms};
}

// Its process begins again, with a record of its state damaged that must be there.
void open_damaged(Bench& bench) {
    const Bytes key = chain::keys::of(chain::keys::value, ledger::state_keys::totals());
    bench.state_disk.content().at(key).back() ^= 1U;
    bench.reopen();
}

// The second block of a chain, whose executor stands at the first.
struct Second {
    Second() {
        (void)chain.next({"a"});
        chain.bench.add("b", chain.bench.genesis());
        const Result<Executor::Built, chain::Error> built =
            chain.bench.executor->build(chain.bench.pool, chain.bench.genesis());
        DATADEED_ASSERT(built.has_value() && built->block != nullptr);
        block = *built->block->block;
    }
    // What a voter says of it as it is now, as of a block that it hasn't seen; nothing when it would vote.
    std::string objection() {
        CheckedBlock unknown = block;
        unknown.hash = Digest{++seen};
        const auto judged =
            chain.bench.executor->judge(std::make_shared<const CheckedBlock>(unknown), {}, std::nullopt);
        return judged ? "" : judged.error().reason;
    }

    // The same when it names this certificate.
    std::string objection_to(const consensus::CommitCertificate& named) {
        block.prev_certificate = named;
        block.block.header.prev_cert_hash = chain::certificate_hash(named);
        return objection();
    }

    Chain chain;
    CheckedBlock block{};
    std::uint8_t seen{0};
};

}  // namespace

TEST_CASE("a record that is always there and can't be read is an error of the store, not of the program") {
    Bench bench;
    open_damaged(bench);
    bench.add("a", bench.genesis());
    (void)bench.executor->build(bench.pool, bench.genesis());
    REQUIRE(bench.committer->state().error());
    CHECK(bench.committer->state().error()->fault == chain::Fault::state_damaged);
}

TEST_CASE("a certified block that the store lets nobody execute is the store's fault, not another state") {
    Bench bench;
    bench.add("a", bench.genesis());
    const Result<Executor::Built, chain::Error> built = bench.executor->build(bench.pool, bench.genesis());
    REQUIRE((built.has_value() && built->block != nullptr));
    open_damaged(bench);
    const Result<void, Halt> committed = bench.executor->commit(built->block->block, {}, 0);
    REQUIRE_FALSE(committed.has_value());
    CHECK(committed.error().code == "state.damaged");
}

TEST_CASE("what was executed isn't executed again: so many proposals are held, those made or judged last") {
    Bench maker;
    Bench voter;
    maker.add("a", maker.genesis());
    std::vector<Digest> made;
    const auto make = [&](std::uint64_t ms) {
        const Result<Executor::Built, chain::Error> built =
            maker.executor->build(maker.pool, after(maker.genesis(), ms));
        REQUIRE((built.has_value() && built->block != nullptr));
        made.push_back(built->block->block->hash);
        CHECK(voter.executor->judge(built->block->block, built->block->payload, std::nullopt));
    };
    for (std::uint64_t ms = 1; ms <= consensus::payloads_max; ++ms) make(ms);
    make(1);  // again: the one before it is the oldest now
    REQUIRE(made.back() == made.front());
    make(100);
    make(200);
    for (const Bench* bench : {&maker, &voter}) {
        const Executor& executor = *bench->executor;
        CHECK(executor.find(made[1]) == nullptr);
        CHECK(executor.find(made.back()) != nullptr);
        CHECK(executor.find(made[3]) != nullptr);
    }
    CHECK(maker.executor->find(made[0]) != nullptr);
    CHECK(maker.executor->find(made[2]) == nullptr);
    // To be judged again makes none younger.
    CHECK(voter.executor->find(made[0]) == nullptr);
    CHECK(voter.executor->find(made[2]) != nullptr);

    const auto known = voter.executor->find(made.back());
    const Bytes other(known->payload.size(), 0);
    const Result<void, Executor::Objection> refused = voter.executor->judge(known->block, other, std::nullopt);
    REQUIRE_FALSE(refused.has_value());
    CHECK_FALSE(refused.error().subjective);
    CHECK(refused.error().reason == "the payload is not what its hash binds");
}

TEST_CASE("a proposal that is made again pushes no other out") {
    Bench bench;
    bench.add("a", bench.genesis());
    std::set<Digest> made;
    const auto make = [&](std::uint64_t ms) {
        const Result<Executor::Built, chain::Error> built =
            bench.executor->build(bench.pool, after(bench.genesis(), ms));
        REQUIRE((built.has_value() && built->block != nullptr));
        made.insert(built->block->block->hash);
    };
    for (std::uint64_t ms = 1; ms <= consensus::payloads_max; ++ms) make(ms);
    make(consensus::payloads_max);
    CHECK(made.size() == consensus::payloads_max);
    for (const Digest& hash : made) CHECK(bench.executor->find(hash) != nullptr);
}

TEST_CASE("a fresh block is refused by the clock when it is too far behind, even one just after its parent") {
    Bench bench;
    bench.add("a", bench.genesis());
    const TimeMs time = after(bench.genesis(), 1);
    const Result<void, Executor::Objection> late = bench.judge(bench.genesis(), after(time, block_behind_max_ms + 1));
    REQUIRE_FALSE(late.has_value());
    CHECK(late.error().subjective);
    CHECK_FALSE(bench.judge(bench.genesis(), after(time, hour_ms)).has_value());
    CHECK(bench.judge(bench.genesis(), after(time, block_behind_max_ms)).has_value());
}

TEST_CASE("a fresh block is refused by the clock when it is too far ahead, but not one just after its parent") {
    Bench bench;
    bench.add("a", bench.genesis());
    const TimeMs wall = after(bench.genesis(), 10'000);
    CHECK(bench.judge(after(wall, block_ahead_max_ms), wall).has_value());
    const Result<void, Executor::Objection> early = bench.judge(after(wall, block_ahead_max_ms + 1), wall);
    REQUIRE_FALSE(early.has_value());
    CHECK(early.error().subjective);
    // All clocks were set back by an hour: the chain goes on, in steps of a millisecond.
    const TimeMs set_back{bench.genesis().value - hour_ms};
    CHECK(bench.judge(set_back, set_back).has_value());
}

TEST_CASE("a block holds so many transactions and bytes as the chain allows, exactly, and what has no room stays") {
    Bench bench;
    for (const char* name : {"a", "b", "c"}) bench.add(name, bench.genesis());
    const std::size_t size = bench.pool.bytes() / 3;
    const auto count_in = [&bench](ledger::Parameters rules) {
        Executor executor{*bench.committer, rules, bench.primary};
        const Result<Executor::Built, chain::Error> built = executor.build(bench.pool, bench.genesis());
        REQUIRE((built.has_value() && built->block != nullptr));
        CHECK(built->refused.empty());
        return built->block->block->transactions.size();
    };
    ledger::Parameters rules = bench.world.genesis.parameters;
    CHECK(count_in(rules) == 3);
    rules.block_transactions_max = 2;
    CHECK(count_in(rules) == 2);
    rules = bench.world.genesis.parameters;
    rules.block_bytes_max = 2 * size;
    CHECK(count_in(rules) == 2);
    rules.block_bytes_max = 2 * size - 1;
    CHECK(count_in(rules) == 1);
    CHECK(bench.pool.size() == 3);
}

TEST_CASE("a block ends before what has no room in it, so that nothing smaller overtakes it for ever") {
    Bench bench;
    const ledger::DatasetId data{"b"};
    const ledger::RegisterData long_one{.data = data, .title = std::string(200, 'T'), .type = "t", .commitment = {}};
    bench.add("a", bench.genesis());
    const std::size_t size = bench.pool.bytes();
    bench.add(bench.make(0, long_one, bench.genesis()));
    bench.add("c", bench.genesis());
    ledger::Parameters rules = bench.world.genesis.parameters;
    rules.block_bytes_max = 2 * size;
    Executor executor{*bench.committer, rules, bench.primary};
    const Result<Executor::Built, chain::Error> built = executor.build(bench.pool, bench.genesis());
    REQUIRE((built.has_value() && built->block != nullptr));
    CHECK(built->block->block->transactions.size() == 1);
}

TEST_CASE("what doesn't apply is named and left out, what was tried on this state isn't tried, and the rest goes in") {
    Bench bench{1, 0, 2};
    const ledger::TransferOffer nowhere{
        .data = ledger::DatasetId{"nowhere"}, .to = sim::owner_name(1), .share = ledger::ShareBp{1}};
    const ledger::TxId hopeless = bench.add(bench.make(0, nowhere, bench.genesis()));
    const ledger::TxId tried = bench.add("tried", bench.genesis());
    bench.pool.set_sound(*bench.pool.find(tried), false);
    const ledger::TxId good = bench.add("good", bench.genesis());
    const Result<Executor::Built, chain::Error> built = bench.executor->build(bench.pool, bench.genesis());
    REQUIRE((built.has_value() && built->block != nullptr));
    REQUIRE(built->block->block->transactions.size() == 1);
    CHECK(built->block->block->transactions[0]->tx.id() == good);
    REQUIRE(built->refused.size() == 1);
    CHECK(built->refused[0] == std::pair{hopeless, ledger::Refusal::data_not_found});

    // Whether it is sound or not: on another state it is tried.
    bench.pool.remove(good);
    bench.pool.find(tried)->checked = Height{7};
    const Result<Executor::Built, chain::Error> again = bench.executor->build(bench.pool, bench.genesis());
    REQUIRE((again.has_value() && again->block != nullptr));
    CHECK(again->block->block->transactions[0]->tx.id() == tried);

    bench.pool.remove(tried);
    const Result<Executor::Built, chain::Error> nothing = bench.executor->build(bench.pool, bench.genesis());
    REQUIRE(nothing.has_value());
    CHECK(nothing->block == nullptr);
    CHECK(nothing->refused.size() == 1);
}

TEST_CASE("from whatever read on the state can't be read, no block is made, and the store says why") {
    std::size_t concluding = 0;
    for (std::size_t reads = 0;; ++reads) {
        Bench bench;
        bench.add("a", bench.genesis());
        bench.reopen();
        bench.state_disk.fail_reads_after(reads, chain::Fault::store_io);
        const Result<Executor::Built, chain::Error> built = bench.executor->build(bench.pool, bench.genesis());
        if (!bench.state_disk.has_failed_to_read()) {
            CHECK((built.has_value() && built->block != nullptr));
            break;
        }
        REQUIRE(bench.committer->state().error());
        CHECK(bench.committer->state().error()->fault == chain::Fault::store_io);
        if (built) continue;
        CHECK(built.error().fault == chain::Fault::store_io);
        ++concluding;
    }
    CHECK(concluding > 0);
}

TEST_CASE("a tree node that was written wrongly, seal and all, is a damaged state") {
    Bench bench;
    bench.add("a", bench.genesis());
    chain::Batch batch;
    for (auto& [key, value] : bench.state_disk.content()) {
        if (key.front() == chain::keys::tree_node) chain::put_sealed(batch, key, Bytes{0x00});
    }
    REQUIRE(batch.count() > 0);
    REQUIRE(bench.state_store->write(batch, chain::Durability::synced));
    bench.reopen();
    const Result<Executor::Built, chain::Error> built = bench.executor->build(bench.pool, bench.genesis());
    REQUIRE_FALSE(built.has_value());
    CHECK(built.error().fault == chain::Fault::state_damaged);
    CHECK(built.error().detail == ledger::code(ledger::Refusal::state_node_damaged));
}

TEST_CASE("a block whose predecessor's header can't be read isn't made") {
    Chain chain;
    (void)chain.next({"a"});
    chain.bench.add("b", chain.bench.genesis());
    chain.bench.chain_disk.fail_reads_after(0, chain::Fault::store_io);
    const Result<Executor::Built, chain::Error> built =
        chain.bench.executor->build(chain.bench.pool, chain.bench.genesis());
    REQUIRE_FALSE(built.has_value());
    CHECK(built.error().fault == chain::Fault::store_io);
}

TEST_CASE("a block must name a certificate of the tip, any of them, of the epoch that the tip was decided in") {
    Second second;
    CHECK(second.objection().empty());
    const std::string wrong{ledger::code(ledger::Refusal::block_prev_certificate_wrong)};
    const consensus::CommitCertificate good = *second.block.prev_certificate;
    consensus::CommitCertificate other = good;
    other.hash[0] ^= 1U;
    CHECK(second.objection_to(other) == wrong);
    other = good;
    other.height = Height{2};
    CHECK(second.objection_to(other) == wrong);
    other = good;
    other.view = consensus::Epoch{.number = 1}.first_view();
    CHECK(second.objection_to(other) == wrong);
    other = good;
    other.votes.pop_back();
    CHECK(second.objection_to(other).empty());
    second.block.prev_certificate = good;  // the header names the other one
    CHECK(second.objection() == wrong);
    second.block.prev_certificate.reset();
    CHECK(second.objection() == wrong);
}

TEST_CASE("the tip's certificate is of the epoch before only right after that epoch's last block") {
    Second second;
    consensus::CommitCertificate next = *second.block.prev_certificate;
    next.view = consensus::Epoch{.number = 1}.first_view();
    second.chain.bench.executor->begin_epoch({.number = ledger::EpochNumber{1}, .from = Height{2}, .nodes = {}});
    CHECK(second.objection().empty());
    second.chain.bench.executor->begin_epoch({.number = ledger::EpochNumber{1}, .from = Height{1}, .nodes = {}});
    CHECK_FALSE(second.objection().empty());
    CHECK(second.objection_to(next).empty());
}

TEST_CASE("a fresh block is its primary's, and a block from an earlier view anybody's") {
    Bench bench;
    bench.add("a", bench.genesis());
    const Result<Executor::Built, chain::Error> built = bench.executor->build(bench.pool, bench.genesis());
    REQUIRE((built.has_value() && built->block != nullptr));
    const Executor::Fresh others{.now = bench.genesis(), .primary = ledger::MemberId{"another"}};
    const auto refused = bench.executor->judge(built->block->block, built->block->payload, others);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().reason == "the proposer is not the primary");
    CHECK_FALSE(refused.error().subjective);
    CHECK(bench.executor->judge(built->block->block, built->block->payload, std::nullopt).has_value());
}

TEST_CASE("a body is bound by its header: the links, and every transaction") {
    Second second;
    const Executor& executor = *second.chain.bench.executor;
    CHECK(executor.is_bound(second.block));
    CheckedBlock other = second.block;
    other.transactions[0] = second.chain.bench.registration(0, "other", second.chain.bench.genesis());
    CHECK_FALSE(executor.is_bound(other));
    other = second.block;
    other.block.header.height = Height{3};
    CHECK_FALSE(executor.is_bound(other));
}

TEST_CASE("a certified block that gives another state here stops the node; one that was written is forgotten") {
    Second second;
    Executor& executor = *second.chain.bench.executor;
    const Digest hash = second.block.hash;
    CheckedBlock wrong = second.block;
    wrong.block.header.state_root[0] ^= 1U;
    wrong.hash = ledger::hash(wrong.block.header);
    const Result<void, Halt> differs = executor.commit(std::make_shared<const CheckedBlock>(wrong), {}, 0);
    REQUIRE_FALSE(differs.has_value());
    CHECK(differs.error().code == "state.differs");
    CHECK(differs.error().reason == "a quorum certified block 2, but here it gives " +
                                        std::string{ledger::code(ledger::Refusal::block_state_root_wrong)});
    CHECK_FALSE(differs.error().hint.empty());

    REQUIRE(executor.find(hash) != nullptr);
    const consensus::CommitCertificate certificate{.view = {}, .height = Height{2}, .hash = hash, .votes = {}};
    const Result<void, Halt> written =
        executor.commit(std::make_shared<const CheckedBlock>(second.block), certificate, 0);
    CHECK((written ? "" : written.error().reason) == "");
    CHECK(executor.find(hash) == nullptr);
    CHECK(executor.tip().hash == hash);
}

}  // namespace datadeed::replica
