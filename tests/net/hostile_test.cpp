#include <openssl/core_names.h>

#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include "node/net/hello.h"
#include "node/net/identity.h"
#include "tests/net/support.h"

// What peers and strangers do that they shouldn't.

namespace datadeed::net::test {
namespace {

using asio::ip::tcp;

// All of 127.0.0.0/8 is this machine: `from` is the last byte of the address that the connection comes from.
tcp::socket connect_to(asio::io_context& io, std::uint16_t port, std::uint8_t from = 1) {
    tcp::socket socket{io, tcp::endpoint{asio::ip::address_v4{{127, 0, 0, from}}, 0}};
    socket.connect({asio::ip::address_v4::loopback(), port});
    return socket;
}

// Whether the other side closes the connection within the test's patience; what it says before is dropped.
bool is_closed(tcp::socket& socket) {
    const timeval time{.tv_sec = patience.count(), .tv_usec = 0};
    setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
    std::array<char, 4096> chunk{};
    while (true) {
        const ssize_t size = recv(socket.native_handle(), chunk.data(), chunk.size(), 0);
        if (size <= 0) return size == 0 || errno == ECONNRESET;
    }
}

// Whether it's closed by now.
bool is_closed_already(tcp::socket& socket) {
    char byte{};
    const ssize_t size = recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return size == 0 || (size < 0 && errno != EAGAIN);
}

// A member that speaks TLS and the greeting by hand, and then does what a test wants.
class HandMadePeer {
public:
    HandMadePeer(std::uint8_t number, std::uint16_t port)
        : tls_{make_context(number)}, stream_{connect_to(io_, port), tls_}, number_{number} {
        set_verdict(stream_.native_handle(), &anyone_);
    }

    [[nodiscard]] boost::system::error_code shake_hands() {
        boost::system::error_code error;
        stream_.handshake(asio::ssl::stream_base::client, error);
        return error;
    }
    void greet() {
        Hello hello;
        hello.chain.value.fill(1);
        hello.name = name_of(number_);
        hello.wire_version = 1;
        hello.instance = number_;
        Bytes bytes;
        append_frame(bytes, encode(hello));
        send(bytes);
    }
    void send(ByteView bytes) {
        boost::system::error_code ignored;
        asio::write(stream_, asio::buffer(bytes.data(), bytes.size()), ignored);
    }
    // Whether the node's greeting comes: it has seen this side's proof then.
    [[nodiscard]] bool is_greeted() {
        std::array<char, 4> head{};
        boost::system::error_code error;
        asio::read(stream_, asio::buffer(head), error);
        return !error;
    }
    // Of what has come and it hasn't read; the system doubles it.
    void hold_no_more_than(std::size_t size) {
        stream_.next_layer().set_option(asio::socket_base::receive_buffer_size{static_cast<int>(size)});
    }
    void skip(std::size_t size) {
        Bytes skipped(size);
        REQUIRE(asio::read(stream_, asio::buffer(skipped)) == size);
    }
    // How much comes before this text.
    [[nodiscard]] std::size_t skip_to(std::string_view text) {
        std::string read;
        asio::read_until(stream_, asio::dynamic_buffer(read), text);
        return read.find(text);
    }
    [[nodiscard]] bool is_closed() { return test::is_closed(stream_.next_layer()); }
    [[nodiscard]] SSL* tls() { return stream_.native_handle(); }

private:
    static asio::ssl::context make_context(std::uint8_t number) {
        Result<asio::ssl::context, Failure> context = make_tls_context(key_of(number));
        REQUIRE(context);
        return *std::move(context);
    }
    KeyVerdict anyone_ = [](const crypto::PublicKey&) { return true; };
    asio::io_context io_;
    asio::ssl::context tls_;
    asio::ssl::stream<tcp::socket> stream_;
    std::uint8_t number_;
};

// Shows the certificate of one key and signs with another: what somebody can do who has heard of a key.
asio::ssl::context with_certificate_of(std::uint8_t victim, std::uint8_t thief) {
    Result<asio::ssl::context, Failure> context = make_tls_context(key_of(victim));
    REQUIRE(context);
    crypto::PublicKey shown = key_of(victim).public_key();
    const crypto::SecretKey own = key_of(thief);
    ByteArray<32> seed{};
    std::ranges::copy(own.seed(), seed.begin());
    const std::array<OSSL_PARAM, 3> parts{
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, shown.value.data(), shown.value.size()),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PRIV_KEY, seed.data(), seed.size()),
        OSSL_PARAM_construct_end()};
    EVP_PKEY_CTX* const maker = EVP_PKEY_CTX_new_from_name(nullptr, "ED25519", nullptr);
    EVP_PKEY* mixed = nullptr;
    REQUIRE(EVP_PKEY_fromdata_init(maker) == 1);
    REQUIRE(EVP_PKEY_fromdata(maker, &mixed, EVP_PKEY_KEYPAIR, const_cast<OSSL_PARAM*>(parts.data())) == 1);
    REQUIRE(SSL_CTX_use_PrivateKey(context->native_handle(), mixed) == 1);
    EVP_PKEY_free(mixed);
    EVP_PKEY_CTX_free(maker);
    return *std::move(context);
}

