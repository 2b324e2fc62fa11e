#include <deque>
#include <functional>
#include <ranges>

#include "base/fields.h"
#include "chain/chain_view.h"
#include "chain/state_store.h"
#include "ledger/state_keys.h"
#include "node/replica/limits.h"
#include "node/replica/wire_codec.h"
#include "tests/replica/solo.h"
#include "tests/sim/rng.h"
#include "tests/support/catch.h"

// Snapshots between two replicas: the validator of a chain of one, and an observer.

namespace datadeed::replica::testing {
namespace {

constexpr std::uint64_t every = 4;  // transactions

// Changes a message of this kind, and leaves others as they are.
template <class T>
void change(Bytes& bytes, const std::function<void(T&)>& edit) {
    Result<WireMessage, cbor::DecodeError> message = decode<WireMessage>(bytes);
    T* known = message ? std::get_if<T>(&*message) : nullptr;
    if (known == nullptr) return;
    edit(*known);
    bytes = encode(*message);
}

bool is_not_blocks(const Bytes& bytes) {
    return kind_of(bytes) != WireKind::blocks;
}

struct Hosts : Solo {
    Hosts() : Solo{1} {
        world.snapshots = {.every = every, .part_bytes = 256};
        begin_again(node);
        begin_again(other);
    }

    // As after a crash. Nobody is connected.
    void begin_again(sim::Node& which) {
        if (which.up()) which.crash(rng);
        DATADEED_ASSERT(which.start().has_value());
        step(which, tick_now());
    }
    void connect() {
        due.emplace_back(&node, PeerUp{.peer = other.name()});
        step(other, PeerUp{.peer = node.name()});
    }
    [[nodiscard]] Tick tick_now() const { return {.now = MonotonicMs{now_ms}, .wall = TimeMs{sim::epoch_ms + now_ms}}; }
    // Steps it, and delivers all that follows, there and back.
    void step(sim::Node& at, Event event) {
        due.emplace_back(&at, std::move(event));
        while (!due.empty()) {
            auto [to, next] = std::move(due.front());
            due.pop_front();
            if (!to->up()) continue;
            for (Action& action : to->replica().step(std::move(next))) perform(*to, action);
        }
    }
    void perform(sim::Node& from, Action& action) {
        sim::Node& to = &from == &node ? other : node;
        if (const auto* line = std::get_if<LogEvent>(&action)) logged.push_back(*line);
        if (const auto* write = std::get_if<WriteSnapshot>(&action)) {
            written.push_back(write->height);
            due.emplace_back(&from, writes_fail ? SnapshotWritten{.folder = write->folder, .whole = false}
                                                : from.write_snapshot(*write));
        }
        if (const auto* again = std::get_if<StartAgain>(&action)) started_again.push_back(again->height);
        const auto* send = std::get_if<SendTo>(&action);
        if (send == nullptr || !to.up()) return;
        Bytes bytes = *send->bytes;
        if (!passes(bytes)) return;
        Result<PeerEvent, WireError> event = decode_and_verify(bytes, to.context());
        if (event) due.emplace_back(&to, PeerMessage{.peer = from.name(), .message = std::move(*event)});
    }
    void run(std::uint64_t ms) {
        for (const std::uint64_t end = now_ms + ms; now_ms < end;) {
            now_ms += 20;
            for (sim::Node* each : {&node, &other}) {
                if (each->up()) step(*each, tick_now());
            }
        }
    }
    void give(std::size_t transactions) {
        for (std::size_t i = 0; i < transactions; ++i) {
            step(node, SubmitTransaction{.transaction = registration(0, "data-" + std::to_string(++given)),
                                         .token = RequestToken{++tokens}});
            run(40);
        }
    }
    [[nodiscard]] bool has_logged(std::string_view name) const {
        return std::ranges::find(logged, name, &LogEvent::name) != logged.end();
    }
    [[nodiscard]] std::string logged_field(std::string_view name, std::string_view field) const {
        for (const LogEvent& line : std::views::reverse(logged)) {
            if (line.name != name) continue;
            for (const auto& [key, value] : line.fields) {
                if (key == field) return value;
            }
        }
        return {};
    }

