#include "node/replica/pruning.h"

#include <deque>

#include "chain/chain_view.h"
#include "tests/replica/late.h"
#include "tests/replica/solo.h"
#include "tests/support/catch.h"

namespace datadeed::replica::testing {
namespace {

constexpr std::uint64_t interval = 4;  // transactions, and so blocks
constexpr std::uint64_t kept_blocks = 2;

// A validator and its host, which may be slow, or fail.
struct Host : Solo {
    explicit Host(std::uint64_t kept = kept_blocks) {
        world.snapshots = {.every = interval, .part_bytes = 4096, .keep_blocks = kept};
        sim::Rng rng{7};
        node.crash(rng);
        restart();
    }
    void give(std::size_t transactions) {
        for (std::size_t i = 0; i < transactions; ++i) {
            perform(submit(registration(0, "data-" + std::to_string(++given))));
            perform(tick(40));
        }
    }
    void perform(std::vector<Action> actions) {
        for (Action& action : actions) {
            if (const auto* write = std::get_if<WriteSnapshot>(&action)) step(node.write_snapshot(*write));
            if (const auto* blocks = std::get_if<ArchiveBlocks>(&action)) {
                asked.push_back(blocks->span);
                if (!is_slow) step(fails ? BlocksArchived{} : node.archive(*blocks));
            }
            if (std::holds_alternative<CompactBlocks>(action)) {
                ++compactions;
                if (!compacts_slowly) step(BlocksCompacted{});
            }
        }
    }
    void step(Event event) { perform(node.replica().step(std::move(event))); }
    [[nodiscard]] Height first_block() const { return chain::ChainView{node.chain_store()}.first_block().value(); }

