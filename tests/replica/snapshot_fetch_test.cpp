#include <memory>
#include <optional>
#include <utility>

#include "chain/snapshot_files.h"
#include "node/replica/limits.h"
#include "node/replica/snapshots.h"
#include "tests/chain/snapshot_world.h"
#include "tests/replica/late.h"
#include "tests/support/catch.h"

// What a node does with snapshots that peers offer, message by message: which it begins, what it asks for, when it
// gives up and whom it blames; and with a disk that fails meanwhile.

namespace datadeed::replica::testing {
namespace {

const ledger::MemberId anna{"anna"};
const ledger::MemberId ben{"ben"};
const std::string kept_in = "node/snapshots";

struct Fetcher {
    explicit Fetcher(std::uint64_t every = 4) : place{.files = &files, .folder = kept_in, .every = every} {
        place.part_bytes = chain::test::small_part;
        DATADEED_ASSERT(files.create_folder("node").has_value());
        for (const ledger::MemberId& peer : {anna, ben}) outbox.set_up(peer);
        begin_again();
    }
    // As a new process on the same disk.
    void begin_again() {
        const std::unique_ptr<chain::KvStore> chain = world.made().store();
        snapshots.emplace(open_snapshots(place, *chain).value(), outbox, serving,
                          Snapshots::Rules{.may_skip = [this](const chain::CheckedManifest&) { return may_skip; },
                                           .give_voice_up =
                                               [this] {
                                                   ++voices_given_up;
                                                   return can_give_voice_up;
                                               }});
        for (const ledger::MemberId& peer : {anna, ben}) snapshots->note_tip(peer, height);
    }
    std::vector<Action> fetch(std::uint64_t later_ms = 0) {
        moment.now_ms += later_ms;
        snapshots->fetch(moment);
        return outbox.take();
    }
    // Whom it asks for a manifest, if anybody.
    std::optional<ledger::MemberId> asks(std::uint64_t later_ms = 0) {
        const std::vector<Action> actions = fetch(later_ms);
        for (const ledger::MemberId& peer : {anna, ben}) {
            if (!messages_in<FetchSnapshot>(actions, peer).empty()) return peer;
        }
        return std::nullopt;
    }
    std::vector<Action> offer(const ledger::MemberId& peer, std::uint64_t request, bool has_it = true) {
        snapshots->receive(peer, CheckedSnapshot{.request = request, .manifest = has_it ? manifest : nullptr}, moment);
        return outbox.take();
    }
    // Anna is the first to be asked, and offers it.
    std::vector<Action> begin() {
        DATADEED_ASSERT(asks() == anna);
        return offer(anna, 1);
    }
    // Parts are asked for from the second time on.
    [[nodiscard]] std::vector<std::pair<ledger::MemberId, FetchPart>> asked_parts() {
        std::vector<std::pair<ledger::MemberId, FetchPart>> asked;
        for (int i = 0; i < 2; ++i) {
            const std::vector<Action> actions = fetch();
            for (const ledger::MemberId& peer : {anna, ben}) {
                for (const FetchPart& question : messages_in<FetchPart>(actions, peer))
                    asked.emplace_back(peer, question);
            }
        }
        return asked;
    }
    std::vector<Action> give(const ledger::MemberId& peer, const FetchPart& question) {
        const std::string from = chain::test::SnapshotWorld::folder();
        Bytes bytes = chain::read_part(world.files(), from, question.root).value();
        snapshots->receive(peer, Part{.request = question.request, .root = question.root, .part = std::move(bytes)},
                           moment);
        return outbox.take();
    }
    // Gives all parts but the last one, and that is given back.
    std::pair<ledger::MemberId, FetchPart> give_all_but_one() {
        std::vector<std::pair<ledger::MemberId, FetchPart>> asked = asked_parts();
        for (;;) {
            DATADEED_ASSERT(!asked.empty());
            const std::pair<ledger::MemberId, FetchPart> next = asked.back();
            asked.pop_back();
            if (asked.empty()) asked = asked_parts();
            if (asked.empty()) return next;
            (void)give(next.first, next.second);
        }
    }
    [[nodiscard]] static bool says(const std::vector<Action>& actions, std::string_view name) {
        const std::vector<LogEvent> lines = all_of<LogEvent>(actions);
        return std::ranges::find(lines, name, &LogEvent::name) != lines.end();
    }