// A peer up and talking.
void join(HandMadePeer& peer, TestNode& node, std::uint8_t number) {
    REQUIRE_FALSE(peer.shake_hands());
    peer.greet();
    REQUIRE(node.wait_up(number));
}

}  // namespace

TEST_CASE("the channel is TLS 1.3 with one suite, mutual keys and nothing to resume") {
    TestNode node{{.number = 1, .members = {2}}};
    HandMadePeer peer{2, node.port()};
    join(peer, node, 2);
    CHECK(std::string{SSL_get_version(peer.tls())} == "TLSv1.3");
    CHECK(std::string{SSL_get_cipher_name(peer.tls())} == "TLS_AES_128_GCM_SHA256");
    CHECK(SSL_session_reused(peer.tls()) == 0);
    CHECK(SSL_SESSION_is_resumable(SSL_get_session(peer.tls())) == 0);
}

TEST_CASE("TLS 1.2, other suites, other certificates and none are turned away") {
    TestNode node{{.number = 1, .members = {2}}};
    const auto attempt = [&](const std::function<void(SSL_CTX*)>& change) {
        Result<asio::ssl::context, Failure> context = make_tls_context(key_of(2));
        change(context->native_handle());
        asio::io_context io;
        asio::ssl::stream<tcp::socket> stream{connect_to(io, node.port()), *context};
        KeyVerdict anyone = [](const crypto::PublicKey&) { return true; };
        set_verdict(stream.native_handle(), &anyone);
        boost::system::error_code error;
        stream.handshake(asio::ssl::stream_base::client, error);
        // In TLS 1.3 the client may be through before the server has looked at its certificate.
        std::array<char, 1> byte{};
        if (!error) stream.read_some(asio::buffer(byte), error);
        return error.message();
    };
    CHECK(attempt([](SSL_CTX* context) {
              SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
              SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
              SSL_CTX_set_cipher_list(context, "ALL");
          }).find("version") != std::string::npos);
    CHECK(attempt([](SSL_CTX* context) {
              SSL_CTX_set_ciphersuites(context, "TLS_CHACHA20_POLY1305_SHA256");
          }).find("handshake failure") != std::string::npos);
    CHECK(attempt([](SSL_CTX* context) { SSL_CTX_set1_groups_list(context, "P-256"); }).find("handshake failure") !=
          std::string::npos);
    asio::io_context io;
    asio::ssl::context without{asio::ssl::context::tlsv13_client};
    asio::ssl::stream<tcp::socket> stream{connect_to(io, node.port()), without};
    boost::system::error_code error;
    stream.handshake(asio::ssl::stream_base::client, error);
    std::array<char, 1> byte{};
    if (!error) stream.read_some(asio::buffer(byte), error);
    CHECK(error);
    CHECK(node.wait_event(Error::channel_must_be_authentic));
    CHECK(node.ups(2) == 0);
}

TEST_CASE("garbage instead of TLS, and instead of a greeting, is turned away") {
    TestNode node{{.number = 1, .members = {2}}};
    asio::io_context io;
    tcp::socket socket = connect_to(io, node.port());
    asio::write(socket, asio::buffer(std::string_view{"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"}));
    CHECK(is_closed(socket));
    CHECK(node.wait_event(Error::channel_must_be_authentic));

    HandMadePeer odd{2, node.port()};
    REQUIRE_FALSE(odd.shake_hands());
    Bytes frame;
    append_frame(frame, as_bytes("not a greeting"));
    odd.send(frame);
    CHECK(odd.is_closed());
    CHECK(node.wait_event(Error::hello_must_be_well_formed));

    HandMadePeer large{2, node.port()};
    REQUIRE_FALSE(large.shake_hands());
    large.send(*from_hex("00000101"));
    CHECK(large.is_closed());
    CHECK(node.wait_event(Error::frame_must_be_within_its_limit));
    CHECK(node.ups(2) == 0);
}

