#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <thread>

#include "bench/flood.h"
#include "bench/flood_messages.h"
#include "crypto/random.h"
#include "node/config.h"
#include "node/net/frame.h"
#include "node/net/hello.h"
#include "node/net/identity.h"
#include "node/startup.h"

// A validator gone mad: it has the keys, proves them over real TLS, greets as it should, and then does what it likes.

namespace datadeed::bench {
namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;
using Stream = asio::ssl::stream<asio::ip::tcp::socket>;

struct Counts {
    std::atomic<std::uint64_t> tries{0};
    std::atomic<std::uint64_t> links{0};
    std::atomic<std::uint64_t> bytes{0};
};

struct Identity {
    node::NodeConfig config{};
    node::GenesisDocument genesis{};
    node::NodeKeys keys;
};

client::Problem problem_of(const std::string& what, const std::string& detail) {
    return {.code = "flood.keys", .title = what, .detail = detail, .hint = {}, .status = 400};
}

client::Outcome<Identity> open_identity(const FloodPlan& plan) {
    const std::string file = plan.dir + "/nodes/" + plan.as + "/node.toml";
    auto config = node::load_config(file);
    if (!config) return fail(problem_of("can't read " + file, config.error().front().message));
    auto genesis = node::read_genesis(config->genesis);
    if (!genesis) return fail(problem_of("can't read the genesis document", genesis.error().detail));
    auto keys = node::open_keys(*config, genesis->content.nodes);
    if (!keys) return fail(problem_of("can't open the keys", keys.error().detail));
    return Identity{.config = *std::move(config), .genesis = *std::move(genesis), .keys = *std::move(keys)};
}

// One victim, from connecting to being thrown out, again and again.
class MadLink {
public:
    MadLink(const Identity& self, const node::PeerConfig& victim, const Bytes& batch, bool once, Counts& counts)
        : self_{&self}, victim_{&victim}, batch_{&batch}, once_{once}, counts_{&counts} {}

    void run(Clock::time_point end) {
        auto tls = net::make_tls_context(self_->keys.link);
        if (!tls) return;
        while (Clock::now() < end) visit(*tls, end);
    }

private:
    void visit(asio::ssl::context& tls, Clock::time_point end) {
        ++counts_->tries;
        asio::io_context io;
        Stream stream{io, tls};
        boost::system::error_code error;
        stream.next_layer().connect({asio::ip::make_address(victim_->address.host), victim_->address.port}, error);
        if (error) return;
        const timeval patience{.tv_sec = 2, .tv_usec = 0};
        ::setsockopt(stream.next_layer().native_handle(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        ::setsockopt(stream.next_layer().native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        net::KeyVerdict anyone = [](const crypto::PublicKey&) { return true; };
        net::set_verdict(stream.native_handle(), &anyone);
        stream.handshake(asio::ssl::stream_base::client, error);
        if (error || !greet(stream)) return;
        ++counts_->links;
        do {
            const std::size_t size = asio::write(stream, asio::buffer(*batch_), error);
            counts_->bytes += size;
        } while (!error && !once_ && Clock::now() < end);
    }

    // The node's own greeting comes only when it has taken the key.
    bool greet(Stream& stream) const {
        const net::Hello hello{.chain = self_->genesis.chain,
                               .name = self_->config.name,
                               .wire_version = 1,
                               .instance = crypto::random_array<1>()[0]};
        Bytes frame;
        net::append_frame(frame, encode(hello));
        boost::system::error_code error;
        asio::write(stream, asio::buffer(frame), error);
        std::array<char, 4> head{};
        if (!error) asio::read(stream, asio::buffer(head), error);
        return !error;
    }

    const Identity* self_;
    const node::PeerConfig* victim_;
    const Bytes* batch_;
    bool once_;
    Counts* counts_;
};

}  // namespace

client::Outcome<FloodReport> flood_as_peer(const FloodPlan& plan) {
    auto self = open_identity(plan);
    if (!self) return fail(self.error());
    const Bytes batch = flood_batch(plan.attack, self->genesis, self->keys.votes.front(), self->config.name);
    const bool once = plan.attack == "reconnect";
    Counts counts;
    {
        std::vector<std::jthread> threads;
        const Clock::time_point end = Clock::now() + plan.duration;
        for (const node::PeerConfig& victim : self->config.peers) {
            if (victim.name == self->config.name) continue;
            threads.emplace_back([&, end] { MadLink{*self, victim, batch, once, counts}.run(end); });
        }
    }
    return FloodReport{{"tries", counts.tries}, {"links", counts.links}, {"kib", counts.bytes / 1024}};
}

}  // namespace datadeed::bench
