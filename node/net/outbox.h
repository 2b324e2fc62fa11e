#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>

#include "base/bytes.h"
#include "node/net/transport.h"

namespace datadeed::net {

// What waits to be sent to one peer, bounded in bytes. When a message would exceed the bound, the oldest messages of
// the last class that has any are dropped: what is newest is what the receiver can still use, and consensus sends again
// what matters. Pure; not for several threads.
class Outbox {
public:
    explicit Outbox(std::size_t bytes_max) : bytes_max_{bytes_max} {}

    // How many messages were dropped for it; with one that is larger than the bound itself: that one.
    std::size_t push(std::shared_ptr<const Bytes> message, Class urgency);

    // Appends frames to `out`, in the order of classes, as long as `out` is shorter than `size`; how many.
    std::size_t take(Bytes& out, std::size_t size);

    void clear();

    [[nodiscard]] bool empty() const { return std::ranges::all_of(queues_, &Queue::empty); }
    [[nodiscard]] std::size_t bytes() const { return bytes_; }

private:
    using Queue = std::deque<std::shared_ptr<const Bytes>>;
    void drop_front(Queue& queue);

    std::size_t bytes_max_;
    std::size_t bytes_{0};
    std::array<Queue, classes> queues_;  // by class
};

}  // namespace datadeed::net
