#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <condition_variable>
#include <functional>
#include <future>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "node/net/transport.h"
#include "tests/support/catch.h"

// Nodes that talk over loopback: each with its io_context, one thread and a notebook of what it was told.

namespace datadeed::net::test {

namespace asio = boost::asio;

inline constexpr std::chrono::seconds patience{30};  // longer than anything here takes, even under a sanitizer

inline crypto::SecretKey key_of(std::uint8_t number) {
    ByteArray<32> seed{};
    seed.fill(number);
    return crypto::SecretKey::from_seed(seed);
}

// Retries fast and gives up fast, so that a test meets each limit soon.
inline Limits quick() {
    Limits limits;
    limits.handshake_time = std::chrono::milliseconds{10'000};
    limits.retry_min = std::chrono::milliseconds{5};
    limits.retry_max = std::chrono::milliseconds{40};
    limits.patience = std::chrono::milliseconds{20};
    return limits;
}

inline std::shared_ptr<const Bytes> message_of(std::string_view text) {
    return std::make_shared<const Bytes>(to_bytes(as_bytes(text)));
}

struct NodeOptions {
    std::uint8_t number{};                // of the key; the name is "nNUMBER"
    std::vector<std::uint8_t> members{};  // whose keys are known
    std::vector<Peer> peers{};
    std::uint8_t chain{1};
    std::string name{};  // other than the usual one
    std::uint32_t wire_version{1};
    Limits limits{quick()};
    std::uint16_t port{0};
    std::set<std::string> always_welcome{};
    bool full{false};  // says of every message that there is no room for it
};

inline std::string name_of(std::uint8_t number) {
    return "n" + std::to_string(number);
}

inline Peer peer_at(std::uint8_t number, std::uint16_t port) {
    return {.name = name_of(number), .host = "127.0.0.1", .port = port, .key = key_of(number).public_key()};
}

// A port that was free a moment ago, for nodes that must know each other's before either starts.
inline std::uint16_t free_port() {
    asio::io_context io;
    return asio::ip::tcp::acceptor{io, {asio::ip::address_v4::loopback(), 0}}.local_endpoint().port();
}

class TestNode {
public:
    explicit TestNode(const NodeOptions& options) : members_{options.members} {
        Callbacks callbacks{
            .on_message =
                [this, full = options.full](const std::string& peer, Bytes message) {
                    change([&] { messages_[peer].push_back(std::move(message)); });
                    return !full;
                },
            .on_up = [this](const std::string& peer, const crypto::PublicKey&) { change([&] { ++ups_[peer]; }); },
            .on_down = [this](const std::string& peer) { change([&] { ++downs_[peer]; }); },
            .on_dropped = [this](const std::string& peer,
                                 std::size_t messages) { change([&] { dropped_[peer] += messages; }); },
            .on_log = [this](const LinkEvent& event) { change([&] { events_.push_back(event); }); },
        };
        ByteArray<32> chain{};
        chain.fill(options.chain);
        Config config{.listen_host = "127.0.0.1",
                      .listen_port = options.port,
                      .name = options.name.empty() ? name_of(options.number) : options.name,
                      .chain = ChainId{chain},
                      .wire_version = options.wire_version,
                      .welcome = {.peers = options.peers,
                                  .key_check = [this](const crypto::PublicKey& key) { return member_with(key); },
                                  .always_welcome = options.always_welcome},
                      .random = [n = std::uint64_t{options.number} * 1'000 + next_start()]() mutable { return n++; },
                      .limits = options.limits};
        transport_ = std::make_unique<Transport>(io_, std::move(config), key_of(options.number), std::move(callbacks));
        const Result<std::uint16_t, Failure> started = transport_->start();
        REQUIRE(started);
        port_ = *started;
        thread_ = std::thread{[this] { io_.run(); }};
    }
    ~TestNode() { kill(); }
    TestNode(const TestNode&) = delete;
    TestNode& operator=(const TestNode&) = delete;

    // As if the process ended.
    void kill() {
        if (!thread_.joinable()) return;
        guard_.reset();
        io_.stop();
        thread_.join();
        transport_.reset();
    }
    // Whether the transport said in time that it has stopped.
    [[nodiscard]] bool stop() {
        std::promise<void> done;
        transport_->stop([&done] { done.set_value(); });
        return done.get_future().wait_for(patience) == std::future_status::ready;
    }

    // Waits until what the node was told satisfies `condition`.
    [[nodiscard]] bool wait(const std::function<bool()>& condition) {
        std::unique_lock lock{mutex_};
        return changed_.wait_for(lock, patience, condition);
    }
    [[nodiscard]] bool wait_up(std::uint8_t peer, int times = 1) {
        return wait([&] { return ups_[name_of(peer)] >= times; });
    }
    [[nodiscard]] bool wait_down(std::uint8_t peer, int times = 1) {
        return wait([&] { return downs_[name_of(peer)] >= times; });
    }
    [[nodiscard]] bool wait_messages(std::uint8_t peer, std::size_t count) {
        return wait([&] { return messages_[name_of(peer)].size() >= count; });
    }
    [[nodiscard]] std::optional<LinkEvent> wait_event(Error error) {
        std::optional<LinkEvent> found;
        const bool came = wait([&] {
            for (const LinkEvent& event : events_) {
                if (event.error == error) found = event;
            }
            return found.has_value();
        });
        return came ? found : std::nullopt;
    }
    [[nodiscard]] std::vector<Bytes> messages(std::uint8_t peer) {
        const std::lock_guard lock{mutex_};
        return messages_[name_of(peer)];
    }
    [[nodiscard]] int ups(std::uint8_t peer) {
        const std::lock_guard lock{mutex_};
        return ups_[name_of(peer)];
    }
    [[nodiscard]] int downs(std::uint8_t peer) {
        const std::lock_guard lock{mutex_};
        return downs_[name_of(peer)];
    }
    [[nodiscard]] std::size_t dropped(std::uint8_t peer) {
        const std::lock_guard lock{mutex_};
        return dropped_[name_of(peer)];
    }

    [[nodiscard]] Transport& transport() { return *transport_; }
    [[nodiscard]] asio::io_context& io() { return io_; }
    [[nodiscard]] std::uint16_t port() const { return port_; }

private:
    template <class Change>
    void change(Change&& change_it) {
        const std::lock_guard lock{mutex_};
        change_it();
        changed_.notify_all();
    }
    std::optional<std::string> member_with(const crypto::PublicKey& key) {
        const std::lock_guard lock{mutex_};
        for (const std::uint8_t number : members_) {
            if (key_of(number).public_key() == key) return name_of(number);
        }
        return std::nullopt;
    }
    static std::uint64_t next_start() {
        static std::atomic<std::uint64_t> starts{0};
        return ++starts * 1'000'000;
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::uint8_t> members_;
    std::map<std::string, std::vector<Bytes>> messages_;
    std::map<std::string, int> ups_;
    std::map<std::string, int> downs_;
    std::map<std::string, std::size_t> dropped_;
    std::vector<LinkEvent> events_;

    asio::io_context io_;
    asio::executor_work_guard<asio::io_context::executor_type> guard_{io_.get_executor()};
    std::unique_ptr<Transport> transport_;
    std::uint16_t port_{0};
    std::thread thread_;
};

}  // namespace datadeed::net::test
