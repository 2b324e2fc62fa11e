#include "node/verify_pool.h"

#include <atomic>
#include <latch>
#include <semaphore>

#include "chain/voters.h"
#include "node/replica/wire_codec.h"
#include "tests/consensus/quick_signatures.h"
#include "tests/sim/world.h"
#include "tests/support/catch.h"

namespace datadeed::node {
namespace {

using consensus::testing::quick_key;
using consensus::testing::QuickSigner;
using consensus::testing::QuickVerifier;

constexpr std::chrono::seconds patience{30};

// Votes that a test can hold up: where validator 0 signed, the check waits until release().
class HoldingVerifier final : public consensus::VoteVerifier {
public:
    [[nodiscard]] bool verify(const crypto::PublicKey& key, ByteView statement,
                              const crypto::Signature& signature) const override {
        ++checks_;
        if (key == quick_key(0)) {
            held_.release();
            open_.wait();
        }
        return QuickVerifier{}.verify(key, statement, signature);
    }
    [[nodiscard]] bool wait_held() const { return held_.try_acquire_for(patience); }
    void release() const { open_.count_down(); }
    [[nodiscard]] std::size_t checks() const { return checks_; }

private:
    mutable std::atomic<std::size_t> checks_{0};
    mutable std::counting_semaphore<> held_{0};
    mutable std::latch open_{1};
};

Bytes vote(std::uint32_t signer, std::size_t payload = 0) {
    static const sim::World world = sim::make_world(4, 2, 2);
    const QuickSigner key{quick_key(signer)};
    if (payload == 0) {
        return replica::encode_votes(consensus::sign(world.chain(),
                                                     consensus::Prepare{.view = {}, .height = Height{1}, .hash = {}},
                                                     consensus::ValidatorIndex{signer}, key));
    }
    return replica::encode_votes(consensus::sign(
        world.chain(), consensus::PrePrepare{.view = {}, .height = Height{1}, .hash = {}, .payload = Bytes(payload, 0)},
        consensus::ValidatorIndex{signer}, key));
}

// With a certificate of validators 1 to 3.
Bytes view_change(std::uint32_t signer, consensus::View to) {
    static const sim::World world = sim::make_world(4, 2, 2);
    const auto sign = [](std::uint32_t voter, const auto& message) {
        return consensus::sign(world.chain(), message, consensus::ValidatorIndex{voter}, QuickSigner{quick_key(voter)});
    };
    const consensus::Commit commit{.view = {}, .height = Height{1}, .hash = {}};
    consensus::CommitCertificate certificate{.view = {}, .height = Height{1}, .hash = {}, .votes = {}};
    for (std::uint32_t voter : {1U, 2U, 3U}) {
        certificate.votes.push_back(
            {.signer = consensus::ValidatorIndex{voter}, .signature = sign(voter, commit).signature});
    }
    return replica::encode_votes(sign(
        signer, consensus::ViewChange{
                    .new_view = to, .committed = Height{1}, .certificate = std::move(certificate), .prepared = {}}));
}

Bytes gossip_of(std::size_t bad, std::size_t size = 8) {
    replica::Transactions gossip;
    for (std::size_t i = 0; i < bad; ++i) gossip.transactions.push_back({.bytes = Bytes(size, 0)});
    return encode(replica::WireMessage{gossip});
}

// Dozens of times as large in memory as on the wire.
Bytes swollen_transaction(const sim::World& world) {
    const std::vector<ledger::Operation> small(ledger::operations_max, ledger::TransferAccept{});
    return sim::sign_order(world, {.owner = 0, .nonce_us = 1, .expires_ms = 1, .operations = small});
}

Bytes tip() {
    return encode(replica::WireMessage{replica::Tip{.height = Height{1}, .hash = {}, .votes = true}});
}

struct Crowd {
    sim::World world{sim::make_world(4, 2, 2)};
    HoldingVerifier signatures{};
    Metrics metrics{};
    Senders senders{world.genesis.nodes};
    Inbox inbox{senders.events_max()};
    ContextPicture context{std::make_shared<const replica::VerifyContext>(
        replica::VerifyContext{.chain = world.chain(),
                               .epochs = {chain::voters(replica::epochs_of(world.genesis).front())},
                               .cache = world.cache.get(),
                               .signatures = &signatures})};
    std::atomic<int> misconduct{0};
    std::string worst{};
    VerifyPool pool{1,
                    context,
                    inbox,
                    senders,
                    metrics,
                    {.on_refused = [](auto, auto) {},
                     .on_overload = [](auto) {},
                     .on_bad_message = [](const auto&, auto) {},
                     .on_misconduct =
                         [this](const std::string& peer) {
                             worst = peer;
                             ++misconduct;
                         }}};

