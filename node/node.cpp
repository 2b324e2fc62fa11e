#include "node/node.h"

#include <atomic>
#include <csignal>
#include <memory>
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
#include "node/evidence_keeper.h"
#include "node/ops.h"
#include "node/posted.h"
#include "node/process.h"
#include "node/ready_desk.h"
#include "node/service.h"
#include "node/store_tasks.h"
#include "node/wiring.h"

namespace datadeed::node {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::milliseconds timer_period{100};
constexpr unsigned disk_every = 10;    // periods between two looks at the disk
constexpr unsigned health_every = 50;  // periods between two looks at the checks for the log
constexpr unsigned clock_every = 600;  // periods between two warnings of a wrong clock
constexpr std::chrono::milliseconds answer_grace{500};
constexpr std::chrono::seconds evidence_grace{2};
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
          senders_{genesis_.content.nodes, pinned_peers(config_)},
          inbox_{senders_.events_max()},
          store_tasks_{stores_, config_, inbox_, *log_},
          pool_{static_cast<std::size_t>(config_.verify_threads), context_, inbox_, senders_, metrics_, reports()},
          submissions_{pool_, inbox_, metrics_},
          evidence_{chain::posix_files(), stores_.folder.evidence_path(), genesis_.chain},
          service_{facts_of(config_, genesis_), stores_, status_, submissions_, evidence_, on_store_error()},
          evidence_keeper_{evidence_, log, [this] { return service_.state(std::nullopt); }},
          api_{service_},
          ready_desk_{inbox_, config_.name, genesis_.chain} {}

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
        know_epochs(driver_->epochs());
        warn_of_clock();
        const auto opened = evidence_keeper_.open();
        if (!opened) return fail(node::fault_of(opened.error()));
        return {};
    }

    [[nodiscard]] Result<void, Fault> listen(const crypto::SecretKey& link_key) {
        const ledger::ValidatorSet& nodes = driver_->epochs().back().nodes;
        for (const std::string& peer : unknown_peers(config_, nodes)) {
            if (status_.get()->height.value == 0) return fail(unknown_peer(peer));
            log_->warn("peer.unknown", {{"peer", peer}, {"hint", "it is dialled once the chain names it"}});
        }
        transport_ =
            std::make_unique<net::Transport>(io_, net_config(config_, genesis_.chain, nodes), link_key, callbacks());
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

    bool run() {
        signals_.async_wait([this](const boost::system::error_code& error, int number) {
            if (!error) on_signal(number);
        });
        driver_->start();
        wait_for_timer();
        std::jthread api{[this] {
            name_thread("api");
            api_io_.run();
        }};
        io_.run();
        io_.restart();  // for a signal that came meanwhile
        io_.poll();
        // Everything that it serves has stopped. What pool and driver still post to it isn't run any more.
        api_io_.stop();
        api.join();
        pool_.stop();
        driver_->stop();
        return starts_again_;
    }

private:
    // What doesn't touch the replica: what is checked with whose keys.
    void know_epochs(const replica::Epochs& epochs) {
        context_.set(std::make_shared<const replica::VerifyContext>(
            replica::make_verify_context(genesis_.content, genesis_.chain, epochs, cache_)));
        pool_.begin_epoch(epochs.back().nodes);
    }

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
                        const bool asks = is_question(*send.bytes);
                        for (const ledger::MemberId& peer : send.peers) {
                            if (asks) pool_.expect_answer(peer.value);
                            transport_->send(peer.value, send.bytes, class_of(send.lane));
                        }
                    },
                .reply =
                    [this](std::vector<replica::Reply> replies) {
                        asio::post(api_io_, [this, all = std::move(replies)] {
                            for (const auto& reply : all) submissions_.on_reply(reply, Submissions::Clock::now());
                        });
                    },
                .begin_epoch =
                    [this](const replica::Epochs& epochs) {
                        know_epochs(epochs);
                        transport_->welcome(welcome_of(config_, epochs.back().nodes));
                        asio::post(api_io_, [this] { evidence_keeper_.look_again(); });
                    },
                .ready =
                    [this](replica::ReadyAnswer answer) {
                        asio::post(api_io_, [this, said = std::move(answer)] { ready_desk_.answer(said); });
                    },
                .evidence =
                    [this](replica::EvidenceFound evidence) {
                        asio::post(api_io_, [this, found = std::move(evidence)] { evidence_keeper_.keep(found); });
                    },
                .store_work = [this](const replica::StoreWork& work) { store_tasks_.begin(work); },
                .start_again =
                    [this](const replica::StartAgain& again) {
                        log_->info("node.starts_again", {{"snapshot", again.height.value}});
                        asio::post(io_, [this] { begin_stop(true); });
                    },
                .halt =
                    [this](const replica::Halt& halt) {
                        const Fault fault = node::fault_of(halt);
                        log_->fault(fault);
                        finish_evidence();
                        end_process(fault.exit);
                    }};
    }

    // What was found in the step that halts, and in those before, is still to be written by the API's thread.
    void finish_evidence() {
        if (wait_for_posted(api_io_, evidence_grace)) return;
        log_->warn("evidence.not_kept", {{"why", "this process has no more time to write what it just found"}});
    }

    [[nodiscard]] net::Callbacks callbacks() {
        return {.on_message = [this](const std::string& peer,
                                     Bytes message) { return pool_.message(peer, std::move(message)); },
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
                .version_json = version_json(service_.facts()),
                .say_ready = [this](const crypto::PublicKey& vote,
                                    const http::Responder& responder) { ready_desk_.ask(vote, responder); }};
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

    void on_signal(int signal) {
        log_->info("node.stopping", {{"signal", signal == SIGINT ? "SIGINT" : "SIGTERM"}});
        end_process_after(stop_seconds_max);
        begin_stop(false);
    }

    // A second call only says what is to follow.
    void begin_stop(bool starts_again) {
        const bool is_stopping = to_stop_ > 0;
        starts_again_ = starts_again && !is_stopping;
        if (is_stopping) return;
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
    StoreTasks store_tasks_;
    StatusPicture status_{};
    replica::TransactionCache cache_{};
    ContextPicture context_{};
    std::atomic<std::uint64_t> last_bad_ms_{0};
    // The thread that called run() has the links and the signals. Reads of the stores may take long, so HTTP, with all
    // that waits for answers, is on a thread of its own.
    asio::io_context io_{1};
    asio::io_context api_io_{1};
    asio::signal_set signals_{io_, SIGTERM, SIGINT};
    asio::steady_timer timer_{api_io_};
    VerifyPool pool_;
    Submissions submissions_;
    EvidenceBook evidence_;  // the API's thread, once it runs
    Service service_;
    EvidenceKeeper evidence_keeper_;
    api::Api api_;
    std::unique_ptr<net::Transport> transport_{};
    std::unique_ptr<Driver> driver_{};
    std::unique_ptr<http::Server> api_server_{};
    std::unique_ptr<http::Server> ops_server_{};
    // The API's thread only.
    bool stopping_{false};
    bool ready_{false};
    HealthChanges health_changes_;
    ReadyDesk ready_desk_;
    unsigned periods_{0};
    // The network thread only.
    int to_stop_{0};
    bool starts_again_{false};
};

Node::Node(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
Node::Node(Node&&) noexcept = default;
Node::~Node() = default;

bool Node::run() {
    return impl_->run();
}

Result<Node, Fault> Node::start(NodeConfig config, const Log& log) {
    Result<GenesisDocument, Fault> genesis = read_genesis(config.genesis);
    if (!genesis) return fail(genesis.error());
    Result<OpenStores, Fault> stores = open_stores(config, *genesis);
    if (!stores) return fail(stores.error());
    log_takeover(log, stores->taken_over);
    const Result<ledger::ValidatorSet, Fault> nodes = read_nodes(*stores, *genesis);
    if (!nodes) return fail(nodes.error());
    Result<NodeKeys, Fault> keys = open_keys(config, *nodes);
    if (!keys) return fail(keys.error());
    auto impl = std::make_unique<Impl>(std::move(config), log, std::move(*genesis), std::move(*stores));
    if (const auto opened = impl->open_replica(*keys); !opened) return fail(opened.error());
    if (const auto listening = impl->listen(keys->link); !listening) return fail(listening.error());
    return Node{std::move(impl)};
}

}  // namespace datadeed::node