    std::vector<chain::BlockSpan> asked;
    std::size_t compactions{0};
    std::size_t given{0};
    bool is_slow{false};
    bool fails{false};
    bool compacts_slowly{false};
};

using Spans = std::vector<chain::BlockSpan>;
constexpr chain::BlockSpan first_four{.first = Height{1}, .last = Height{4}};

}  // namespace

TEST_CASE("blocks that two snapshots cover are archived, erased and their room is given back") {
    Host host;
    host.give(2 * interval - 1);
    CHECK(host.asked.empty());
    host.give(1);
    CHECK(host.asked == Spans{first_four});
    CHECK(host.first_block() == Height{5});
    CHECK(host.compactions == 1);
    for (Height height{1}; height <= Height{4}; height = height.next()) {
        CHECK(host.node.archived(height).has_value());
        CHECK_FALSE(chain::ChainView{host.node.chain_store()}.block(height));
    }
    host.give(interval);
    CHECK(host.asked == Spans{first_four, {.first = Height{5}, .last = Height{8}}});
    // After a restart it knows what it has.
    host.restart();
    CHECK(host.first_block() == Height{9});
    host.give(interval);
    CHECK(host.asked.back() == chain::BlockSpan{.first = Height{9}, .last = Height{12}});
}

TEST_CASE("so many blocks stay below the tip, and all where it's so configured") {
    Host host{interval + 2};
    host.give(2 * interval);
    CHECK(host.asked == Spans{{.first = Height{1}, .last = Height{2}}});
    Host all{0};
    all.give(4 * interval);
    CHECK(all.asked.empty());
    Host more{100};
    more.give(2 * interval);
    CHECK(more.asked.empty());
}

TEST_CASE("nothing is erased that couldn't be archived, and it's tried again later") {
    Host host;
    host.fails = true;
    host.give(2 * interval);
    CHECK(host.asked.size() == 1);
    CHECK(host.first_block() == Height{1});
    CHECK(host.compactions == 0);
    host.fails = false;
    host.perform(host.tick(40));
    host.perform(host.tick(archive_retry_ms - 1));
    CHECK(host.asked.size() == 1);
    host.perform(host.tick(1));
    CHECK(host.asked == Spans{first_four, first_four});
    CHECK(host.first_block() == Height{5});
}

TEST_CASE("one thing is done at a time") {
    SECTION("archiving") {
        Host host;
        host.is_slow = true;
        host.give(3 * interval);
        CHECK(host.asked == Spans{first_four});
        host.step(BlocksArchived{.last = Height{4}});
        CHECK(host.compactions == 1);
    }
    SECTION("compaction") {
        Host host;
        host.compacts_slowly = true;
        host.give(3 * interval);
        CHECK(host.asked == Spans{first_four});
        host.step(BlocksCompacted{});
        host.give(interval);
        CHECK(host.asked.size() == 2);
    }
}

TEST_CASE("what a file of the archive has no room for follows in the next one") {
    Host host;
    host.is_slow = true;
    host.give(2 * interval);
    host.step(BlocksArchived{.last = Height{1}});
    CHECK(host.asked == Spans{first_four, {.first = Height{2}, .last = Height{4}}});
    CHECK(host.first_block() == Height{2});
    CHECK(host.compactions == 0);
    host.step(BlocksArchived{.last = Height{4}});
    CHECK(host.asked.size() == 2);
    CHECK(host.first_block() == Height{5});
    CHECK(host.compactions == 1);
}

TEST_CASE("the last of the blocks that are to go goes as all others do") {
    Host host;
    host.is_slow = true;
    host.give(2 * interval);
    host.step(BlocksArchived{.last = Height{3}});
    CHECK(host.asked.back() == chain::BlockSpan{.first = Height{4}, .last = Height{4}});
    CHECK(host.compactions == 0);
    host.step(BlocksArchived{.last = Height{4}});
    CHECK(host.first_block() == Height{5});
    CHECK(host.compactions == 1);
}

TEST_CASE("a host that archived none of what it was to changes nothing") {
    Host host;
    host.is_slow = true;
    host.give(2 * interval);
    host.step(BlocksArchived{.last = Height{2}});
    host.step(BlocksArchived{.last = Height{2}});
    CHECK(host.first_block() == Height{3});
    CHECK(host.node.replica().status().height == Height{2 * interval});
    CHECK(host.asked.back() == chain::BlockSpan{.first = Height{3}, .last = Height{4}});
    host.perform(host.tick(40));
    host.perform(host.tick(archive_retry_ms));
    CHECK(host.asked ==
          Spans{first_four, {.first = Height{3}, .last = Height{4}}, {.first = Height{3}, .last = Height{4}}});
}

TEST_CASE("a node that can't erase what was archived stops, and has it still") {
    Host host;
    host.is_slow = true;
    host.give(2 * interval);
    host.node.chain_disk().fail_after(0, chain::Fault::store_io);
    const std::vector<Halt> halts = all_of<Halt>(host.node.replica().step(Event{BlocksArchived{.last = Height{4}}}));
    REQUIRE(halts.size() == 1);
    CHECK(halts[0].code == "store.io");
    host.node.chain_disk().heal();
    host.restart();
    CHECK(host.first_block() == Height{1});
    CHECK(host.compactions == 0);
}

TEST_CASE("what was erased before a failure gives its room back all the same") {
    Host host;
    host.is_slow = true;
    host.give(2 * interval);
    host.step(BlocksArchived{.last = Height{1}});
    host.step(BlocksArchived{});
    CHECK(host.first_block() == Height{2});
    CHECK(host.compactions == 1);
    host.step(BlocksArchived{});  // nothing was erased since
    CHECK(host.compactions == 1);
}

TEST_CASE("a node that can't erase what is archived stops") {
    Host host;
    host.is_slow = true;
    host.give(2 * interval);
    host.node.chain_disk().fail_after(0, chain::Fault::store_io);
    const std::vector<Halt> halts = all_of<Halt>(host.node.replica().step(Event{BlocksArchived{.last = Height{4}}}));
    REQUIRE(halts.size() == 1);
    CHECK(halts[0].code == chain::code(chain::Fault::store_io));
    CHECK(host.tick(40).empty());
}

TEST_CASE("how far blocks go is a matter of the snapshots, not of when they are looked at") {
    Host host{interval + 2};
    host.give(2 * interval + 3);
    host.restart();
    host.perform(host.tick(40));
    CHECK(host.asked == Spans{{.first = Height{1}, .last = Height{2}}});
}

namespace {

// One whose snapshots and validators are made up.
struct Kept {
    explicit Kept(const Pruning::Options& options = {.keep = 2, .first_block = Height{5}, .chain = nullptr})
        : pruning{options, outbox} {}
    struct Seen {
        std::size_t asked{};
        std::vector<std::string> told{};
        bool operator==(const Seen&) const = default;
    };
    Seen look(std::uint64_t later_ms, std::vector<ledger::MemberId> lacking) {
        now_ms += later_ms;
        pruning.consider({.newest_snapshot = newest, .older_snapshot = older, .now_ms = now_ms},
                         [&](Height /*block*/) { return lacking; });
        const std::vector<Action> actions = outbox.take();
        Seen what{.asked = all_of<ArchiveBlocks>(actions).size()};
        for (const LogEvent& line : all_of<LogEvent>(actions)) what.told.push_back(line.fields.at(0).second);
        return what;
    }