    ~Crowd() {
        if (holding) signatures.release();
    }
    // The one thread for large messages is at work on one until release().
    void hold() {
        pool.message(validator(0), vote(0, 100'000));
        holding = true;
        REQUIRE(signatures.wait_held());
    }
    void release() {
        signatures.release();
        holding = false;
    }
    static std::string validator(std::size_t index) { return sim::validator_name(index).value; }
    static std::string observer(std::size_t index) { return sim::observer_name(index).value; }
    [[nodiscard]] std::size_t used(const std::string& peer) {
        return senders.at(peer.empty() ? Senders::clients : senders.find(peer).value()).share.used();
    }
    [[nodiscard]] std::uint64_t dropped(const std::string& reason) const {
        const std::string text = metrics.text();
        const std::string name = "datadeed_messages_dropped_total{reason=\"" + reason + "\"} ";
        const std::size_t at = text.find(name);
        return at == std::string::npos ? 0 : std::stoul(text.substr(at + name.size()));
    }
    // Takes so many messages of peers, and what comes before them.
    void await(std::size_t messages) {
        while (messages > 0) {
            const std::vector<InboxItem> items = inbox.take(patience, 1);
            REQUIRE(items.size() == 1);
            if (std::holds_alternative<replica::PeerMessage>(items[0].event)) --messages;
        }
    }
    // All that was let through, in order; "up" and "down" with the peer.
    std::vector<std::string> drain() {
        pool.stop();
        std::vector<std::string> peers;
        for (const InboxItem& item : inbox.take(std::chrono::milliseconds{0}, SIZE_MAX)) {
            if (const auto* message = std::get_if<replica::PeerMessage>(&item.event)) {
                peers.push_back(message->peer.value);
            } else if (const auto* up = std::get_if<replica::PeerUp>(&item.event)) {
                peers.push_back("up " + up->peer.value);
            }
        }
        return peers;
    }

    bool holding{false};
};

}  // namespace

TEST_CASE("a vote gets through while a large message is being checked and an observer floods") {
    Crowd crowd;
    crowd.hold();
    for (int i = 0; i < 100; ++i) crowd.pool.message(Crowd::observer(0), gossip_of(1));
    for (int i = 0; i < 100; ++i) CHECK(crowd.pool.transaction(Bytes(100, 0), replica::RequestToken{1}));
    crowd.pool.message(Crowd::validator(1), vote(1));
    const std::vector<InboxItem> items = crowd.inbox.take(patience, 10);
    REQUIRE(items.size() == 1);
    CHECK(std::get<replica::PeerMessage>(items[0].event).peer.value == Crowd::validator(1));
    CHECK(crowd.used(Crowd::observer(0)) > 0);
}

TEST_CASE("an observer and clients that flood fill their own shares only") {
    Crowd crowd;
    crowd.hold();
    const Bytes large = gossip_of(15, 60'000);
    while (crowd.dropped("queue_full") == 0) crowd.pool.message(Crowd::observer(0), large);
    while (crowd.pool.transaction(Bytes(60'000, 0), replica::RequestToken{1})) continue;
    // Another observer and a validator have all of their room.
    crowd.pool.message(Crowd::observer(1), gossip_of(1));
    crowd.pool.message(Crowd::validator(1), gossip_of(1, 60'000));
    CHECK(crowd.dropped("queue_full") == 1);
    CHECK(crowd.used(Crowd::observer(1)) > 0);
    CHECK(crowd.used(Crowd::validator(1)) > 60'000);
    CHECK(crowd.used("") <= clients_bytes);
}

TEST_CASE("gossip takes only its part of a peer's share, so that a vote finds room") {
    Crowd crowd;
    crowd.hold();
    const Bytes large = gossip_of(15, 60'000);
    while (crowd.dropped("queue_full") == 0) crowd.pool.message(Crowd::validator(1), large);
    const std::size_t share = crowd.senders.at(*crowd.senders.find(Crowd::validator(1))).share.most();
    CHECK(crowd.used(Crowd::validator(1)) <= share / gossip_part);
    CHECK(crowd.used(Crowd::validator(1)) > share / gossip_part - 1'000'000);
    // What is dropped is told, so that the link is read slowly; what has room isn't.
    CHECK_FALSE(crowd.pool.message(Crowd::validator(1), large));
    CHECK(crowd.pool.message(Crowd::validator(1), vote(1, 1'000'000)));
    CHECK(crowd.dropped("queue_full") == 2);
}

TEST_CASE("transactions that are larger in memory than on the wire use up the room that they take") {
    constexpr std::size_t sent = 20;
    Crowd crowd;
    const Bytes swollen = swollen_transaction(crowd.world);
    const Bytes gossip = encode(replica::WireMessage{replica::Transactions{.transactions = {100, {.bytes = swollen}}}});
    for (std::size_t i = 0; i < sent; ++i) crowd.pool.message(Crowd::validator(1), gossip);
    const std::size_t let_in = crowd.drain().size();
    const std::size_t part = crowd.senders.at(*crowd.senders.find(Crowd::validator(1))).share.most() / gossip_part;
    CHECK(let_in > 0);
    CHECK(let_in <= part / (100 * ledger::operations_max * sizeof(ledger::Operation) / 2));
    CHECK(crowd.dropped("queue_full") == sent - let_in);

    Crowd submitters;
    const std::size_t room = submitters.senders.at(Senders::clients).share.most();
    std::size_t submitted = 0;
    while (submitters.used("") < room / 2 && ++submitted < 5'000) {
        REQUIRE(submitters.pool.transaction(swollen, replica::RequestToken{submitted}));
    }
    submitters.pool.stop();
    CHECK(submitters.used("") <= room);
    std::size_t submissions = 0;
    for (const InboxItem& item : submitters.inbox.take(std::chrono::milliseconds{0}, SIZE_MAX)) {
        if (std::holds_alternative<replica::SubmitTransaction>(item.event)) ++submissions;
    }
    CHECK(submissions <= room / (ledger::operations_max * sizeof(ledger::Operation) / 2));
}

TEST_CASE("gossip is paid for by a time of its own, whatever its size") {
    for (const std::size_t size : {std::size_t{8}, small_cost_max}) {
        Crowd crowd;
        REQUIRE(crowd.pool.message(Crowd::validator(1), gossip_of(1, size)));
        (void)crowd.drain();
        const Sender& sender = crowd.senders.at(*crowd.senders.find(Crowd::validator(1)));
        CHECK(sender.small_time.free_at() == TimeShare::Time{});
        CHECK(sender.large_time.free_at() == TimeShare::Time{});
        CHECK(sender.gossip_time.free_at() != TimeShare::Time{});
    }
}

TEST_CASE("votes don't wait for gossip of their sender that has to rest, nor it for them") {
    const auto [used_up, rests, goes] = GENERATE(table<TimeShare Sender::*, Bytes, Bytes>(
        {{&Sender::gossip_time, gossip_of(1), vote(1)}, {&Sender::small_time, vote(1), gossip_of(1)}}));
    Crowd crowd;
    const std::string peer = Crowd::validator(1);
    (crowd.senders.at(*crowd.senders.find(peer)).*used_up).spend(std::chrono::hours{1}, TimeShare::Time::clock::now());
    for (int i = 0; i < 3; ++i) REQUIRE(crowd.pool.message(peer, rests));
    // The others of that queue wait for hours.
    REQUIRE(crowd.inbox.take(patience, SIZE_MAX).size() == 1);
    for (int i = 0; i < 3; ++i) {
        REQUIRE(crowd.pool.message(peer, goes));
        REQUIRE(crowd.inbox.take(patience, SIZE_MAX).size() == 1);
    }
}

TEST_CASE("each transaction of gossip counts, however fast it was checked") {
    Crowd crowd;
    const std::string peer = Crowd::validator(1);
    Sender& sender = crowd.senders.at(*crowd.senders.find(peer));
    replica::Transactions gossip;
    constexpr std::uint64_t transactions = 200;
    for (std::uint64_t i = 1; i <= transactions; ++i) {
        gossip.transactions.push_back(
            {.bytes = sim::sign_order(
                 crowd.world, {.owner = 0, .nonce_us = i, .expires_ms = 1, .operations = {ledger::TransferAccept{}}})});
    }
    const Bytes message = encode(replica::WireMessage{gossip});
    // Another tells it first, so that it is known.
    REQUIRE(crowd.pool.message(Crowd::validator(2), message));
    crowd.await(1);
    // What was saved up is gone, so that all that is spent shows.
    sender.gossip_time.spend(2 * time_saved_max / gossip_time_parts, TimeShare::Time::clock::now());
    const TimeShare::Time before = sender.gossip_time.free_at();
    REQUIRE(crowd.pool.message(peer, message));
    REQUIRE(crowd.drain().size() == 1);
    CHECK(sender.gossip_time.free_at() - before >= transactions * transaction_time_min * gossip_time_parts);
}

TEST_CASE("the replica's queue has room for as much as those who serve may send") {
    Crowd crowd;
    const std::size_t before = crowd.senders.events_max();
    crowd.pool.begin_epoch(sim::make_world(4, 0, 2).genesis.nodes);
    const std::size_t without_observers = crowd.senders.events_max();
    REQUIRE(without_observers < before);
    std::size_t pushed = 0;
    while (crowd.inbox.push(InboxItem{.event = replica::PeerUp{}, .lease = {}})) ++pushed;
    CHECK(pushed == without_observers);
    crowd.pool.begin_epoch(crowd.world.genesis.nodes);
    while (crowd.inbox.push(InboxItem{.event = replica::PeerUp{}, .lease = {}})) ++pushed;
    CHECK(pushed == crowd.senders.events_max());
}

TEST_CASE("small messages of a peer use up its share too") {
    Crowd crowd;
    crowd.hold();
    std::size_t sent = 0;
    for (; crowd.dropped("queue_full") == 0; ++sent) crowd.pool.message(Crowd::observer(0), Bytes(1, 0));
    CHECK(sent <= observers_bytes / work_overhead);
}

TEST_CASE("a peer that sends without end has only its part of the time, and nobody waits for it") {
    Crowd crowd;
    // Twice what it may have saved up.
    const auto spent_at_once = time_saved_max / (message_time_min * small_time_parts);
    const auto messages = static_cast<std::size_t>(2 * spent_at_once);
    const auto begin = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < messages; ++i) REQUIRE(crowd.pool.message(Crowd::validator(1), tip()));
    REQUIRE(crowd.pool.message(Crowd::validator(2), tip()));
    std::size_t arrived = 0;
    std::size_t place_of_other = 0;
    while (arrived < messages + 1) {
        const std::vector<InboxItem> items = crowd.inbox.take(patience, SIZE_MAX);
        REQUIRE_FALSE(items.empty());
        for (const InboxItem& item : items) {
            ++arrived;
            if (std::get<replica::PeerMessage>(item.event).peer.value == Crowd::validator(2)) place_of_other = arrived;
        }
    }
    CHECK(place_of_other < messages);
    CHECK(std::chrono::steady_clock::now() - begin >= time_saved_max * 9 / 10);
}

TEST_CASE("blocks and snapshots that were asked for cost a peer none of its time, others do") {
    const replica::WireMessage kinds[] = {replica::Blocks{.request = 1, .from = Height{1}, .blocks = {}},
                                          replica::Snapshot{.request = 1, .manifest = {}},
                                          replica::Part{.request = 1, .root = {}, .part = {}}};
    const auto& kind = GENERATE_REF(from_range(std::begin(kinds), std::end(kinds)));
    const auto has_spent = [&kind](std::size_t asked, std::size_t answers) {
        Crowd crowd;
        const std::string peer = Crowd::validator(1);
        for (std::size_t i = 0; i < asked; ++i) crowd.pool.expect_answer(peer);
        const Bytes answer = encode(kind);
        for (std::size_t i = 0; i < answers; ++i) REQUIRE(crowd.pool.message(peer, answer));
        CHECK(crowd.drain().size() == answers);
        return crowd.senders.at(*crowd.senders.find(peer)).small_time.free_at() != TimeShare::Time{};
    };
    CHECK(has_spent(0, 1));
    CHECK_FALSE(has_spent(3, 3));
    CHECK(has_spent(3, 4));
    CHECK_FALSE(has_spent(2 * answers_due_max, answers_due_max));
    CHECK(has_spent(2 * answers_due_max, answers_due_max + 1));
}

TEST_CASE("large blocks that nobody asked for use up the smaller part") {
    Crowd crowd;
    // Of an epoch that nobody knows: not looked into.
    replica::CertifiedBlock block{.payload = Bytes(8 * small_cost_max), .certificate = {}};
    block.certificate.view = consensus::View{std::uint64_t{7} << 32U};
    const replica::WireMessage blocks = replica::Blocks{.request = 0, .from = Height{1}, .blocks = {block}};
    REQUIRE(crowd.pool.message(Crowd::validator(1), encode(blocks)));
    (void)crowd.drain();
    const Sender& sender = crowd.senders.at(*crowd.senders.find(Crowd::validator(1)));
    CHECK(sender.small_time.free_at() != TimeShare::Time{});
    CHECK(sender.large_time.free_at() == TimeShare::Time{});
}

TEST_CASE("a pool that ends finishes what waits at once, whoever has to rest") {
    Crowd crowd;
    for (int i = 0; i < 20'000; ++i) crowd.pool.message(Crowd::validator(1), tip());
    const auto begin = std::chrono::steady_clock::now();
    const std::size_t taken = 20'000 - static_cast<std::size_t>(crowd.dropped("queue_full"));
    CHECK(crowd.drain().size() == taken);
    CHECK(taken > 10'000);
    // Resting it out would take four seconds.
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds{3});
}

TEST_CASE("a peer whose messages break rules is reported, and nothing more of this link is looked at") {
    const auto provoke = [](const Bytes& bad, std::size_t times) {
        Crowd crowd;
        const std::string peer = Crowd::observer(1);
        crowd.pool.link(peer, true);
        for (std::size_t i = 0; i < times; ++i) crowd.pool.message(peer, bad);
        // Gossip and votes don't wait for each other.
        const std::size_t told = replica::kind_of(bad) == replica::WireKind::transactions ? times : 0;
        crowd.await(told);
        crowd.pool.message(peer, vote(1));
        crowd.pool.message(Crowd::validator(2), vote(2));
        crowd.pool.link(peer, false);
        crowd.pool.link(peer, true);
        crowd.pool.message(peer, vote(3));
        std::vector<std::string> through = crowd.drain();
        std::erase(through, Crowd::validator(2));
        std::erase(through, "up " + peer);
        if (crowd.misconduct > 0) CHECK(crowd.worst == peer);
        return std::pair{crowd.misconduct.load(), told + through.size()};
    };
    Bytes forged = vote(1);
    forged.back() ^= 1U;
    // Only what came over the next link gets through.
    CHECK(provoke(forged, bad_messages_max) == std::pair{1, std::size_t{1}});
    CHECK(provoke(forged, 3 * bad_messages_max) == std::pair{1, std::size_t{1}});
    CHECK(provoke(Bytes(10, 0xFF), bad_messages_max) == std::pair{1, std::size_t{1}});
    CHECK(provoke(forged, bad_messages_max - 1) == std::pair{0, std::size_t{2}});
    // Gossip counts by its transactions.
    CHECK(provoke(gossip_of(1), bad_messages_max - 1) == std::pair{0, bad_messages_max + 1});
    CHECK(provoke(gossip_of(bad_messages_max), 1) == std::pair{1, std::size_t{2}});
}

TEST_CASE("gossip of a link that was closed for misconduct isn't looked at over the next one") {
    Crowd crowd;
    const std::string peer = Crowd::validator(1);
    crowd.senders.at(*crowd.senders.find(peer)).gossip_time.spend(std::chrono::hours{1}, TimeShare::Time::clock::now());
    // The second has to rest.
    for (int i = 0; i < 2; ++i) REQUIRE(crowd.pool.message(peer, gossip_of(1)));
    crowd.await(1);
    // With the transaction that was bad already.
    for (std::size_t i = 1; i < bad_messages_max; ++i) crowd.pool.message(peer, Bytes(10, 0xFF));
    crowd.pool.link(peer, false);
    crowd.pool.link(peer, true);
    crowd.pool.message(peer, vote(1));
    crowd.await(1);
    CHECK(crowd.drain().empty());
    CHECK(crowd.dropped("shunned") == 1);
    CHECK(crowd.misconduct == 1);
}

TEST_CASE("a certificate that many VIEW-CHANGEs carry is checked once by each thread") {
    constexpr std::size_t messages = 20;
    constexpr std::size_t threads = 2;
    constexpr std::size_t quorum = 3;
    Crowd crowd;
    for (std::uint64_t view = 1; view <= messages; ++view) {
        const auto signer = static_cast<std::uint32_t>(1 + view % 3);
        CHECK(crowd.pool.message(Crowd::validator(signer), view_change(signer, consensus::View{view})));
    }
    CHECK(crowd.drain().size() == messages);
    CHECK(crowd.signatures.checks() >= messages + quorum);
    CHECK(crowd.signatures.checks() <= messages + threads * quorum);
}

TEST_CASE("what one peer sends arrives in its order") {
    Crowd crowd;
    crowd.pool.link(Crowd::validator(1), true);
    for (std::uint64_t i = 1; i <= 1'000; ++i) {
        crowd.pool.message(Crowd::validator(1), encode(replica::WireMessage{replica::Tip{.height = Height{i}}}));
    }
    crowd.pool.stop();
    std::uint64_t last = 0;
    for (const InboxItem& item : crowd.inbox.take(std::chrono::milliseconds{0}, SIZE_MAX)) {
        if (std::holds_alternative<replica::PeerUp>(item.event)) continue;
        const std::uint64_t height =
            std::get<replica::Tip>(std::get<replica::PeerMessage>(item.event).message).height.value;
        REQUIRE(height == last + 1);
        last = height;
    }
    CHECK(last == 1'000);
    CHECK(crowd.used(Crowd::validator(1)) == 0);
}

}  // namespace datadeed::node