    sim::Node other{world, sim::observer_name(0)};
    sim::Rng rng{7};
    std::deque<std::pair<sim::Node*, Event>> due;
    // Which messages arrive, and as what; of blocks none, so that the snapshot is the only way.
    std::function<bool(Bytes&)> passes = is_not_blocks;
    std::vector<LogEvent> logged;
    std::vector<Height> written;
    std::vector<Height> started_again;
    std::size_t given{0};
    bool writes_fail{false};
};

// The observer has all but the last block, of which the others have a snapshot.
struct Behind : Hosts {
    Behind() {
        passes = [](const Bytes& bytes) { return kind_of(bytes) != WireKind::snapshot; };
        give(every - 1);
        connect();
        run(2'000);
        DATADEED_ASSERT(other.replica().status().height == Height{every - 1});
        begin_again(node);
        begin_again(other);
        give(1);
    }
    [[nodiscard]] bool asks(Bytes& bytes) {
        questions += kind_of(bytes) == WireKind::fetch_snapshot ? 1U : 0U;
        return is_not_blocks(bytes);
    }
    std::size_t questions{0};
};

const std::function<bool(Bytes&)> everything = [](Bytes&) { return true; };

}  // namespace

TEST_CASE("snapshots are written where the log passes a multiple of their distance, and told") {
    Hosts hosts;
    hosts.give(2 * every + 1);
    CHECK(hosts.written == std::vector{Height{every}, Height{2 * every}});
    // After a restart they are there.
    hosts.begin_again(hosts.node);
    std::vector<Tip> tips;
    hosts.passes = [&tips](Bytes& bytes) {
        change<Tip>(bytes, [&tips](const Tip& tip) {
            if (tip.height.value > 0) tips.push_back(tip);
        });
        return false;
    };
    hosts.connect();
    REQUIRE_FALSE(tips.empty());
    CHECK(tips.back().snapshot == Height{2 * every});
    CHECK(tips.back().first == Height{1});
}

TEST_CASE("a snapshot that couldn't be written isn't given away, and the next one is tried") {
    Hosts hosts;
    hosts.writes_fail = true;
    hosts.give(every);
    CHECK(hosts.written == std::vector{Height{every}});
    CHECK_FALSE(hosts.has_logged("snapshot.damaged"));  // nobody looks for it
    hosts.writes_fail = false;
    hosts.give(every);
    CHECK(hosts.written == std::vector{Height{every}, Height{2 * every}});
    hosts.connect();
    hosts.run(1'000);
    CHECK(hosts.started_again == std::vector{Height{2 * every}});
}

TEST_CASE("a node that is to write none writes none") {
    Hosts hosts;
    hosts.world.snapshots.every = 0;
    hosts.begin_again(hosts.node);
    hosts.give(3 * every);
    CHECK(hosts.written.empty());
}

TEST_CASE("a node that lacks much goes on from a snapshot, and from there by blocks") {
    Hosts hosts;
    hosts.give(3 * every + 2);
    hosts.connect();
    hosts.run(2'000);
    REQUIRE(hosts.started_again == std::vector{Height{3 * every}});
    CHECK(hosts.logged_field("snapshot.begun", "parts") != "1");
    CHECK(hosts.other.replica().step(Event{hosts.tick_now()}).empty());  // it has ended

    hosts.passes = everything;
    hosts.begin_again(hosts.other);
    CHECK(hosts.other.taken_over() == Height{3 * every});
    hosts.connect();
    hosts.run(2'000);
    CHECK(hosts.other.replica().status().block_hash == hosts.node.replica().status().block_hash);
    const chain::ChainView view{hosts.other.chain_store()};
    CHECK(view.first_block().value() == Height{3 * every + 1});
    const auto below = view.block(Height{3 * every});
    REQUIRE_FALSE(below);
    CHECK(below.error().fault == chain::Fault::chain_pruned);
    // It follows, and writes the next one.
    hosts.give(every);
    CHECK(hosts.other.replica().status().block_hash == hosts.node.replica().status().block_hash);
    CHECK(hosts.written.back() == Height{4 * every});
}

TEST_CASE("a node that is to have the whole chain takes blocks, and no snapshot") {
    Hosts hosts;
    hosts.world.snapshots.fetches = false;
    hosts.begin_again(hosts.other);
    hosts.give(3 * every);
    hosts.connect();
    hosts.run(10'000);
    CHECK(hosts.started_again.empty());
    hosts.passes = everything;
    hosts.run(10'000);
    CHECK(hosts.other.replica().status().block_hash == hosts.node.replica().status().block_hash);
}

TEST_CASE("a snapshot that spares too little is asked about once, and not fetched") {
    Behind hosts;
    hosts.passes = [&hosts](Bytes& bytes) { return hosts.asks(bytes); };
    hosts.connect();
    hosts.run(snapshot_lack_ms / 2);
    CHECK(hosts.questions == 1);
    CHECK_FALSE(hosts.has_logged("snapshot.begun"));
    hosts.passes = everything;
    hosts.run(10'000);
    CHECK(hosts.other.replica().status().block_hash == hosts.node.replica().status().block_hash);
    CHECK(hosts.started_again.empty());
}

TEST_CASE("a snapshot whose parts cost more than the blocks isn't fetched") {
    Hosts hosts;
    hosts.world.snapshots.part_bytes = ledger::part_bytes;
    hosts.begin_again(hosts.node);
    hosts.begin_again(hosts.other);
    hosts.give(3 * every);
    static_assert(3 * every < snapshot_part_transactions);
    hosts.connect();
    hosts.run(snapshot_lack_ms / 2);
    CHECK_FALSE(hosts.has_logged("snapshot.begun"));
}

TEST_CASE("a snapshot that spares a block alone is fetched if nobody has that block") {
    Behind hosts;
    // As of a node that itself went on from a snapshot.
    hosts.passes = [&hosts](Bytes& bytes) {
        change<Tip>(bytes, [](Tip& tip) { tip.first = tip.height.next(); });
        return hosts.asks(bytes);
    };
    hosts.connect();
    hosts.run(snapshot_lack_ms - 500);
    CHECK(hosts.started_again.empty());
    hosts.run(2'000);
    CHECK(hosts.started_again == std::vector{Height{every}});
}

TEST_CASE("a snapshot isn't gone on from before validators say to have come as far") {
    Hosts hosts;
    hosts.give(3 * every);
    // One alone could have the last block, and let all others skip it.
    std::size_t questions = 0;
    hosts.passes = [&questions](Bytes& bytes) {
        change<Tip>(bytes, [](Tip& tip) { tip.height = Height{3 * every - 1}; });
        questions += kind_of(bytes) == WireKind::fetch_snapshot ? 1U : 0U;
        return is_not_blocks(bytes);
    };
    hosts.connect();
    hosts.run(10'000);
    CHECK_FALSE(hosts.has_logged("snapshot.begun"));
    // It is asked about again now and then.
    CHECK(questions >= 2);
    CHECK(questions <= 10'000 / (snapshot_offer_ms + fetch_shun_ms) + 1);
    hosts.passes = is_not_blocks;
    hosts.run(10'000);
    CHECK(hosts.started_again == std::vector{Height{3 * every}});
}

// Of what was written last the disk may keep the bytes and lose the name, so not all of it.
TEST_CASE("what came of a snapshot survives a crash") {
    Hosts hosts;
    hosts.give(3 * every);
    std::size_t parts = 0;
    hosts.passes = [&parts](const Bytes& bytes) {
        if (kind_of(bytes) == WireKind::part) return ++parts <= 8;
        return is_not_blocks(bytes);
    };
    hosts.connect();
    hosts.run(1'000);
    REQUIRE(hosts.started_again.empty());
    const std::size_t missing = std::stoul(hosts.logged_field("snapshot.begun", "missing"));
    REQUIRE(missing > 8);

    hosts.begin_again(hosts.other);
    hosts.passes = is_not_blocks;
    hosts.connect();
    hosts.run(6'000);
    const std::size_t missing_after = std::stoul(hosts.logged_field("snapshot.begun", "missing"));
    CHECK(missing_after < missing);
    CHECK(missing_after >= missing - 8);
    CHECK(hosts.started_again == std::vector{Height{3 * every}});
}

TEST_CASE("who sends a wrong part is named and isn't asked for long, and the node catches up by blocks") {
    Hosts hosts;
    hosts.give(3 * every);
    std::size_t parts = 0;
    hosts.passes = [&parts](Bytes& bytes) {
        if (kind_of(bytes) == WireKind::part) {
            ++parts;
            bytes.back() ^= 1U;
        }
        return is_not_blocks(bytes);
    };
    hosts.connect();
    hosts.run(10'000);
    CHECK(hosts.started_again.empty());
    CHECK(parts <= snapshot_parts_per_peer);
    REQUIRE(hosts.has_logged("peer.snapshot_wrong"));
    CHECK(hosts.logged_field("peer.snapshot_wrong", "peer") == hosts.node.name().value);
    hosts.passes = everything;
    hosts.run(10'000);
    CHECK(hosts.other.replica().status().block_hash == hosts.node.replica().status().block_hash);
    CHECK_FALSE(hosts.other.taken_over().has_value());
}

TEST_CASE("a manifest of another height than was asked for is of no use, and no lie") {
    // The answer to a question of the process before may come late, under a number that is in use again.
    Hosts hosts;
    hosts.give(2 * every);
    std::size_t questions = 0;
    hosts.passes = [&questions](Bytes& bytes) {
        change<Tip>(bytes, [](Tip& tip) {
            if (tip.snapshot.value > 0) tip.snapshot = tip.height.next();
        });
        change<FetchSnapshot>(bytes, [&questions](FetchSnapshot& question) {
            ++questions;
            question.height = Height{2 * every};
        });
        return is_not_blocks(bytes);
    };
    hosts.connect();
    hosts.run(4 * fetch_shun_ms);
    CHECK(questions >= 2);
    CHECK(questions <= 4);
    CHECK_FALSE(hosts.has_logged("snapshot.begun"));
    CHECK_FALSE(hosts.has_logged("peer.snapshot_wrong"));
}

TEST_CASE("an answer about another part than was asked for is of no use, and no lie") {
    Hosts hosts;
    hosts.give(3 * every);
    bool is_late = true;
    hosts.passes = [&is_late](Bytes& bytes) {
        change<Part>(bytes, [&is_late](Part& part) {
            if (is_late) part.root[0] ^= 1U;
        });
        return is_not_blocks(bytes);
    };
    hosts.connect();
    hosts.run(2'000);
    CHECK(hosts.has_logged("snapshot.begun"));
    CHECK_FALSE(hosts.has_logged("peer.snapshot_wrong"));
    CHECK(hosts.started_again.empty());
    is_late = false;
    hosts.run(snapshot_patience_ms / 2);
    CHECK(hosts.started_again == std::vector{Height{3 * every}});
}

TEST_CASE("a list that isn't cut by the rule is held against who offered it") {
    Hosts hosts;
    hosts.give(3 * every);
    // All of the state as one part, which the peer gives as well.
    ledger::PartContent all;
    const auto state = chain::StateSnapshot::open(hosts.node.state_store()).value();
    for (const auto& [key, value] : state->scan({}, {}, 100'000)) {
        if (!ledger::state_keys::is_index(key)) all.records.push_back({.key = key, .value = value});
    }
    std::ranges::sort(all.records, {}, [](const auto& record) { return ledger::leaf_of(record).key_hash; });
    hosts.passes = [&all](Bytes& bytes) {
        change<Snapshot>(bytes, [](Snapshot& snapshot) {
            auto manifest = chain::decode_manifest(snapshot.manifest).value();
            manifest.parts = {{.bits = 0, .root = manifest.header.state_root}};
            snapshot.manifest = encode(manifest);
        });
        change<Part>(bytes, [&all](Part& part) { part.part = encode(all); });
        return is_not_blocks(bytes);
    };
    hosts.connect();
    hosts.run(2'000);
    CHECK(hosts.has_logged("snapshot.begun"));
    CHECK(hosts.logged_field("peer.snapshot_wrong", "why").starts_with("snapshot.list_wrong"));
    CHECK(hosts.started_again.empty());
    // Blocks don't wait for it any more.
    hosts.passes = everything;
    hosts.run(2'000);
    CHECK(hosts.other.replica().status().block_hash == hosts.node.replica().status().block_hash);
}

TEST_CASE("a file of a snapshot that the disk changed is given to nobody, and told") {
    Hosts hosts;
    hosts.give(3 * every);
    hosts.node.damage_snapshots();
    hosts.connect();
    hosts.run(4'000);
    CHECK(hosts.has_logged("snapshot.damaged"));
    CHECK_FALSE(hosts.has_logged("peer.snapshot_wrong"));
    CHECK(hosts.started_again.empty());
}

TEST_CASE("a validator that lost its votes is shown one by what a snapshot stands on, and votes no more") {
    Hosts hosts;
    hosts.passes = everything;
    hosts.connect();
    hosts.give(2 * every);  // the observer has them, and has written snapshots
    REQUIRE(hosts.other.replica().status().height == Height{2 * every});
    hosts.node.crash(hosts.rng);
    hosts.node.wipe();
    hosts.begin_again(hosts.node);
    CHECK(hosts.node.replica().status().duty == Duty::voting);
    hosts.passes = is_not_blocks;
    hosts.connect();
    hosts.run(2'000);
    CHECK(hosts.has_logged("votes.silenced"));
    // Nobody else vouches for the block, in a chain of one validator, so it isn't skipped.
    CHECK(hosts.started_again.empty());
}

}  // namespace datadeed::replica::testing
