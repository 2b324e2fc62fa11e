#pragma once

#include <chrono>
#include <deque>
#include <map>

#include "crypto/sign.h"

namespace datadeed::node {

// Keys whose member's quota was found full within throttle_time. What they send is refused unseen, above all without a
// look at its signature: who sends without end costs the others little by it. Whoever claims another's key gets nothing
// but that answer. At most throttled_keys_max of them; the oldest go. One thread.
class ThrottledKeys {
public:
    using Clock = std::chrono::steady_clock;

    [[nodiscard]] bool contains(const crypto::PublicKey& key, Clock::time_point now) const {
        const auto found = until_.find(key);
        return found != until_.end() && now < found->second;
    }
    // Only for a key whose signature was checked: whoever is added is turned away unseen for throttle_time.
    void add(const crypto::PublicKey& key, Clock::time_point now);

private:
    std::map<crypto::PublicKey, Clock::time_point> until_;
    std::deque<crypto::PublicKey> order_;  // of until_, the first to end first
};

}  // namespace datadeed::node