TEST_CASE("a frame that announces gigabytes ends the link at its fourth byte") {
    TestNode node{{.number = 1, .members = {2}}};
    HandMadePeer peer{2, node.port()};
    join(peer, node, 2);
    peer.send(*from_hex("ffffffff"));
    CHECK(node.wait_down(2));
    CHECK(node.wait_event(Error::frame_must_be_within_its_limit));
    CHECK(peer.is_closed());
    // No node does that by mistake.
    CHECK(node.wait_event(Error::peer_must_keep_the_rules));
    HandMadePeer again{2, node.port()};
    static_cast<void>(again.shake_hands());
    CHECK(again.is_closed());
    CHECK(node.ups(2) == 1);
}

TEST_CASE("empty frames are signs of life, not messages") {
    TestNode node{{.number = 1, .members = {2}}};
    HandMadePeer peer{2, node.port()};
    join(peer, node, 2);
    peer.send(*from_hex("0000000000000000000000017a"));
    REQUIRE(node.wait_messages(2, 1));
    CHECK(as_text(node.messages(2).front()) == "z");
    CHECK(node.messages(2).size() == 1);
}

TEST_CASE("a connection that says nothing is given up in time") {
    Limits limits = quick();
    limits.handshake_time = std::chrono::milliseconds{50};
    TestNode node{{.number = 1, .members = {2}, .limits = limits}};
    asio::io_context io;
    tcp::socket socket = connect_to(io, node.port());
    CHECK(is_closed(socket));
    HandMadePeer wordless{2, node.port()};
    // The hand-made side may be slower than the limit: either way it ends closed.
    static_cast<void>(wordless.shake_hands());
    CHECK(wordless.is_closed());
    CHECK(node.wait_event(Error::handshake_must_end_in_time));
    CHECK(node.ups(2) == 0);
}

TEST_CASE("only so many handshakes are under way at once: the oldest makes room for the newest") {
    Limits limits = quick();
    limits.handshakes = 3;
    TestNode node{{.number = 1, .members = {2, 3}, .limits = limits}};
    // Its key is proved, but it doesn't greet: it isn't the first to go.
    HandMadePeer proved{3, node.port()};
    REQUIRE_FALSE(proved.shake_hands());
    REQUIRE(proved.is_greeted());
    asio::io_context io;
    std::vector<tcp::socket> silent;
    for (int i = 0; i < 3; ++i) silent.push_back(connect_to(io, node.port()));
    CHECK(is_closed(silent[0]));
    CHECK(node.wait_event(Error::handshakes_must_be_few));
    CHECK_FALSE(is_closed_already(silent[1]));
    TestNode member{{.number = 2, .members = {1}, .peers = {peer_at(1, node.port())}}};
    CHECK(member.wait_up(1));
    CHECK(is_closed(silent[1]));
    proved.greet();
    CHECK(node.wait_up(3));
}

TEST_CASE("one address has only so many handshakes under way, and makes room for itself alone") {
    Limits limits = quick();
    limits.handshakes_per_address = 2;
    TestNode node{{.number = 1, .members = {2}, .limits = limits}};
    asio::io_context io;
    tcp::socket other = connect_to(io, node.port(), 2);
    std::vector<tcp::socket> many;
    for (int i = 0; i < 20; ++i) many.push_back(connect_to(io, node.port(), 3));
    for (std::size_t i = 0; i < 18; ++i) CHECK(is_closed(many[i]));
    CHECK_FALSE(is_closed_already(many[18]));
    CHECK_FALSE(is_closed_already(other));
}

TEST_CASE("when all handshakes are taken, the address that has the most makes room") {
    Limits limits = quick();
    limits.handshakes = 4;
    TestNode node{{.number = 1, .members = {2}, .limits = limits}};
    asio::io_context io;
    // The oldest of all, but alone.
    tcp::socket first = connect_to(io, node.port(), 2);
    std::vector<tcp::socket> many;
    for (int i = 0; i < 3; ++i) many.push_back(connect_to(io, node.port(), 3));
    tcp::socket last = connect_to(io, node.port(), 4);
    CHECK(is_closed(many[0]));
    CHECK_FALSE(is_closed_already(first));
    CHECK_FALSE(is_closed_already(last));
    CHECK_FALSE(is_closed_already(many[2]));
}