    static constexpr Height height{8};
    chain::test::SnapshotWorld world{height.value};
    std::shared_ptr<const chain::CheckedManifest> manifest =
        std::make_shared<const chain::CheckedManifest>(world.check(world.write().value()).value());
    std::uint64_t log_size = manifest->content().header.log_size;
    chain::MemoryFileSystem files;
    SnapshotPlace place;
    Outbox outbox;
    Serving serving;
    MaySkip may_skip{MaySkip::yes};
    std::size_t voices_given_up{0};
    bool can_give_voice_up{true};
    std::optional<Snapshots> snapshots;
    Snapshots::Moment moment{.now_ms = 1'000'000};
};

}  // namespace

TEST_CASE("a snapshot is begun with that spares half of what lies between two, and none that spares less") {
    constexpr std::uint64_t every = 20;
    for (const std::uint64_t less : {0U, 1U}) {
        Fetcher fetcher{every};
        fetcher.moment.log_size = fetcher.log_size - every / 2 + less;
        CHECK(Fetcher::says(fetcher.begin(), "snapshot.begun") == (less == 0));
        CHECK(fetcher.asked_parts().empty() == (less == 1));
    }
}

TEST_CASE("to a node that writes none a snapshot is worth it as if it wrote them as usual") {
    Fetcher fetcher{0};
    REQUIRE(fetcher.log_size < snapshot_every_default / 2);
    CHECK_FALSE(Fetcher::says(fetcher.begin(), "snapshot.begun"));
}

TEST_CASE("who cuts a snapshot so finely that it isn't worth it keeps nobody from offering it as it should be cut") {
    Fetcher fetcher;
    chain::test::SnapshotWorld same{Fetcher::height.value};
    const auto fine = std::make_shared<const chain::CheckedManifest>(
        fetcher.world.check(same.write(std::size_t{1} << 20U, 200).value()).value());
    const auto cost_of = [](const chain::CheckedManifest& manifest) {
        return manifest.content().parts.size() * snapshot_part_transactions * chain::test::small_part /
               ledger::part_bytes;
    };
    const std::uint64_t spared = cost_of(*fine) - 1;
    REQUIRE(spared >= std::max<std::uint64_t>(cost_of(*fetcher.manifest), fetcher.place.every / 2));
    REQUIRE(spared <= fetcher.log_size);
    fetcher.moment.log_size = fetcher.log_size - spared;
    REQUIRE(fetcher.asks() == anna);
    const std::shared_ptr<const chain::CheckedManifest> well_cut = std::exchange(fetcher.manifest, fine);
    CHECK_FALSE(Fetcher::says(fetcher.offer(anna, 1), "snapshot.begun"));
    REQUIRE(fetcher.asks() == ben);
    CHECK_FALSE(Fetcher::says(fetcher.offer(ben, 2), "snapshot.begun"));
    CHECK(fetcher.asks(fetch_reject_ms) == std::nullopt);  // both have said how they cut it
    // Where nobody has the blocks any more, it is worth it as it is.
    fetcher.moment.blocks_missing = true;
    CHECK(fetcher.asks() == std::nullopt);
    REQUIRE(fetcher.asks(snapshot_lack_ms) == anna);
    CHECK(Fetcher::says(fetcher.offer(anna, 3), "snapshot.begun"));

    Fetcher other;
    other.moment.log_size = other.log_size - spared;
    REQUIRE(other.asks() == anna);
    other.manifest = fine;
    CHECK_FALSE(Fetcher::says(other.offer(anna, 1), "snapshot.begun"));
    REQUIRE(other.asks() == ben);
    other.manifest = well_cut;
    CHECK(Fetcher::says(other.offer(ben, 2), "snapshot.begun"));
}

TEST_CASE("whatever it spares, a snapshot is worth it once nobody has had the next block for long") {
    Fetcher fetcher;
    fetcher.moment.log_size = fetcher.log_size;
    fetcher.moment.blocks_missing = true;
    CHECK_FALSE(Fetcher::says(fetcher.begin(), "snapshot.begun"));
    CHECK_FALSE(fetcher.asks(snapshot_lack_ms - 1));
    fetcher.moment.blocks_missing = false;  // for a moment
    CHECK_FALSE(fetcher.asks());
    fetcher.moment.blocks_missing = true;
    CHECK_FALSE(fetcher.asks(1));
    CHECK_FALSE(fetcher.asks(snapshot_lack_ms - 1));
    REQUIRE(fetcher.asks(1) == ben);
    CHECK(Fetcher::says(fetcher.offer(ben, 2), "snapshot.begun"));
}

TEST_CASE("who has no snapshot after all is left alone, and another one is asked") {
    Fetcher fetcher;
    REQUIRE(fetcher.asks() == anna);
    CHECK(fetcher.offer(anna, 1, false).empty());
    REQUIRE(fetcher.asks() == ben);
    CHECK(fetcher.offer(ben, 2, false).empty());
    CHECK_FALSE(fetcher.asks(fetch_shun_ms - 1));
    CHECK(fetcher.asks(1) == anna);
}

TEST_CASE("a snapshot of a block that came meanwhile isn't begun with") {
    Fetcher fetcher;
    REQUIRE(fetcher.asks() == anna);
    fetcher.moment.ours = Fetcher::height;
    CHECK(fetcher.offer(anna, 1).empty());
    CHECK(fetcher.asked_parts().empty());
}

TEST_CASE("an offer that comes late is none while another one is considered or fetched") {
    Fetcher fetcher;
    REQUIRE(fetcher.asks() == anna);
    REQUIRE(fetcher.asks(snapshot_timeout_ms) == ben);
    SECTION("fetched") {
        CHECK(Fetcher::says(fetcher.offer(ben, 2), "snapshot.begun"));
        CHECK(fetcher.offer(anna, 1).empty());
    }
    SECTION("considered") {
        fetcher.may_skip = MaySkip::no;
        CHECK(fetcher.offer(ben, 2).empty());
        fetcher.moment.now_ms += snapshot_offer_ms;
        fetcher.may_skip = MaySkip::yes;
        CHECK(fetcher.offer(anna, 1).empty());
        fetcher.may_skip = MaySkip::no;
        CHECK_FALSE(fetcher.asks());  // its time is over
        CHECK_FALSE(fetcher.snapshots->come_first(fetcher.moment.now_ms));
    }
}

TEST_CASE("an offer waits a moment for leave to skip blocks, then none is asked for for a while") {
    Fetcher fetcher;
    fetcher.may_skip = MaySkip::no;
    CHECK(fetcher.begin().empty());
    CHECK(fetcher.snapshots->come_first(fetcher.moment.now_ms));
    CHECK_FALSE(fetcher.asks(snapshot_offer_ms - 1));
    CHECK(fetcher.snapshots->come_first(fetcher.moment.now_ms));
    SECTION("in time") {
        fetcher.may_skip = MaySkip::yes;
        CHECK(Fetcher::says(fetcher.fetch(), "snapshot.begun"));
    }
    SECTION("too late") {
        CHECK_FALSE(fetcher.asks(1));
        CHECK_FALSE(fetcher.snapshots->come_first(fetcher.moment.now_ms));
        fetcher.may_skip = MaySkip::yes;
        CHECK_FALSE(fetcher.asks(fetch_shun_ms - 1));
        CHECK(fetcher.asks(1) == ben);
    }
}

TEST_CASE("a snapshot that costs the voice is gone on from when it has been given up, once, and not otherwise") {
    Fetcher fetcher;
    fetcher.may_skip = MaySkip::without_voice;
    CHECK(Fetcher::says(fetcher.begin(), "snapshot.begun"));
    const auto [peer, last] = fetcher.give_all_but_one();
    CHECK(fetcher.voices_given_up == 0);
    SECTION("given up") {
        (void)fetcher.give(peer, last);
        CHECK(fetcher.voices_given_up == 1);
        CHECK(fetcher.snapshots->whole() == Fetcher::height);
        // It's over: nothing is asked, nothing begun.
        CHECK(fetcher.fetch(snapshot_timeout_ms).empty());
        CHECK(fetcher.give(peer, last).empty());
        CHECK(fetcher.voices_given_up == 1);
        CHECK_FALSE(fetcher.snapshots->come_first(fetcher.moment.now_ms));
    }
    SECTION("it couldn't be made sure") {
        fetcher.can_give_voice_up = false;
        (void)fetcher.give(peer, last);
        CHECK_FALSE(fetcher.snapshots->whole());
        CHECK_FALSE(fetcher.files.exists(chain::manifest_path(chain::incoming_path(kept_in))).value());
    }
    SECTION("blocks come after all") {
        fetcher.moment.ours = Height{1};
        CHECK(fetcher.asked_parts().empty());
        (void)fetcher.give(peer, last);
        CHECK(fetcher.voices_given_up == 0);
        CHECK_FALSE(fetcher.snapshots->whole());
    }
}

TEST_CASE("a snapshot that costs no voice is fetched on while blocks come, and costs none") {
    Fetcher fetcher;
    CHECK(Fetcher::says(fetcher.begin(), "snapshot.begun"));
    fetcher.moment.ours = Height{1};
    const auto [peer, last] = fetcher.give_all_but_one();
    (void)fetcher.give(peer, last);
    CHECK(fetcher.snapshots->whole() == Fetcher::height);
    CHECK(fetcher.voices_given_up == 0);
}

TEST_CASE("a snapshot is of no use any more once blocks have come as far") {
    Fetcher fetcher;
    (void)fetcher.begin();
    const auto [peer, last] = fetcher.give_all_but_one();
    fetcher.moment.ours = Fetcher::height;
    SECTION("before its last part") {
        (void)fetcher.give(peer, last);
        CHECK_FALSE(fetcher.snapshots->whole());
        CHECK_FALSE(fetcher.snapshots->come_first(fetcher.moment.now_ms));
    }
    SECTION("before it is asked for more") {
        CHECK(fetcher.asked_parts().empty());
        CHECK_FALSE(fetcher.snapshots->come_first(fetcher.moment.now_ms));
        (void)fetcher.give(peer, last);
        CHECK_FALSE(fetcher.snapshots->whole());
    }
}

TEST_CASE(
    "where the disk has no room for a snapshot the operator is told, nobody is blamed, and blocks are asked for") {
    Fetcher fetcher;
    std::vector<Action> said;
    SECTION("as it begins") {
        fetcher.files.fail_after(0, chain::Fault::file_disk_full);
        said = fetcher.begin();
        CHECK_FALSE(Fetcher::says(said, "snapshot.begun"));
    }
    SECTION("with a part") {
        (void)fetcher.begin();
        const auto parts = fetcher.asked_parts();
        REQUIRE_FALSE(parts.empty());
        fetcher.files.fail_after(0, chain::Fault::file_disk_full);
        said = fetcher.give(parts[0].first, parts[0].second);
    }
    SECTION("as it ends") {
        (void)fetcher.begin();
        const auto [peer, last] = fetcher.give_all_but_one();
        const std::string from = chain::test::SnapshotWorld::folder();
        fetcher.files.fill_after(chain::read_part(fetcher.world.files(), from, last.root).value().size());
        said = fetcher.give(peer, last);
    }
    CHECK(Fetcher::says(said, "snapshot.not_fetched"));
    CHECK_FALSE(Fetcher::says(said, "peer.snapshot_wrong"));
    CHECK_FALSE(fetcher.snapshots->whole());
    CHECK_FALSE(fetcher.snapshots->come_first(fetcher.moment.now_ms));
    fetcher.files.heal();
    CHECK_FALSE(fetcher.asks(fetch_reject_ms - 1));
    CHECK(fetcher.asks(1).has_value());
}

TEST_CASE("parts that a snapshot is whole with are not asked for again by the next process, whatever ended the last") {
    Fetcher fetcher;
    (void)fetcher.begin();
    const auto [peer, last] = fetcher.give_all_but_one();
    fetcher.can_give_voice_up = false;
    SECTION("as it was to end") {
        const std::string from = chain::test::SnapshotWorld::folder();
        fetcher.files.fill_after(chain::read_part(fetcher.world.files(), from, last.root).value().size());
        (void)fetcher.give(peer, last);
        REQUIRE_FALSE(fetcher.snapshots->whole());
        fetcher.files.heal();
        fetcher.begin_again();
        (void)fetcher.begin();
        CHECK(fetcher.snapshots->whole() == Fetcher::height);
    }
    SECTION("before the last part") {
        fetcher.begin_again();
        (void)fetcher.begin();
        const auto parts = fetcher.asked_parts();
        REQUIRE(parts.size() == 1);
        CHECK(parts[0].second.root == last.root);
    }
}

TEST_CASE("a list that the parts that are here show to be cut wrongly is held against who offered it, at once") {
    Fetcher fetcher;
    (void)fetcher.begin();
    const auto [peer, last] = fetcher.give_all_but_one();
    fetcher.place.part_bytes = 1;  // by which each would be cut further
    fetcher.begin_again();
    const std::vector<Action> said = fetcher.begin();
    CHECK(Fetcher::says(said, "peer.snapshot_wrong"));
    CHECK_FALSE(Fetcher::says(said, "snapshot.begun"));
    CHECK(all_of<LogEvent>(said).at(0).fields.at(0) == std::pair{std::string{"peer"}, anna.value});
    CHECK(fetcher.asks() == ben);
}

TEST_CASE("a node without a place for snapshots writes none, has none to give and fetches none") {
    Fetcher fetcher;
    fetcher.place.folder.clear();
    fetcher.place.keep_blocks = 1;
    fetcher.begin_again();
    CHECK(fetcher.snapshots->newest() == Height{0});
    fetcher.snapshots->note_commit({.height = Height{8}, .log_before = 0, .log_after = 1'000});
    fetcher.snapshots->prune(1'000, [](Height /*block*/) { return std::vector<ledger::MemberId>{}; });
    CHECK(fetcher.outbox.take().empty());
    CHECK(fetcher.fetch().empty());
    fetcher.snapshots->answer(anna, FetchSnapshot{.request = 7, .height = Fetcher::height});
    fetcher.snapshots->answer(anna, FetchPart{.request = 8, .root = Digest{1}});
    const std::vector<Action> answers = fetcher.outbox.take();
    REQUIRE(messages_in<Snapshot>(answers, anna).size() == 1);
    CHECK(messages_in<Snapshot>(answers, anna)[0].request == 7);
    CHECK(messages_in<Snapshot>(answers, anna)[0].manifest.empty());
    REQUIRE(messages_in<Part>(answers, anna).size() == 1);
    CHECK(messages_in<Part>(answers, anna)[0].root == Digest{1});
    CHECK(messages_in<Part>(answers, anna)[0].part.empty());
}

TEST_CASE("what is given away counts against the asker's share, and what is asked for doesn't") {
    Fetcher fetcher;
    REQUIRE(fetcher.asks() == anna);
    for (std::size_t i = 0; i + 1 < testing::answers_at_once; ++i) {
        fetcher.snapshots->answer(anna, FetchSnapshot{.request = i, .height = Height{3}});
    }
    CHECK(fetcher.serving.may_answer(anna, 0));
    fetcher.snapshots->answer(anna, FetchPart{.request = 1, .root = Digest{1}});
    CHECK_FALSE(fetcher.serving.may_answer(anna, 0));
    CHECK(fetcher.serving.may_answer(ben, 0));
}

TEST_CASE("snapshots are written one at a time") {
    Fetcher fetcher;
    const auto folders = [&fetcher] {
        std::vector<std::string> all;
        for (const WriteSnapshot& write : all_of<WriteSnapshot>(fetcher.outbox.take())) all.push_back(write.folder);
        return all;
    };
    fetcher.snapshots->note_commit({.height = Height{1}, .log_before = 3, .log_after = 4});
    const std::vector<std::string> first = folders();
    REQUIRE(first.size() == 1);
    fetcher.snapshots->note_commit({.height = Height{2}, .log_before = 7, .log_after = 8});
    CHECK(folders().empty());
    fetcher.snapshots->note_written({.folder = first[0], .whole = false});
    fetcher.snapshots->note_commit({.height = Height{3}, .log_before = 8, .log_after = 11});
    CHECK(folders().empty());
    fetcher.snapshots->note_commit({.height = Height{4}, .log_before = 11, .log_after = 12});
    CHECK(folders().size() == 1);
}

TEST_CASE(
    "a snapshot of one's own that can't be read is told, as it is written and as the node begins, and isn't given") {
    Fetcher fetcher;
    fetcher.snapshots->note_commit({.height = Height{1}, .log_before = 3, .log_after = 4});
    const std::vector<WriteSnapshot> writes = all_of<WriteSnapshot>(fetcher.outbox.take());
    REQUIRE(writes.size() == 1);
    DATADEED_ASSERT(chain::begin_folder(fetcher.files, writes[0].folder).has_value());
    const std::string path = chain::manifest_path(writes[0].folder);
    fetcher.files.set_content(path, Bytes{1, 2, 3});
    fetcher.snapshots->note_written({.folder = writes[0].folder, .whole = true});
    CHECK(Fetcher::says(fetcher.outbox.take(), "snapshot.damaged"));
    CHECK(fetcher.snapshots->newest() == Height{0});
    fetcher.begin_again();
    CHECK(Fetcher::says(fetcher.outbox.take(), "snapshot.damaged"));
    // One that is damaged later is told when somebody asks, once.
    fetcher.files.set_content(path, encode(fetcher.manifest->content()));
    fetcher.begin_again();
    CHECK(fetcher.outbox.take().empty());
    CHECK(fetcher.snapshots->newest() == Fetcher::height);
    fetcher.files.set_content(path, Bytes{1, 2, 3});
    for (const bool is_first : {true, false}) {
        fetcher.snapshots->answer(anna, FetchSnapshot{.request = 7, .height = Fetcher::height});
        const std::vector<Action> said = fetcher.outbox.take();
        CHECK(Fetcher::says(said, "snapshot.damaged") == is_first);
        REQUIRE(messages_in<Snapshot>(said, anna).size() == 1);
        CHECK(messages_in<Snapshot>(said, anna)[0].manifest.empty());
    }
    CHECK(fetcher.snapshots->newest() == Height{0});
}

TEST_CASE("where chain or folder can't be read or made, there are no snapshots to begin with, and the error says why") {
    Fetcher fetcher;
    chain::MemoryDisk disk;
    const std::unique_ptr<chain::KvStore> chain = chain::open_memory_store(disk);
    fetcher.place.folder = "elsewhere";
    fetcher.files.fail_after(0, chain::Fault::file_disk_full);
    CHECK(open_snapshots(fetcher.place, *chain).error().fault == chain::Fault::file_disk_full);
    disk.fail_reads_after(0, chain::Fault::store_io);
    CHECK(open_snapshots(fetcher.place, *chain).error().fault == chain::Fault::store_io);
}

}  // namespace datadeed::replica::testing
