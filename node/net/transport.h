#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/types.h"
#include "crypto/sign.h"
#include "node/net/error.h"
#include "node/net/frame.h"

namespace boost::asio {
class io_context;
}

// Links to the other nodes: TLS 1.3, both sides authenticated by the Ed25519 link keys that the chain names, one link
// in use for each pair of nodes. It runs on whatever threads run the io_context, one at a time (a strand of its own).

namespace datadeed::net {

struct Peer {
    std::string name{};
    std::string host{};  // a name or an address, without brackets
    std::uint16_t port{0};
    crypto::PublicKey key{};  // nobody else is accepted at that address
};

// The member whose link key this is, if it may have links at all (it has a node role). Called on the strand.
using KeyCheck = std::function<std::optional<std::string>(const crypto::PublicKey&)>;

struct Limits {
    std::size_t frame_bytes{frame_bytes_max_default};
    // What may wait for one peer. When a message would exceed it, the oldest waiting ones of the last class are dropped
    // (Class), then those of the class before, and told of; the link stays. A message larger than this is dropped
    // itself.
    std::size_t queue_bytes{std::size_t{32} << 20U};
    std::size_t handshakes{32};              // inbound and unfinished at once; for one more the oldest is closed,
                                             // of those whose key isn't proved yet if there are any
    std::size_t handshakes_per_address{16};  // of those, from one address (of IPv6, from one network of 64 bits)
    // Times that one peer may prove its key within links_time: who begins anew more often is shunned.
    std::size_t links_per_peer{20};
    std::chrono::milliseconds links_time{10'000};
    std::size_t inbound_links{64};  // of others than Config::always_welcome; one more is closed
    std::chrono::milliseconds handshake_time{5'000};
    std::chrono::milliseconds full_pause{20};
    std::chrono::milliseconds ping_time{3'000};      // something is sent at least this often
    std::chrono::milliseconds silence_time{11'000};  // without a byte from the peer: the link is down,
                                                     // found at the next ping
    // For how long a shunned peer isn't welcome: doubling each time, with a part left to chance.
    std::chrono::milliseconds shun_min{30'000};
    std::chrono::milliseconds shun_max{600'000};
    std::chrono::milliseconds retry_min{100};
    std::chrono::milliseconds retry_max{5'000};
    // How long the node with the higher key lets the other one dial first.
    std::chrono::milliseconds patience{500};
    std::uint64_t rekey_frames{std::uint64_t{1} << 20U};  // sent with one traffic key
};

// Who may have links, and whom to dial: what the chain says of the present epoch.
struct Welcome {
    std::vector<Peer> peers{};  // to dial
    KeyCheck key_check{};
    std::set<std::string> always_welcome{};  // whose links are never too many: the validators
};

struct Config {
    std::string listen_host{"127.0.0.1"};
    std::uint16_t listen_port{0};  // 0: any free one
    std::string name{};            // the own member id
    ChainId chain{};
    std::uint32_t wire_version{2};
    Welcome welcome{};
    std::function<std::uint64_t()>
        random{};  // for the jitter of retries and the number of this instance; on the strand
    Limits limits{};
};

// Something to write into the log.
struct LinkEvent {
    bool warning{false};
    std::optional<Error> error{};            // why a link ended, wasn't made, or a peer was turned away
    std::string peer{};                      // name, if known
    std::string address{};                   // "127.0.0.1:7001"
    std::optional<crypto::PublicKey> key{};  // the key that the other side proved or claimed
    std::string text{};                      // one line for people, without control characters
};

// In this order they are sent, and in the other order dropped.
enum class Class : std::uint8_t { urgent, bulk, background };
inline constexpr std::size_t classes = 3;

// All are called on the strand, one at a time, and must not block. The name is that of KeyCheck or Peer.
struct Callbacks {
    // False: there was no room for it. Nothing is read from this peer then for Limits::full_pause.
    std::function<bool(const std::string& peer, Bytes message)> on_message{};
    std::function<void(const std::string& peer, const crypto::PublicKey& key)> on_up{};
    std::function<void(const std::string& peer)> on_down{};  // once for each on_up
    // Messages to this peer were dropped, since too much waits for it.
    std::function<void(const std::string& peer, std::size_t messages)> on_dropped{};
    std::function<void(const LinkEvent&)> on_log{};
};

class Transport {
public:
    // `io` must outlive it. The key is copied into the TLS library; nothing happens before start().
    Transport(boost::asio::io_context& io, Config config, const crypto::SecretKey& link_key, Callbacks callbacks);
    // Closes all at once. No thread may be inside a callback: destroy it after stop() reported or after the threads of
    // the io_context ended.
    ~Transport();
    Transport(const Transport&) = delete;
    Transport& operator=(const Transport&) = delete;

    // Listens, begins to accept and to dial; the port, which the system chose if it was 0. Any address may be listened
    // on.
    [[nodiscard]] Result<std::uint16_t, Failure> start();

    // Queues a message of 1 to Limits::frame_bytes bytes (asserted). Messages of one class arrive in the order in
    // which one thread sent them, or not at all: when there is no link to the peer, the queue overflows or the link
    // breaks, they are lost. Those of an earlier class overtake later ones. Any thread.
    void send(const std::string& peer, std::shared_ptr<const Bytes> message, Class urgency = Class::urgent);

    // Closes the link to this peer and neither accepts nor dials it for some time (Limits::shun_min). Any thread.
    void shun(const std::string& peer);

    // From now on these and no others. Links to who isn't among them any more, or has another key now, are closed. Any
    // thread.
    void welcome(Welcome who);

    // Closes everything, then calls `done` on the strand; no other callback comes after it. Call once, from any thread;
    // the transport must live until then.
    void stop(std::function<void()> done);

private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace datadeed::net
