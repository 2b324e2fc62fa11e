#pragma once

#include <array>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/strand.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "node/net/frame.h"
#include "node/net/hello.h"
#include "node/net/identity.h"
#include "node/net/outbox.h"
#include "node/net/transport.h"

// One connection to one other node, from the TLS handshake on. Only node/net/*.cpp include this. Everything happens on
// the strand of the transport; nothing here locks.

namespace datadeed::net {

using Strand = boost::asio::strand<boost::asio::io_context::executor_type>;
using StrandSocket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Strand>;
using Clock = std::chrono::steady_clock;
using StrandTimer = boost::asio::basic_waitable_timer<Clock, boost::asio::wait_traits<Clock>, Strand>;

class Link;

// What a link asks of and tells the transport that owns it. No call comes after the link is closed.
struct LinkOwner {
    LinkOwner() = default;
    virtual ~LinkOwner() = default;
    LinkOwner(const LinkOwner&) = delete;
    LinkOwner& operator=(const LinkOwner&) = delete;

    [[nodiscard]] virtual const Limits& limits() const = 0;
    [[nodiscard]] virtual Hello own_hello() const = 0;
    // The name of the node with this key, or why it isn't welcome.
    [[nodiscard]] virtual Result<std::string, Error> name_of(const crypto::PublicKey& key) const = 0;

    // The other side, which dialled, has proved its key. False: it is turned away, and closed already.
    [[nodiscard]] virtual bool link_authentic(const std::shared_ptr<Link>& link) = 0;
    // Both sides proved who they are and are on one chain. The owner may close the link at once.
    virtual void link_ready(const std::shared_ptr<Link>& link) = 0;
    // False when there is no room for what it sends.
    [[nodiscard]] virtual bool link_received(Link& link, Bytes message) = 0;
    // The last call, unless the owner closed the link itself.
    virtual void link_failed(const std::shared_ptr<Link>& link, const Failure& why) = 0;
};

class Link : public std::enable_shared_from_this<Link> {
public:
    // A link that this node dialled names the peer whose key must be there; an inbound one may be any node's.
    Link(StrandSocket socket, boost::asio::ssl::context& tls, std::shared_ptr<LinkOwner> owner,
         std::optional<Peer> dialled, std::string address);

    // Starts the TLS handshake, and a clock for all of it.
    void start();
    // Takes from `outbox`, which the owner keeps as long as the link is open, and goes on until it is empty.
    void write_from(Outbox& outbox);
    // Ends it without a word to the owner. Safe to call again.
    void close();

    [[nodiscard]] bool is_inbound() const { return !dialled_; }
    [[nodiscard]] bool is_ready() const { return ready_; }
    [[nodiscard]] bool is_authentic() const { return authentic_; }   // the key is proved
    [[nodiscard]] const std::string& peer() const { return name_; }  // empty before the key is known
    [[nodiscard]] const std::string& address() const { return address_; }
    [[nodiscard]] const std::optional<crypto::PublicKey>& key() const { return key_; }
    [[nodiscard]] std::uint64_t instance() const { return instance_; }
    // The dialled peer, for failures before its key is known.
    [[nodiscard]] const std::optional<Peer>& dialled() const { return dialled_; }

private:
    [[nodiscard]] bool is_welcome(const crypto::PublicKey& key);
    void shook_hands(const boost::system::error_code& error);
    void read();
    void received(std::size_t size);
    void read_later();
    [[nodiscard]] bool greeted(ByteView frame);
    void write();
    void tick();
    void fail_with(Error error, std::string detail);

    std::shared_ptr<LinkOwner> owner_;
    const std::optional<Peer> dialled_;
    const std::string address_;
    KeyVerdict verdict_;
    boost::asio::ssl::stream<StrandSocket> stream_;
    StrandTimer timer_;
    StrandTimer pause_;
    FrameReader reader_{hello_size_max};
    std::array<std::uint8_t, std::size_t{64} << 10U> chunk_{};

    bool closed_{false};
    bool authentic_{false};
    bool ready_{false};
    std::optional<Error> refusal_;  // of the key
    std::optional<crypto::PublicKey> key_;
    std::string name_;
    std::uint64_t instance_{0};

    Outbox* outbox_{nullptr};
    Bytes writing_;
    bool write_under_way_{false};
    std::uint64_t frames_with_key_{0};
    Clock::time_point heard_{};
};

}  // namespace datadeed::net
