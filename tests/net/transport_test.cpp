#include "node/net/transport.h"

#include "tests/net/support.h"

namespace datadeed::net::test {
namespace {

std::string text_of(int number) {
    return "message " + std::to_string(number);
}

bool in_order(const std::vector<Bytes>& messages) {
    for (std::size_t i = 0; i < messages.size(); ++i) {
        if (as_text(messages[i]) != text_of(static_cast<int>(i))) return false;
    }
    return true;
}

// The two know each other; only the second dials.
struct Pair {
    explicit Pair(Limits limits = quick(), std::uint8_t first_number = 1, std::uint8_t second_number = 2)
        : first{{.number = first_number, .members = {first_number, second_number}, .limits = limits}},
          second{{.number = second_number,
                  .members = {first_number, second_number},
                  .peers = {peer_at(first_number, first.port())},
                  .limits = limits}} {
        REQUIRE(first.wait_up(second_number));
        REQUIRE(second.wait_up(first_number));
    }
    TestNode first;
    TestNode second;
};

}  // namespace

TEST_CASE("two members find each other and exchange messages") {
    Pair pair;
    pair.second.transport().send("n1", message_of("hello"));
    REQUIRE(pair.first.wait_messages(2, 1));
    CHECK(as_text(pair.first.messages(2).front()) == "hello");
    pair.first.transport().send("n2", message_of("and back"), Class::background);
    REQUIRE(pair.second.wait_messages(1, 1));
    CHECK(as_text(pair.second.messages(1).front()) == "and back");
}

TEST_CASE("ten thousand messages each way arrive in order, with new keys on the way") {
    Limits limits = quick();
    limits.rekey_frames = 300;
    Pair pair{limits};
    std::thread other{[&pair] {
        for (int i = 0; i < 10'000; ++i) pair.second.transport().send("n1", message_of(text_of(i)));
    }};
    for (int i = 0; i < 10'000; ++i) pair.first.transport().send("n2", message_of(text_of(i)));
    other.join();
    REQUIRE(pair.first.wait_messages(2, 10'000));
    REQUIRE(pair.second.wait_messages(1, 10'000));
    CHECK(in_order(pair.first.messages(2)));
    CHECK(in_order(pair.second.messages(1)));
    CHECK(pair.first.downs(2) == 0);
}

TEST_CASE("a message as large as a frame may be arrives whole") {
    Limits limits = quick();
    limits.frame_bytes = std::size_t{8} << 20U;
    Pair pair{limits};
    Bytes large(limits.frame_bytes);
    for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<std::uint8_t>(i * 7U + i / 251U);
    pair.first.transport().send("n2", std::make_shared<const Bytes>(large), Class::bulk);
    REQUIRE(pair.second.wait_messages(1, 1));
    CHECK(pair.second.messages(1).front() == large);
}

TEST_CASE("a frame beyond the receiver's limit ends the link") {
    Limits small = quick();
    small.frame_bytes = 100;
    TestNode first{{.number = 1, .members = {2}, .limits = small}};
    TestNode second{{.number = 2, .members = {1}, .peers = {peer_at(1, first.port())}}};
    REQUIRE(second.wait_up(1));
    second.transport().send("n1", std::make_shared<const Bytes>(101));
    const std::optional<LinkEvent> event = first.wait_event(Error::frame_must_be_within_its_limit);
    REQUIRE(event);
    CHECK(event->peer == "n2");
    CHECK(first.wait_down(2));
    CHECK(first.messages(2).empty());
}

TEST_CASE("a key that is no member's is turned away and logged") {
    TestNode first{{.number = 1, .members = {2}}};
    TestNode stranger{{.number = 9, .members = {1}, .peers = {peer_at(1, first.port())}}};
    const std::optional<LinkEvent> event = first.wait_event(Error::key_must_be_of_a_member);
    REQUIRE(event);
    CHECK(event->key == key_of(9).public_key());
    CHECK(event->warning);
    CHECK(event->text.find(to_hex(key_of(9).public_key().value)) != std::string::npos);
    CHECK(event->address.starts_with("127.0.0.1:"));
    // The stranger learns that it was turned away, and isn't let in by trying again.
    CHECK(stranger.wait_event(Error::channel_must_be_authentic));
    CHECK(first.ups(9) == 0);
    CHECK(stranger.ups(1) == 0);
}

TEST_CASE("a dialler refuses another key than the configured peer's, though it is a member's") {
    TestNode first{{.number = 1, .members = {2}}};
    Peer expected = peer_at(3, first.port());
    TestNode second{{.number = 2, .members = {1, 3}, .peers = {expected}}};
    const std::optional<LinkEvent> event = second.wait_event(Error::key_must_be_of_the_peer);
    REQUIRE(event);
    CHECK(event->peer == "n3");
    CHECK(event->key == key_of(1).public_key());
    CHECK(second.ups(3) == 0);
    CHECK(first.ups(2) == 0);
}

TEST_CASE("nodes of two chains part with both ids in the log") {
    TestNode first{{.number = 1, .members = {2}, .chain = 1}};
    TestNode second{{.number = 2, .members = {1}, .peers = {peer_at(1, first.port())}, .chain = 2}};
    for (TestNode* const node : {&first, &second}) {
        const std::optional<LinkEvent> event = node->wait_event(Error::chain_must_be_the_same);
        REQUIRE(event);
        for (const char digit : {'1', '2'}) {
            std::string id;
            for (int i = 0; i < 32; ++i) id += std::string{"0"} + digit;
            CHECK(event->text.find(id) != std::string::npos);
        }
    }
    CHECK(first.ups(2) == 0);
}

TEST_CASE("a node under another name or with other messages is refused") {
    TestNode first{{.number = 1, .members = {2, 3}}};
    TestNode liar{{.number = 2, .members = {1}, .peers = {peer_at(1, first.port())}, .name = "n3"}};
    CHECK(first.wait_event(Error::name_must_belong_to_the_key));
    TestNode newer{{.number = 3, .members = {1}, .peers = {peer_at(1, first.port())}, .wire_version = 2}};
    CHECK(newer.wait_event(Error::wire_version_must_be_the_same));
    CHECK(first.ups(2) == 0);
    CHECK(first.ups(3) == 0);
}

TEST_CASE("a second node with the same key is refused") {
    TestNode first{{.number = 1, .members = {1}}};
    TestNode twin{{.number = 1, .members = {1}, .peers = {peer_at(1, first.port())}, .name = "twin"}};
    CHECK(twin.wait_event(Error::peer_must_be_another_node));
}

TEST_CASE("a link is made again when the peer comes back, whoever dials") {
    for (const bool lower_dials : {true, false}) {
        INFO(lower_dials);
        const crypto::PublicKey one = key_of(1).public_key();
        const crypto::PublicKey two = key_of(2).public_key();
        const std::uint8_t dialler = (one < two) == lower_dials ? 1 : 2;
        const auto other = static_cast<std::uint8_t>(3 - dialler);
        auto first = std::make_unique<TestNode>(NodeOptions{.number = other, .members = {dialler}});
        const std::uint16_t port = first->port();
        TestNode second{{.number = dialler, .members = {other}, .peers = {peer_at(other, port)}}};
        REQUIRE(second.wait_up(other));
        first.reset();
        REQUIRE(second.wait_down(other));
        first = std::make_unique<TestNode>(NodeOptions{.number = other, .members = {dialler}, .port = port});
        REQUIRE(second.wait_up(other, 2));
        second.transport().send(name_of(other), message_of("again"));
        REQUIRE(first->wait_messages(dialler, 1));
    }
}

TEST_CASE("nodes that dial each other end up with one link that both use") {
    for (int round = 0; round < 10; ++round) {
        Limits eager = quick();
        eager.patience = std::chrono::milliseconds{0};
        eager.retry_min = std::chrono::milliseconds{1};
        const std::uint16_t port = free_port();
        TestNode first{{.number = 1, .members = {2}, .peers = {peer_at(2, port)}, .limits = eager}};
        TestNode second{
            {.number = 2, .members = {1}, .peers = {peer_at(1, first.port())}, .limits = eager, .port = port}};
        // Messages of the moment when one link takes over from another may be lost; later ones may not.
        const auto talk = [](TestNode& from, std::uint8_t from_number, TestNode& to, std::uint8_t to_number) {
            const auto begin = std::chrono::steady_clock::now();
            while (std::chrono::steady_clock::now() - begin < patience) {
                from.transport().send(name_of(to_number), message_of("x"));
                std::this_thread::yield();
                if (!to.messages(from_number).empty()) return true;
            }
            return false;
        };
        CHECK(talk(first, 1, second, 2));
        CHECK(talk(second, 2, first, 1));
        CHECK(first.ups(2) - first.downs(2) == 1);
        CHECK(second.ups(1) - second.downs(1) == 1);
    }
}

TEST_CASE("a stop is clean, tells each link once, and says nothing after it") {
    Pair pair;
    REQUIRE(pair.first.stop());
    CHECK(pair.first.downs(2) == 1);
    pair.first.transport().send("n2", message_of("to nobody"));
    CHECK(pair.second.wait_down(1));
    CHECK(pair.first.downs(2) == 1);
    CHECK_THROWS(asio::ip::tcp::socket{pair.first.io()}.connect({asio::ip::address_v4::loopback(), pair.first.port()}));
}

TEST_CASE("who is welcome changes while the node runs") {
    TestNode first{{.number = 1, .members = {2}}};
    TestNode second{{.number = 2, .members = {1}, .peers = {peer_at(1, first.port())}}};
    TestNode third{{.number = 3, .members = {1}, .peers = {peer_at(1, first.port())}}};
    REQUIRE(first.wait_up(2));
    REQUIRE(first.wait_event(Error::key_must_be_of_a_member));
    CHECK(first.ups(3) == 0);

    const auto only_third = [](const crypto::PublicKey& key) -> std::optional<std::string> {
        if (key != key_of(3).public_key()) return std::nullopt;
        return name_of(3);
    };
    first.transport().welcome({.peers = {}, .key_check = only_third, .always_welcome = {}});
    CHECK(first.wait_down(2));
    CHECK(first.wait_up(3));
    CHECK(second.wait_down(1));
    CHECK(first.ups(2) == 1);
}

TEST_CASE("a node dials who is made known to it later, and leaves alone who isn't any more") {
    const std::uint16_t port = free_port();
    TestNode first{{.number = 1, .members = {2}}};
    const auto anybody = [](const crypto::PublicKey&) -> std::optional<std::string> { return name_of(2); };
    first.transport().welcome({.peers = {peer_at(2, port)}, .key_check = anybody, .always_welcome = {}});
    TestNode second{{.number = 2, .members = {1}, .port = port}};
    CHECK(first.wait_up(2));
    first.transport().welcome({.peers = {}, .key_check = anybody, .always_welcome = {}});
    second.kill();
    REQUIRE(first.wait_down(2));
    TestNode again{{.number = 2, .members = {1}, .port = port}};
    std::this_thread::sleep_for(std::chrono::milliseconds{600});
    CHECK(first.ups(2) == 1);
}

TEST_CASE("a port that is taken is said so") {
    TestNode first{{.number = 1, .members = {}}};
    asio::io_context io;
    Transport second{io,
                     {.listen_port = first.port(),
                      .welcome = {.key_check = [](const crypto::PublicKey&) { return std::nullopt; }},
                      .random = [] { return std::uint64_t{0}; }},
                     key_of(2),
                     {}};
    const Result<std::uint16_t, Failure> started = second.start();
    REQUIRE_FALSE(started);
    CHECK(started.error().error == Error::port_must_be_free);
    CHECK(started.error().detail.find(std::to_string(first.port())) != std::string::npos);
}

}  // namespace datadeed::net::test
