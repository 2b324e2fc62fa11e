#include "node/throttled_keys.h"

#include "node/limits.h"

namespace datadeed::node {

// Whoever is in it already keeps its end, so that the order stays that of the ends.
void ThrottledKeys::add(const crypto::PublicKey& key, Clock::time_point now) {
    while (!order_.empty() && (until_.at(order_.front()) <= now || order_.size() >= throttled_keys_max)) {
        until_.erase(order_.front());
        order_.pop_front();
    }
    if (until_.emplace(key, now + throttle_time).second) order_.push_back(key);
}

}  // namespace datadeed::node
