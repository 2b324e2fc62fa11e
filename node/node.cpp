#include "node/node.h"

#include <atomic>
#include <csignal>
#include <thread>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "json/json.h"
#include "node/api/api.h"
#include "node/clock.h"
#include "node/driver.h"
#include "node/ops.h"
#include "node/process.h"
#include "node/service.h"
#include "node/wiring.h"

namespace datadeed::node {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::milliseconds timer_period{100};
constexpr unsigned disk_every = 10;    // periods between two looks at the disk
constexpr unsigned health_every = 50;  // periods between two looks at the checks for the log
constexpr unsigned clock_every = 600;  // periods between two warnings of a wrong clock
constexpr std::chrono::milliseconds answer_grace{500};
constexpr unsigned stop_seconds_max = 4;  // then the process ends as it is: everything durable is on disk

net::Class class_of(replica::Lane lane) {
    switch (lane) {
        case replica::Lane::votes:
            return net::Class::urgent;
        case replica::Lane::blocks:
            return net::Class::bulk;
        case replica::Lane::gossip:
            break;
    }
    return net::Class::background;
}

std::string version_json(const api::NodeFacts& facts) {
    return json::dump(json::Value::object({{"version", facts.version},
                                           {"node", facts.name.value},
                                           {"chain", to_hex(facts.chain.value)},
                                           {"chain_name", facts.chain_name}}));
}

}  // namespace

class Node::Impl {
public:
    Impl(NodeConfig config, const Log& log, GenesisDocument genesis, OpenStores stores)
        : config_{std::move(config)},
          log_{&log},
          genesis_{std::move(genesis)},
          stores_{std::move(stores)},
          senders_{genesis_.content.nodes},
          inbox_{senders_.events_max()},
          context_{replica::make_verify_context(genesis_.content, cache_)},
          pool_{static_cast<std::size_t>(config_.verify_threads), context_, inbox_, senders_, metrics_, reports()},
          submissions_{pool_, inbox_, metrics_},
          service_{facts_of(config_, genesis_), stores_, status_, submissions_, on_store_error()},
          api_{service_} {}

    ~Impl() {
        pool_.stop();
        if (driver_) driver_->stop();
    }

    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    // Ends the process at a store that fails: from any thread.
    [[nodiscard]] chain::OnStateError on_store_error() {
        return [log = log_](const chain::Error& error) {
            const Fault fault = node::fault_of(error);
            log->fault(fault);
            end_process(fault.exit);
        };
    }

    [[nodiscard]] Result<void, Fault> open_replica(NodeKeys& keys) {
        auto replica = start_replica(genesis_, config_, keys, stores_, on_store_error());
        if (!replica) return fail(replica.error());
        driver_ = std::make_unique<Driver>(std::move(*replica), inbox_, metrics_, *log_, status_, effects());
        warn_of_clock();
        return {};
    }

    [[nodiscard]] Result<void, Fault> listen(const crypto::SecretKey& link_key) {
        Result<net::Config, Fault> links = net_config(config_, genesis_);
        if (!links) return fail(links.error());
        transport_ = std::make_unique<net::Transport>(io_, std::move(*links), link_key, callbacks());
        api_server_ = std::make_unique<http::Server>(
            api_io_, api_config(config_),
            [this](http::Request request, http::Responder responder) { on_request(std::move(request), responder); });
        ops_server_ = std::make_unique<http::Server>(api_io_, ops_config(config_), make_ops_router(ops_sources()));
        // Clients first: a taken port of theirs is found before other nodes see this one come and go.
        const auto api_port = api_server_->start();
        if (!api_port) return fail(node::fault_of(api_port.error(), "listen.api"));
        const auto ops_port = ops_server_->start();
        if (!ops_port) return fail(node::fault_of(ops_port.error(), "listen.ops"));
        const auto peer_port = transport_->start();
        if (!peer_port) return fail(node::fault_of(peer_port.error(), "listen.peer"));
        log_->info("node.serving", {{"name", config_.name},
                                    {"chain", to_hex(genesis_.chain.value)},
                                    {"height", status_.get()->height.value},
                                    {"peer", *peer_port},
                                    {"api", *api_port},
                                    {"ops", *ops_port}});
        return {};
    }