    Height older{60};
    Height newest{100};
    std::uint64_t now_ms{1'000};
    Outbox outbox;
    Pruning pruning;
};
const ledger::MemberId slow_one{"node-2"};
const ledger::MemberId lost_one{"node-3"};

}  // namespace

TEST_CASE("blocks that a validator lacks stay until it has them, whatever snapshots came meanwhile") {
    Kept kept;
    CHECK(kept.look(0, {slow_one, lost_one}).asked == 0);
    kept.older = Height{100};
    kept.newest = Height{140};
    CHECK(kept.look(40, {lost_one}).asked == 0);
    CHECK(kept.look(40, {}).asked == 1);
}

TEST_CASE("blocks stay while the snapshot that covers them isn't there any more") {
    Kept kept;
    CHECK(kept.look(0, {lost_one}).asked == 0);
    kept.older = {};
    CHECK(kept.look(40, {}).asked == 0);
}

TEST_CASE("the operator is told for whom blocks stay, after a while, and of others once a minute at most") {
    Kept kept;
    CHECK(kept.look(0, {slow_one, lost_one}) == Kept::Seen{});
    CHECK(kept.look(pruning_patience_ms - 1, {slow_one, lost_one}) == Kept::Seen{});
    CHECK(kept.look(1, {slow_one, lost_one}) == Kept::Seen{.told = {"node-2 node-3"}});
    CHECK(kept.look(pruning_told_ms - 1, {slow_one}) == Kept::Seen{});
    CHECK(kept.look(1, {slow_one}) == Kept::Seen{.told = {"node-2"}});
    CHECK(kept.look(pruning_told_ms, {slow_one}) == Kept::Seen{});
}

TEST_CASE("one block that may go goes, or stays for who lacks it, like many") {
    const Pruning::Options all_but_one{.keep = 2, .first_block = Height{60}, .chain = nullptr};
    CHECK(Kept{all_but_one}.look(0, {}).asked == 1);
    Kept kept{all_but_one};
    CHECK(kept.look(0, {slow_one}) == Kept::Seen{});
    CHECK(kept.look(pruning_patience_ms, {slow_one}) == Kept::Seen{.told = {"node-2"}});
    CHECK(Kept{{.keep = 2, .first_block = Height{61}, .chain = nullptr}}.look(0, {}).asked == 0);
}

TEST_CASE("where all blocks are to stay none is looked at") {
    Kept kept{{.keep = 0, .first_block = Height{5}, .chain = nullptr}};
    CHECK(kept.look(0, {}) == Kept::Seen{});
    CHECK(kept.look(pruning_patience_ms, {slow_one}) == Kept::Seen{});
}

TEST_CASE("of further blocks the operator is told anew for whom they stay, after the same while") {
    Chain chain;
    for (const char* name : {"a", "b", "c"}) (void)chain.next({name});
    Kept kept{{.keep = 1, .first_block = Height{1}, .chain = chain.bench.chain_store.get()}};
    kept.older = Height{1};
    kept.newest = Height{3};
    CHECK(kept.look(0, {slow_one}) == Kept::Seen{});
    CHECK(kept.look(pruning_patience_ms, {slow_one}) == Kept::Seen{.told = {"node-2"}});
    CHECK(kept.look(40, {}).asked == 1);
    REQUIRE(kept.pruning.note(BlocksArchived{.last = Height{1}}));
    kept.pruning.note(BlocksCompacted{});
    (void)kept.outbox.take();
    CHECK(kept.pruning.first_block() == Height{2});
    kept.older = Height{2};
    CHECK(kept.look(40, {slow_one}) == Kept::Seen{});
    CHECK(kept.look(pruning_patience_ms - 1, {slow_one}) == Kept::Seen{});
    CHECK(kept.look(1, {slow_one}) == Kept::Seen{.told = {"node-2"}});
}

}  // namespace datadeed::replica::testing