TEST_CASE("a peer that begins link after link is shunned, one that only claims its key does it no harm") {
    Limits limits = quick();
    limits.links_per_peer = 3;
    TestNode node{{.number = 1, .members = {2}, .limits = limits}};
    for (int i = 1; i <= 3; ++i) {
        HandMadePeer again{2, node.port()};
        REQUIRE_FALSE(again.shake_hands());
        again.greet();
        REQUIRE(node.wait_up(2, i));
    }
    HandMadePeer once_more{2, node.port()};
    static_cast<void>(once_more.shake_hands());
    CHECK(once_more.is_closed());
    CHECK(node.wait_event(Error::peer_must_keep_the_rules));
    HandMadePeer shunned{2, node.port()};
    static_cast<void>(shunned.shake_hands());
    CHECK(shunned.is_closed());
    CHECK(node.ups(2) == 3);

    // A certificate is no secret; its key is.
    TestNode second{{.number = 1, .members = {2}, .limits = limits}};
    KeyVerdict anyone = [](const crypto::PublicKey&) { return true; };
    for (int i = 0; i < 10; ++i) {
        asio::io_context io;
        asio::ssl::context thief = with_certificate_of(2, 3);
        asio::ssl::stream<tcp::socket> stream{connect_to(io, second.port()), thief};
        set_verdict(stream.native_handle(), &anyone);
        boost::system::error_code error;
        stream.handshake(asio::ssl::stream_base::client, error);
        CHECK(is_closed(stream.next_layer()));
    }
    HandMadePeer honest{2, second.port()};
    join(honest, second, 2);
}

TEST_CASE("only so many inbound links are open at once") {
    Limits limits = quick();
    limits.inbound_links = 1;
    TestNode node{{.number = 1, .members = {2, 3}, .limits = limits}};
    TestNode second{{.number = 2, .members = {1}, .peers = {peer_at(1, node.port())}}};
    REQUIRE(node.wait_up(2));
    TestNode third{{.number = 3, .members = {1}, .peers = {peer_at(1, node.port())}}};
    CHECK(node.wait_event(Error::inbound_links_must_be_few));
    CHECK(node.ups(3) == 0);
    second.kill();
    CHECK(node.wait_up(3));
}

TEST_CASE("observers that fill the node don't keep out a validator") {
    Limits limits = quick();
    limits.inbound_links = 1;
    TestNode node{{.number = 1, .members = {2, 3, 4}, .limits = limits, .always_welcome = {"n3"}}};
    TestNode observer{{.number = 2, .members = {1}, .peers = {peer_at(1, node.port())}}};
    REQUIRE(node.wait_up(2));
    TestNode validator{{.number = 3, .members = {1}, .peers = {peer_at(1, node.port())}}};
    CHECK(node.wait_up(3));
    // The validator's link takes no observer's place either.
    observer.kill();
    TestNode another{{.number = 4, .members = {1}, .peers = {peer_at(1, node.port())}}};
    CHECK(node.wait_up(4));
    CHECK(node.downs(3) == 0);
}

TEST_CASE("a shunned peer loses its link, is not let in for some time, and then is again") {
    Limits limits = quick();
    limits.shun_min = limits.shun_max = std::chrono::milliseconds{400};
    for (const bool node_dials : {false, true}) {
        INFO(node_dials);
        const std::uint16_t port = free_port();
        TestNode other{
            {.number = 2, .members = {1}, .peers = node_dials ? std::vector<Peer>{} : std::vector{peer_at(1, port)}}};
        TestNode node{{.number = 1,
                       .members = {2, 3},
                       .peers = node_dials ? std::vector{peer_at(2, other.port())} : std::vector<Peer>{},
                       .limits = limits,
                       .port = port}};
        TestNode third{{.number = 3, .members = {1}, .peers = {peer_at(1, node.port())}}};
        REQUIRE(node.wait_up(2));
        REQUIRE(node.wait_up(3));
        const auto begin = std::chrono::steady_clock::now();
        node.transport().shun("n2");
        node.transport().shun("n9");  // whoever that is
        REQUIRE(node.wait_down(2));
        CHECK(node.wait_event(Error::peer_must_keep_the_rules)->peer == "n2");
        REQUIRE(node.wait_up(2, 2));
        CHECK(std::chrono::steady_clock::now() - begin >= limits.shun_min / 2);
        CHECK(node.downs(3) == 0);
    }
}