    void run() {
        signals_.async_wait([this](const boost::system::error_code& error, int number) {
            if (!error) begin_stop(number);
        });
        driver_->start();
        wait_for_timer();
        std::jthread api{[this] {
            name_thread("api");
            api_io_.run();
        }};
        io_.run();
        // Everything that it serves has stopped. What pool and driver still post to it isn't run any more.
        api_io_.stop();
        api.join();
        pool_.stop();
        driver_->stop();
    }

private:
    [[nodiscard]] VerifyReports reports() {
        return {.on_refused =
                    [this](replica::RequestToken token, replica::Unusable why) {
                        asio::post(api_io_, [this, token, why] { submissions_.on_refused(token, why); });
                    },
                .on_overload =
                    [this](replica::RequestToken token) {
                        asio::post(api_io_, [this, token] { submissions_.on_overload(token); });
                    },
                .on_bad_message = [this](const std::string& peer, replica::WireError error) { on_bad(peer, error); },
                .on_misconduct = [this](const std::string& peer) { transport_->shun(peer); }};
    }

    [[nodiscard]] DriverEffects effects() {
        return {.send =
                    [this](const replica::SendTo& send) {
                        for (const ledger::MemberId& peer : send.peers) {
                            transport_->send(peer.value, send.bytes, class_of(send.lane));
                        }
                    },
                .reply =
                    [this](std::vector<replica::Reply> replies) {
                        asio::post(api_io_, [this, all = std::move(replies)] {
                            for (const replica::Reply& reply : all) submissions_.on_reply(reply);
                        });
                    },
                .halt =
                    [this](const replica::Halt& halt) {
                        const Fault fault{
                            .exit = exit_for(halt.code), .code = halt.code, .detail = halt.reason, .hint = halt.hint};
                        log_->fault(fault);
                        end_process(fault.exit);
                    }};
    }

    [[nodiscard]] net::Callbacks callbacks() {
        return {
            .on_message = [this](const std::string& peer, Bytes message) { pool_.message(peer, std::move(message)); },
            .on_up =
                [this](const std::string& peer, const crypto::PublicKey& key) {
                    log_->info("peer.up", {{"peer", peer}, {"key", to_hex(key.value)}});
                    pool_.link(peer, true);
                },
            .on_down =
                [this](const std::string& peer) {
                    log_->info("peer.down", {{"peer", peer}});
                    pool_.link(peer, false);
                },
            .on_dropped = [this](const std::string& peer,
                                 std::size_t messages) { metrics_.peer_dropped(peer, messages); },
            .on_log = [this](const net::LinkEvent& event) { log_link(*log_, event); }};
    }

    [[nodiscard]] OpsSources ops_sources() {
        return {.health = [this] { return health(); },
                .metrics = &metrics_,
                .version_json = version_json(service_.facts())};
    }

    [[nodiscard]] std::vector<HealthCheck> health() {
        return check_health(*status_.get(), {.now = wall_now(),
                                             .disk_free_bytes = disk_free_bytes(config_.data_dir),
                                             .disk_free_min_bytes = config_.disk_free_min_mib << 20U,
                                             .stopping = stopping_});
    }

    void on_request(http::Request request, const http::Responder& responder) {
        const std::string_view route = api::Api::route_of(request);
        api_.handle(std::move(request), [this, route, responder](http::Response response) {
            metrics_.request_answered(route, static_cast<int>(response.status));
            responder.send(std::move(response));
        });
    }

    // A member that sends nonsense must not fill the log: one line a second.
    void on_bad(const std::string& peer, replica::WireError error) {
        const std::uint64_t now = monotonic_now().value;
        std::uint64_t last = last_bad_ms_.load();
        if (now - last < 1000 || !last_bad_ms_.compare_exchange_strong(last, now)) return;
        log_->warn("peer.bad_message", {{"peer", peer}, {"code", replica::code(error)}});
    }

