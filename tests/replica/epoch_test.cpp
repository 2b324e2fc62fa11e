#include <algorithm>
#include <deque>

#include "base/fields.h"
#include "chain/chain_view.h"
#include "chain/memory_file.h"
#include "chain/snapshot_writer.h"
#include "chain/state_store.h"
#include "node/replica/limits.h"
#include "node/replica/proposal.h"
#include "node/replica/wire_codec.h"
#include "tests/consensus/quick_signatures.h"
#include "tests/replica/changing.h"
#include "tests/support/catch.h"

// A replica from one epoch to the next: the validators of a chain of one change by its own vote.

namespace datadeed::replica::testing {

namespace {

// The validator of a chain, and an observer that hears it.
struct Pair : Changing {
    Pair() : Changing{1} {
        restart_other();
        connect();
    }
    void restart_other() { DATADEED_ASSERT(other.start().has_value()); }
    void connect() {
        step(node, PeerUp{.peer = other.name()});
        step(other, PeerUp{.peer = node.name()});
        run(2'000);
    }
    // Steps it, and delivers all that follows, there and back.
    void step(sim::Node& at, Event event) {
        std::deque<std::pair<sim::Node*, Event>> due;
        due.emplace_back(&at, std::move(event));
        while (!due.empty()) {
            auto [to, next] = std::move(due.front());
            due.pop_front();
            take(*to, to->replica().step(std::move(next)), due);
        }
    }
    void take(sim::Node& from, std::vector<Action> actions, std::deque<std::pair<sim::Node*, Event>>& due) {
        sim::Node& to = &from == &node ? other : node;
        for (Action& action : actions) {
            if (const auto* began = std::get_if<EpochBegan>(&action)) from.begin_epoch(began->epochs);
            if (const auto* answer = std::get_if<ReadyAnswer>(&action)) answered.push_back(*answer);
            if (const auto* line = std::get_if<LogEvent>(&action)) logged.push_back(line->name);
            const auto* send = std::get_if<SendTo>(&action);
            if (send == nullptr || !to.up()) continue;
            Result<PeerEvent, WireError> event = decode_and_verify(*send->bytes, to.context());
            if (event) due.emplace_back(&to, PeerMessage{.peer = from.name(), .message = std::move(*event)});
        }
    }
    void run(std::uint64_t ms) {
        for (const std::uint64_t end = now_ms + ms; now_ms < end;) {
            now_ms += 20;
            for (sim::Node* each : {&node, &other}) {
                if (each->up()) step(*each, Tick{.now = MonotonicMs{now_ms}, .wall = TimeMs{sim::epoch_ms + now_ms}});
            }
        }
    }
    void give(const TransactionPtr& transaction) {
        step(node, SubmitTransaction{.transaction = transaction, .token = RequestToken{++tokens}});
        run(500);
    }
    void give(ledger::NodeChange wanted) {
        for (Action& action : change(std::move(wanted))) {
            std::deque<std::pair<sim::Node*, Event>> due;
            std::vector<Action> one;
            one.push_back(std::move(action));
            take(node, std::move(one), due);
            for (auto& [to, event] : due) step(*to, std::move(event));
        }
        run(500);
    }
    [[nodiscard]] ledger::NodeChange join() {
        return brought(ledger::NodeChangeKind::add_validator, other.name(), sim::joining_keys(world.genesis, 1, 0));
    }
    [[nodiscard]] std::string ask_ready() {
        step(other,
             ReadyRequest{.token = RequestToken{7}, .vote = sim::joining_keys(world.genesis, 1, 0).vote->public_key()});
        return answered.back().code;
    }

    sim::Node other{world, sim::observer_name(0)};
    std::vector<ReadyAnswer> answered;
    std::vector<std::string> logged;
};

}  // namespace

TEST_CASE("a validator goes on under its new keys from the next block on, and after a restart") {
    Changing solo;
    (void)solo.submit(solo.registration(0, "a"));
    REQUIRE(solo.node.replica().status().height == Height{1});

    const std::vector<Action> actions = solo.change(solo.new_keys(solo.keys(0)));
    const std::vector<EpochBegan> began = all_of<EpochBegan>(actions);
    REQUIRE(began.size() == 1);
    REQUIRE(began.front().epochs.size() == 2);
    CHECK(began.front().epochs.back().from == Height{3});
    CHECK(began.front().epochs.back().nodes.validators.front().vote == solo.keys(0).vote->public_key());

    (void)solo.tick(20);
    CHECK(answers<Committed>(solo.submit(solo.registration(0, "b"))).size() == 1);
    const auto header = chain::ChainView{solo.node.chain_store()}.header(Height{3});
    REQUIRE((header && *header));
    CHECK(consensus::Epoch::of((*header)->certificate.view) == 1);
    CHECK(solo.node.replica().status().epoch == 1);
    CHECK(solo.node.replica().status().view == 0);

    solo.restart();
    CHECK(solo.node.replica().status().duty == Duty::voting);
    CHECK(answers<Committed>(solo.submit(solo.registration(0, "c"))).size() == 1);
    CHECK(solo.node.replica().status().height == Height{4});
}

TEST_CASE("a restart right after the last block of an epoch begins with the next one") {
    Changing solo;
    (void)solo.change(solo.new_keys(solo.keys(0)));
    REQUIRE(solo.node.replica().status().height == Height{1});
    solo.restart();
    CHECK(solo.node.replica().status().epoch == 1);
    CHECK(answers<Committed>(solo.submit(solo.registration(0, "a"))).size() == 1);
}

TEST_CASE("several epochs pass one after the other") {
    Changing solo;
    for (std::size_t generation = 0; generation < sim::generations_max; ++generation) {
        (void)solo.submit(solo.registration(0, "d" + std::to_string(generation)));
        (void)solo.change(solo.new_keys(solo.keys(generation)));
        (void)solo.tick(20);
    }
    CHECK(solo.node.replica().status().epoch == sim::generations_max);
    CHECK(answers<Committed>(solo.submit(solo.registration(0, "last"))).size() == 1);
    CHECK(solo.node.replica().epochs().size() == 2);
}

TEST_CASE("a validator without the key that the chain names for it is silent, and says so") {
    Changing solo;
    const crypto::SecretKey stranger = crypto::SecretKey::generate();
    ledger::NodeSecrets keys = solo.keys(0);
    keys.vote = &stranger;
    const std::vector<Action> actions = solo.change(solo.new_keys(keys));
    const Status status = solo.node.replica().status();
    CHECK(status.duty == Duty::silenced);
    CHECK(status.why.find("vote key") != std::string::npos);
    const std::vector<LogEvent> logged = all_of<LogEvent>(actions);
    CHECK(std::ranges::find(logged, "votes.silenced", &LogEvent::name) != logged.end());
    CHECK(answers<Committed>(solo.submit(solo.registration(0, "a"))).empty());
}

TEST_CASE("the only validator is ready at any time, and no more once its votes are gone") {
    Changing solo;
    (void)solo.submit(solo.registration(0, "a"));
    crypto::PublicKey key = solo.keys(0).vote->public_key();
    const auto ask = [&] {
        const auto answered =
            all_of<ReadyAnswer>(solo.node.replica().step(Event{ReadyRequest{.token = RequestToken{9}, .vote = key}}));
        REQUIRE(answered.size() == 1);
        return answered.front();
    };
    CHECK(ask().code.empty());
    CHECK(ask().height == Height{1});
    key = crypto::SecretKey::generate().public_key();
    CHECK(ask().code == "node.key_not_loaded");
    solo.node.lose_votes();
    solo.restart();
    CHECK(ask().code == "node.silenced");
    CHECK_FALSE(ask().hint.empty());
}

TEST_CASE("a joiner that was ready votes from the block after its adoption, after a restart too") {
    Pair pair;
    pair.give(pair.registration(0, "a"));
    REQUIRE(pair.ask_ready().empty());
    pair.give(pair.join());
    CHECK(pair.other.replica().status().duty == Duty::voting);
    pair.give(pair.registration(0, "b"));  // two validators: both must vote
    CHECK(pair.node.replica().status().height == Height{3});
    CHECK(pair.other.replica().status().height == Height{3});
    pair.restart_other();
    pair.connect();
    pair.give(pair.registration(0, "c"));
    CHECK(pair.other.replica().status().height == Height{4});
}

TEST_CASE("a joiner isn't ready before it has heard the validators and has what they have") {
    Pair pair;
    pair.give(pair.registration(0, "a"));
    pair.step(pair.other, PeerDown{.peer = pair.node.name()});
    CHECK(pair.ask_ready() == "node.not_caught_up");
    pair.connect();
    CHECK(pair.ask_ready().empty());
    (void)pair.other.replica().step(
        Event{PeerMessage{.peer = pair.node.name(), .message = Tip{.height = Height{9}, .hash = {}, .votes = true}}});
    CHECK(pair.ask_ready() == "node.not_caught_up");
}

TEST_CASE("a joiner whose vote file is lost between its word and its adoption is silent") {
    Pair pair;
    pair.give(pair.registration(0, "a"));
    REQUIRE(pair.ask_ready().empty());
    pair.other.lose_votes();
    pair.restart_other();
    pair.connect();
    pair.give(pair.join());
    CHECK(pair.other.replica().status().duty == Duty::silenced);
    CHECK(pair.ask_ready() == "node.silenced");  // nor can it make another one under a key that is named
    CHECK(pair.other.replica().status().duty == Duty::silenced);
}

TEST_CASE("a validator that lost its chain and kept its votes waits for the epoch that it voted in") {
    Pair pair;
    (void)pair.change(pair.new_keys(pair.keys(0)));
    pair.run(500);
    pair.give(pair.registration(0, "a"));  // voted for in the first view of epoch 1
    pair.run(500);
    REQUIRE(pair.other.replica().status().height == Height{2});
    sim::Rng rng{1};
    pair.node.crash(rng);
    pair.node.lose_chain();
    REQUIRE(pair.node.start().has_value());
    CHECK(pair.node.replica().status().height == Height{0});
    pair.step(pair.node, Tick{.now = MonotonicMs{pair.now_ms}, .wall = TimeMs{sim::epoch_ms + pair.now_ms}});
    CHECK(pair.node.replica().status().duty == Duty::observing);
    pair.connect();
    CHECK(pair.node.replica().status().height == Height{2});
    CHECK(pair.node.replica().status().duty == Duty::voting);
    pair.give(pair.registration(0, "b"));
    CHECK(pair.other.replica().status().height == Height{3});
}

TEST_CASE("a founder that lost its folder and joins again casts no vote under the old key") {
    const sim::World world = sim::make_world(4, 0, 1);
    sim::Node founder{world, sim::validator_name(3)};
    founder.joins = true;
    REQUIRE(founder.start().has_value());
    CHECK(founder.replica().status().duty == Duty::silenced);
    CHECK(founder.durable_votes() == nullptr);
    const crypto::PublicKey key = sim::joining_keys(world.genesis, 3, 0).vote->public_key();
    const auto answered =
        all_of<ReadyAnswer>(founder.replica().step(Event{ReadyRequest{.token = RequestToken{1}, .vote = key}}));
    REQUIRE(answered.size() == 1);
    CHECK(answered.front().code == "node.silenced");
}

TEST_CASE("who is to join, has its folder and has the key that the chain names votes") {
    const sim::World world = sim::make_world(4, 0, 1);
    sim::Node founder{world, sim::validator_name(3)};
    REQUIRE(founder.start().has_value());
    sim::Rng rng{1};
    founder.crash(rng);
    founder.joins = true;
    REQUIRE(founder.start().has_value());
    CHECK(founder.replica().status().duty == Duty::voting);
}

namespace {

// The last of so many founding validators, whose folder is gone; it hears the others.
struct Bereft {
    explicit Bereft(std::size_t validators) : world{sim::make_world(validators, 0, 1)}, last{validators - 1} {
        node.joins = true;
        node.has_new_keys_only = true;
        REQUIRE(node.start().has_value());
        tick();
    }
    std::vector<Action> step(Event event) { return node.replica().step(std::move(event)); }
    void tick() { (void)step(Tick{.now = MonotonicMs{now_ms}, .wall = TimeMs{sim::epoch_ms + now_ms}}); }
    void say(std::size_t index, std::uint64_t height) {
        const Tip said{.height = Height{height}, .hash = {}, .votes = true, .first = Height{1}, .snapshot = {}};
        (void)step(PeerMessage{.peer = sim::validator_name(index), .message = said});
    }
    void hear(std::size_t index, std::uint64_t height) {
        (void)step(PeerUp{.peer = sim::validator_name(index)});
        say(index, height);
    }
    // The code with which it refuses its word; empty if it gives it.
    std::string ask() {
        const crypto::PublicKey key = sim::joining_keys(world.genesis, last, 0).vote->public_key();
        const auto answered = all_of<ReadyAnswer>(step(ReadyRequest{.token = RequestToken{1}, .vote = key}));
        REQUIRE(answered.size() == 1);
        return answered.front().code;
    }

