#include "node/net/outbox.h"

#include "node/net/frame.h"

namespace datadeed::net {

std::size_t Outbox::push(std::shared_ptr<const Bytes> message, Class urgency) {
    if (message->size() > bytes_max_) return 1;
    std::size_t dropped = 0;
    while (bytes_ + message->size() > bytes_max_) {
        // There is one, as no message is larger than the bound.
        drop_front(*std::ranges::find_if_not(queues_.rbegin(), queues_.rend(), &Queue::empty));
        ++dropped;
    }
    bytes_ += message->size();
    queues_[static_cast<std::size_t>(urgency)].push_back(std::move(message));
    return dropped;
}

std::size_t Outbox::take(Bytes& out, std::size_t size) {
    std::size_t taken = 0;
    while (!empty() && out.size() < size) {
        Queue& queue = *std::ranges::find_if_not(queues_, &Queue::empty);
        append_frame(out, *queue.front());
        drop_front(queue);
        ++taken;
    }
    return taken;
}

void Outbox::clear() {
    for (Queue& queue : queues_) queue.clear();
    bytes_ = 0;
}

void Outbox::drop_front(Queue& queue) {
    bytes_ -= queue.front()->size();
    queue.pop_front();
}

}  // namespace datadeed::net
