#include "node/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include "node/version.h"

namespace datadeed::node {
namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;

// A gauge's value is a double by the library's design; counts stay exact below 2^53.
template <class Number>
auto as_double(Number value) {
    return static_cast<double>(value);
}

const Histogram::BucketBoundaries commit_buckets = {0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10};
const Histogram::BucketBoundaries step_buckets = {0.0001, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1};

}  // namespace

struct Metrics::Families {
    Gauge& gauge(const char* name, const char* help) { return gauges(name, help).Add({}); }
    Family<Gauge>& gauges(const char* name, const char* help) {
        return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
    }
    Family<Counter>& counters(const char* name, const char* help) {
        return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
    }
    Histogram& histogram(const char* name, const char* help, const Histogram::BucketBoundaries& buckets) {
        return prometheus::BuildHistogram().Name(name).Help(help).Register(registry).Add({}, buckets);
    }

    prometheus::Registry registry{};
    Gauge& height = gauge("datadeed_block_height", "Height of the last final block.");
    Gauge& log_size = gauge("datadeed_log_transactions", "Transactions in the log.");
    Gauge& cosigned = gauge("datadeed_checkpoint_height", "Last height whose checkpoint a quorum cosigned.");
    Gauge& epoch = gauge("datadeed_epoch", "Number of the present epoch: how often those who serve have changed.");
    Gauge& view = gauge("datadeed_pbft_view", "View of the consensus, counted within the epoch.");
    Gauge& catching_up = gauge("datadeed_catching_up", "1 while blocks are fetched from others.");
    Gauge& quorum = gauge("datadeed_quorum_connected", "1 while enough validators are connected for progress.");
    Gauge& voting = gauge("datadeed_voting", "1 when this node votes.");
    Gauge& pool_size = gauge("datadeed_tx_pool_size", "Transactions that wait for a block.");
    Gauge& pool_bytes = gauge("datadeed_tx_pool_bytes", "Bytes of them.");
    Gauge& queue_size = gauge("datadeed_event_queue_size", "Events that wait for the replica.");
    Gauge& disk_free = gauge("datadeed_disk_free_bytes", "Free space where the data folder is.");
    Family<Gauge>& peer_up = gauges("datadeed_peer_up", "1 while the link to the peer is open.");
    Family<Gauge>& peer_lag = gauges("datadeed_peer_lag_blocks", "Blocks that the peer is behind this node.");
    Counter& view_changes =
        counters("datadeed_pbft_view_changes_total", "Views that this node has entered since its start.").Add({});
    Counter& transactions =
        counters("datadeed_tx_committed_total", "Transactions in blocks that became final.").Add({});
    Family<Counter>& submissions = counters("datadeed_tx_total", "Submissions by clients, by their answer.");
    Family<Counter>& dropped = counters("datadeed_messages_dropped_total", "Messages of peers not taken in.");
    Family<Counter>& peer_dropped =
        counters("datadeed_peer_dropped_total", "Messages to a peer thrown away, as too much waited for it.");
    Family<Counter>& requests = counters("datadeed_http_requests_total", "HTTP requests by route and status.");
    Histogram& commit =
        histogram("datadeed_block_commit_seconds", "From a block's time until it is final here.", commit_buckets);
    Histogram& step =
        histogram("datadeed_replica_step_seconds", "One turn of the replica, disk included.", step_buckets);
    Counter& events = counters("datadeed_replica_events_total", "Events that the replica has taken in.").Add({});
};

Metrics::Metrics() : families_{std::make_unique<Families>()} {
    families_->gauges("datadeed_build_info", "Constant 1; the version is the label.")
        .Add({{"version", std::string{version()}}})
        .Set(1);
}

Metrics::~Metrics() = default;

void Metrics::show(const replica::Status& status) {
    Families& f = *families_;
    f.height.Set(as_double(status.height.value));
    f.log_size.Set(as_double(status.log_size));
    f.cosigned.Set(as_double(status.cosigned.value));
    f.epoch.Set(as_double(status.epoch));
    f.view.Set(as_double(status.view));
    f.catching_up.Set(status.catching_up ? 1 : 0);
    f.quorum.Set(status.has_quorum ? 1 : 0);
    f.voting.Set(status.duty == replica::Duty::voting ? 1 : 0);
    f.pool_size.Set(as_double(status.pool_transactions));
    f.pool_bytes.Set(as_double(status.pool_bytes));
    for (const replica::PeerStatus& peer : status.peers) {
        const std::uint64_t lag =
            status.height > peer.height ? status.height.value - peer.height.value : std::uint64_t{0};
        f.peer_up.Add({{"peer", peer.member.value}}).Set(peer.connected ? 1 : 0);
        f.peer_lag.Add({{"peer", peer.member.value}}).Set(as_double(lag));
    }
}

void Metrics::block_committed(std::chrono::milliseconds after, std::uint64_t transactions) {
    families_->commit.Observe(as_double(after.count()) / 1000);
    families_->transactions.Increment(as_double(transactions));
}

void Metrics::replica_step(std::chrono::microseconds took, std::size_t events) {
    families_->step.Observe(as_double(took.count()) / 1'000'000);
    families_->events.Increment(as_double(events));
}

void Metrics::view_changed() {
    families_->view_changes.Increment();
}

void Metrics::submission_answered(std::string_view result) {
    families_->submissions.Add({{"result", std::string{result}}}).Increment();
}

void Metrics::message_dropped(std::string_view reason) {
    families_->dropped.Add({{"reason", std::string{reason}}}).Increment();
}

void Metrics::peer_dropped(const std::string& peer, std::size_t messages) {
    families_->peer_dropped.Add({{"peer", peer}}).Increment(as_double(messages));
}

void Metrics::request_answered(std::string_view route, int status) {
    families_->requests.Add({{"route", std::string{route}}, {"status", std::to_string(status)}}).Increment();
}

void Metrics::set_queue_size(std::size_t events) {
    families_->queue_size.Set(as_double(events));
}

void Metrics::set_disk_free(std::uint64_t bytes) {
    families_->disk_free.Set(as_double(bytes));
}

std::string Metrics::text() const {
    return prometheus::TextSerializer{}.Serialize(families_->registry.Collect());
}

}  // namespace datadeed::node