    void warn_of_clock() const {
        replica::Status status = *status_.get();
        status.block_time = std::max(status.block_time, genesis_.content.time);
        const HealthCheck clock = check_clock(status, wall_now());
        if (clock.ok) return;
        log_->warn("node.clock", {{"why", clock.why}, {"hint", "set this machine's clock: start NTP"}});
    }

    void log_health() {
        const std::vector<HealthCheck> checks = health();
        if (!ready_ && is_ready(checks)) {
            ready_ = true;
            log_->info("node.ready", {{"name", config_.name}, {"height", status_.get()->height.value}});
        }
        if (periods_ % health_every != 0) return;
        for (const HealthCheck& check : health_changes_.update(checks)) {
            log_->write(check.ok ? LogLevel::info : LogLevel::warn, check.ok ? "node.check_holds" : "node.check_failed",
                        {{"check", check.name}, {"why", check.why}});
        }
    }

    void wait_for_timer() {
        timer_.expires_after(timer_period);
        timer_.async_wait([this](const boost::system::error_code& error) {
            if (error) return;
            submissions_.on_time(Submissions::Clock::now());
            if (++periods_ % clock_every == 0) warn_of_clock();
            if (periods_ % disk_every == 0) metrics_.set_disk_free(disk_free_bytes(config_.data_dir));
            if (!stopping_ && (!ready_ || periods_ % health_every == 0)) log_health();
            wait_for_timer();
        });
    }

    void begin_stop(int signal) {
        log_->info("node.stopping", {{"signal", signal == SIGINT ? "SIGINT" : "SIGTERM"}});
        end_process_after(stop_seconds_max);
        to_stop_ = 3;
        const auto stopped = [this] {
            asio::post(io_, [this] {
                if (--to_stop_ == 0) io_.stop();
            });
        };
        asio::post(api_io_, [this, stopped] {
            stopping_ = true;
            submissions_.stop();
            api_server_->stop(answer_grace, stopped);
            ops_server_->stop(answer_grace, stopped);
        });
        transport_->stop(stopped);
    }

    // What others borrow comes first, so that it goes last.
    NodeConfig config_;
    const Log* log_;
    GenesisDocument genesis_;
    OpenStores stores_;
    Metrics metrics_{};
    Senders senders_;
    Inbox inbox_;
    StatusPicture status_{};
    replica::TransactionCache cache_{};
    replica::VerifyContext context_;
    std::atomic<std::uint64_t> last_bad_ms_{0};
    // The thread that called run() has the links and the signals. Reads of the stores may take long, so HTTP, with all
    // that waits for answers, is on a thread of its own.
    asio::io_context io_{1};
    asio::io_context api_io_{1};
    asio::signal_set signals_{io_, SIGTERM, SIGINT};
    asio::steady_timer timer_{api_io_};
    VerifyPool pool_;
    Submissions submissions_;
    Service service_;
    api::Api api_;
    std::unique_ptr<net::Transport> transport_{};
    std::unique_ptr<Driver> driver_{};
    std::unique_ptr<http::Server> api_server_{};
    std::unique_ptr<http::Server> ops_server_{};
    // The API's thread only.
    bool stopping_{false};
    bool ready_{false};
    HealthChanges health_changes_;
    unsigned periods_{0};
    // The network thread only.
    int to_stop_{0};
};

Node::Node(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
Node::Node(Node&&) noexcept = default;
Node::~Node() = default;

void Node::run() {
    impl_->run();
}

Result<Node, Fault> Node::start(NodeConfig config, const Log& log) {
    Result<GenesisDocument, Fault> genesis = read_genesis(config.genesis);
    if (!genesis) return fail(genesis.error());
    Result<NodeKeys, Fault> keys = open_keys(config, genesis->content);
    if (!keys) return fail(keys.error());
    Result<OpenStores, Fault> stores = open_stores(config, *genesis);
    if (!stores) return fail(stores.error());
    auto impl = std::make_unique<Impl>(std::move(config), log, std::move(*genesis), std::move(*stores));
    if (const auto opened = impl->open_replica(*keys); !opened) return fail(opened.error());
    if (const auto listening = impl->listen(keys->link); !listening) return fail(listening.error());
    return Node{std::move(impl)};
}

}  // namespace datadeed::node