TEST_CASE("a peer that falls silent is noticed, one that only pings is not lost") {
    Limits limits = quick();
    limits.ping_time = std::chrono::milliseconds{20};
    limits.silence_time = std::chrono::milliseconds{200};
    TestNode node{{.number = 1, .members = {2, 3}, .limits = limits}};
    HandMadePeer silent{2, node.port()};
    join(silent, node, 2);
    TestNode pinging{{.number = 3, .members = {1}, .peers = {peer_at(1, node.port())}, .limits = limits}};
    REQUIRE(node.wait_up(3));
    CHECK(node.wait_down(2));
    CHECK(node.wait_event(Error::peer_must_be_heard)->peer == "n2");
    pinging.transport().send("n1", message_of("still here"));
    REQUIRE(node.wait_messages(3, 1));
    CHECK(node.downs(3) == 0);
}

TEST_CASE("a peer that never reads holds up nobody else, and its queue stays bounded") {
    Limits limits = quick();
    limits.queue_bytes = std::size_t{1} << 20U;
    TestNode node{{.number = 1, .members = {2, 3}, .limits = limits}};
    HandMadePeer stuck{2, node.port()};
    join(stuck, node, 2);
    TestNode reader{{.number = 3, .members = {1}, .peers = {peer_at(1, node.port())}}};
    REQUIRE(node.wait_up(3));
    // Far more than the sockets in between can hold.
    const auto large = std::make_shared<const Bytes>(std::size_t{256} * 1024, 7);
    for (int i = 0; i < 100; ++i) node.transport().send("n2", large, Class::bulk);
    for (int i = 0; i < 100; ++i) node.transport().send("n3", message_of(std::to_string(i)));
    REQUIRE(reader.wait_messages(1, 100));
    CHECK(node.dropped(2) >= 50);
    CHECK(node.dropped(3) == 0);
    CHECK(node.downs(2) == 0);
}

TEST_CASE("an urgent message doesn't wait behind megabytes that a slow reader hasn't taken yet") {
    TestNode node{{.number = 1, .members = {2}}};
    HandMadePeer slow{2, node.port()};
    slow.hold_no_more_than(std::size_t{256} << 10U);
    join(slow, node, 2);
    REQUIRE(slow.is_greeted());
    const auto large = std::make_shared<const Bytes>(std::size_t{64} << 10U, 7);
    for (int i = 0; i < 400; ++i) node.transport().send("n2", large, Class::background);
    slow.skip(std::size_t{8} << 20U);
    // Meanwhile the system takes what it will take. In less time it takes less, and there is less to see.
    std::this_thread::sleep_for(std::chrono::milliseconds{300});
    node.transport().send("n2", message_of("urgent"), Class::urgent);
    CHECK(slow.skip_to("urgent") <= std::size_t{1} << 20U);
}

TEST_CASE("who sends more than there is room for is read slowly, and stays up") {
    Limits limits = quick();
    limits.full_pause = std::chrono::milliseconds{20};
    TestNode node{{.number = 1, .members = {2}, .limits = limits, .full = true}};
    HandMadePeer flooding{2, node.port()};
    join(flooding, node, 2);
    // One read takes at most 64 KiB.
    constexpr int messages = 40;
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < messages; ++i) {
        Bytes frame;
        append_frame(frame, Bytes(std::size_t{64} * 1024, 7));
        flooding.send(frame);
    }
    REQUIRE(node.wait_messages(2, messages));
    CHECK(std::chrono::steady_clock::now() - begin >= (messages - 1) * limits.full_pause);
    CHECK(node.downs(2) == 0);
}

TEST_CASE("a peer that restarts takes over from its own half-open link") {
    TestNode node{{.number = 1, .members = {2}}};
    HandMadePeer before{2, node.port()};
    join(before, node, 2);
    TestNode after{{.number = 2, .members = {1}, .peers = {peer_at(1, node.port())}}};
    CHECK(node.wait_up(2, 2));
    CHECK(node.downs(2) == 1);
    CHECK(before.is_closed());
    CHECK(after.wait_up(1, 1));
    after.transport().send("n1", message_of("back"));
    CHECK(node.wait_messages(2, 1));
}

TEST_CASE("a node stops while handshakes, tries and full queues are under way") {
    Limits limits = quick();
    TestNode node{{.number = 1, .members = {2, 3}, .peers = {peer_at(3, 1)}, .limits = limits}};
    asio::io_context io;
    tcp::socket silent = connect_to(io, node.port());
    HandMadePeer stuck{2, node.port()};
    join(stuck, node, 2);
    const auto large = std::make_shared<const Bytes>(std::size_t{1} << 20U, 7);
    for (int i = 0; i < 40; ++i) node.transport().send("n2", large, Class::bulk);
    CHECK(node.stop());
    CHECK(is_closed(silent));
    CHECK(stuck.is_closed());
}

}  // namespace datadeed::net::test
