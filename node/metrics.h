#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "node/replica/status.h"

// Counters and gauges for Prometheus; docs/operations.md lists them. Any thread may call anything.

namespace datadeed::node {

class Metrics {
public:
    Metrics();
    ~Metrics();
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;

    // Height, view, pool and peers as they are now.
    void show(const replica::Status& status);
    // A block became final here, this long after its own time, with so many transactions.
    void block_committed(std::chrono::milliseconds after, std::uint64_t transactions);
    // One turn of the replica, with so many events.
    void replica_step(std::chrono::microseconds took, std::size_t events);
    void view_changed();
    // A submission was answered: "committed", "refused", "busy".
    void submission_answered(std::string_view result);
    // A message that wasn't taken in: "queue_full", "bad_message", "shunned"... (docs/operations.md)
    void message_dropped(std::string_view reason);
    // Messages to this peer were thrown away: its link is slower than what there is to say.
    void peer_dropped(const std::string& peer, std::size_t messages);
    void request_answered(std::string_view route, int status);
    void set_queue_size(std::size_t events);
    void set_disk_free(std::uint64_t bytes);

    // All of them in the text format of Prometheus.
    [[nodiscard]] std::string text() const;

private:
    struct Families;
    std::unique_ptr<Families> families_;
};

}  // namespace datadeed::node