    sim::World world;
    std::size_t last;
    sim::Node node{world, sim::validator_name(last)};
    std::uint64_t now_ms{1'000};
};

}  // namespace

TEST_CASE("a founder without its folder is ready once a quorum of the others was heard, and has what any of them has") {
    Bereft founder{4};
    CHECK(founder.ask() == "node.not_caught_up");
    founder.hear(0, 0);
    founder.hear(1, 0);
    CHECK(founder.ask() == "node.not_caught_up");  // those two may be one that lies and one that is late
    founder.hear(2, 5);
    CHECK(founder.ask() == "node.not_caught_up");
    (void)founder.step(PeerDown{.peer = sim::validator_name(2)});
    founder.hear(2, 0);
    CHECK(founder.ask().empty());
    CHECK(founder.node.durable_votes() != nullptr);
}

TEST_CASE("whoever claims blocks again and again that it can't show keeps nobody from being ready") {
    Bereft founder{7};
    const auto pass = [&founder](std::uint64_t ms) {
        for (const std::uint64_t end = founder.now_ms + ms; founder.now_ms < end; founder.now_ms += 100) {
            founder.say(5, 9);
            founder.tick();
        }
    };
    for (std::size_t index = 0; index < 5; ++index) founder.hear(index, 0);
    founder.hear(5, 9);
    pass(200);
    CHECK(founder.ask() == "node.not_caught_up");  // it may be the only one that has them
    pass(2 * fetch_timeout_ms);
    // Who is left alone counts as nobody: there must be a quorum of others.
    (void)founder.step(PeerDown{.peer = sim::validator_name(0)});
    CHECK(founder.ask() == "node.not_caught_up");
    founder.hear(0, 0);
    CHECK(founder.ask().empty());
}

TEST_CASE("those who voted before have no say after the change") {
    Pair pair;
    pair.give(pair.registration(0, "a"));
    (void)pair.change(pair.new_keys(pair.keys(0)));
    pair.run(500);
    REQUIRE(pair.other.replica().status().epoch == 1);
    // The real next block, with a certificate by the key of the epoch before.
    sim::Rng rng{1};
    pair.other.crash(rng);
    (void)pair.submit(pair.registration(0, "b"));
    const auto stored = chain::ChainView{pair.node.chain_store()}.block(Height{3});
    REQUIRE((stored && *stored));
    const auto below = chain::ChainView{pair.node.chain_store()}.header(Height{2});
    REQUIRE((below && *below));
    const auto by_old = [&](const ledger::Block& block, std::optional<consensus::CommitCertificate> prev) {
        const consensus::Commit vote{.view = {}, .height = block.header.height, .hash = ledger::hash(block.header)};
        const consensus::testing::QuickSigner old_key{consensus::testing::quick_key(0)};
        const auto said = consensus::sign(pair.world.chain(), vote, consensus::ValidatorIndex{0}, old_key);
        return CertifiedBlock{.payload = encode(ProposalPayload{.block = block, .prev_certificate = std::move(prev)}),
                              .certificate = {.view = vote.view,
                                              .height = vote.height,
                                              .hash = vote.hash,
                                              .votes = {{.signer = said.signer, .signature = said.signature}}}};
    };
    const CertifiedBlock forged = by_old((*stored)->block, (*below)->certificate);
    pair.restart_other();
    sim::Node& other = pair.other;
    pair.now_ms += 1'000;
    (void)other.replica().step(
        Event{Tick{.now = MonotonicMs{pair.now_ms}, .wall = TimeMs{sim::epoch_ms + pair.now_ms}}});
    (void)other.replica().step(Event{PeerUp{.peer = pair.node.name()}});
    const auto heard = other.replica().step(
        Event{PeerMessage{.peer = pair.node.name(), .message = Tip{.height = Height{3}, .hash = {}, .votes = true}}});
    std::optional<FetchBlocks> question;
    for (const SendTo& send : all_of<SendTo>(heard)) {
        const auto message = decode<WireMessage>(*send.bytes);
        if (const auto* asked = message ? std::get_if<FetchBlocks>(&*message) : nullptr) question = *asked;
    }
    REQUIRE(question);
    const Blocks answer{.request = question->request, .from = Height{3}, .blocks = {forged}};
    auto event = decode_and_verify(encode(WireMessage{answer}), other.context());
    REQUIRE(event);
    const auto actions =
        other.replica().step(Event{PeerMessage{.peer = pair.node.name(), .message = std::move(*event)}});
    CHECK(other.replica().status().height == Height{2});
    const std::vector<LogEvent> logged = all_of<LogEvent>(actions);
    CHECK(std::ranges::find(logged, "peer.block_wrong", &LogEvent::name) != logged.end());

    // Nor do they make a fork of a block that they certified otherwise long ago.
    auto first = chain::ChainView{other.chain_store()}.block(Height{1});
    REQUIRE((first && *first));
    ledger::Block otherwise = (*first)->block;
    ++otherwise.header.time.value;
    auto shown = decode_and_verify(
        encode(WireMessage{Blocks{.request = 0, .from = Height{1}, .blocks = {by_old(otherwise, std::nullopt)}}}),
        other.context());
    REQUIRE(shown);
    CHECK(std::get<CheckedBlocks>(*shown).blocks.size() == 1);
    const std::vector<LogEvent> after = all_of<LogEvent>(
        other.replica().step(Event{PeerMessage{.peer = pair.node.name(), .message = std::move(*shown)}}));
    CHECK(std::ranges::find(after, "chain.forked", &LogEvent::name) == after.end());
}

TEST_CASE("a snapshot whose epochs the keys of a past one made up counts for nothing") {
    Pair pair;
    pair.give(pair.registration(0, "a"));
    (void)pair.change(pair.new_keys(pair.keys(0)));
    pair.run(500);
    pair.give(pair.registration(0, "b"));
    sim::Node& node = pair.node;
    REQUIRE(node.replica().status().epoch == 1);

    chain::MemoryFileSystem files;
    REQUIRE(files.create_folder("s"));
    const auto state = chain::StateSnapshot::open(node.state_store()).value();
    const chain::SnapshotManifest genuine =
        chain::write_snapshot(files, "s/1", {.state = *state, .chain = chain::ChainView{node.chain_store()}}, {})
            .value();
    const auto certified = [&](std::uint64_t key, consensus::View view, const ledger::BlockHeader& header) {
        const consensus::Commit vote{.view = view, .height = header.height, .hash = ledger::hash(header)};
        const consensus::testing::QuickSigner signer{consensus::testing::quick_key(key)};
        const auto said = consensus::sign(pair.world.chain(), vote, consensus::ValidatorIndex{0}, signer);
        return consensus::CommitCertificate{.view = view,
                                            .height = vote.height,
                                            .hash = vote.hash,
                                            .votes = {{.signer = said.signer, .signature = said.signature}}};
    };
    // The first epoch ends with a block of theirs, after which a key of theirs votes.
    const auto made_up = [&](Height ends, Height at) {
        chain::SnapshotManifest manifest = genuine;
        chain::EpochEnd& end = manifest.epoch_ends.at(0);
        end.header.height = ends;
        end.nodes.validators.at(0).vote = consensus::testing::quick_key(9);
        end.header.validators_hash = ledger::hash(end.nodes);
        end.certificate = certified(0, {}, end.header);
        manifest.header.height = at;
        ++manifest.header.time.value;
        manifest.certificate = certified(9, genuine.certificate.view, manifest.header);
        return manifest;
    };
    const auto names_after = [&](const chain::SnapshotManifest& manifest) {
        auto event = decode_and_verify(encode(WireMessage{Snapshot{.request = 1, .manifest = encode(manifest)}}),
                                       node.context());
        REQUIRE(event);
        REQUIRE(std::get<CheckedSnapshot>(*event).manifest != nullptr);
        const auto actions =
            node.replica().step(Event{PeerMessage{.peer = pair.other.name(), .message = std::move(*event)}});
        CHECK(all_of<EvidenceFound>(actions).empty());
        std::vector<std::string> names;
        for (const LogEvent& line : all_of<LogEvent>(actions)) names.push_back(line.name);
        return names;
    };
    const std::vector<std::string> refused{"peer.snapshot_wrong"};
    CHECK(names_after(genuine).empty());
    const Height tip = node.replica().status().height;
    // A fork, a fork where the epoch isn't yet, and lost votes, if they counted.
    CHECK(names_after(made_up(Height{2}, tip)) == refused);
    CHECK(names_after(made_up(Height{2}, tip)).empty());  // it has been named
    pair.run(fetch_reject_ms);
    CHECK(names_after(made_up(Height{1}, Height{2})) == refused);
    pair.run(fetch_reject_ms);
    CHECK(names_after(made_up(Height{2}, Height{tip.value + 5})) == refused);
    CHECK(node.replica().status().duty == Duty::voting);
    CHECK_FALSE(node.replica().status().forked);
    // Nobody is named for what this node's own disk keeps it from looking at.
    pair.run(fetch_reject_ms);
    node.chain_disk().fail_reads_after(0, chain::Fault::store_io);
    CHECK(names_after(made_up(Height{2}, tip)).empty());
}

}  // namespace datadeed::replica::testing
