#pragma once

#include <chrono>
#include <deque>
#include <map>

#include "crypto/sign.h"

namespace datadeed::node {

// Keys whose members were told within full_told_time that their part of the pool is full. They are told so again
// without a look at what they send, above all at its signature: who sends without end costs the others little by it.
// Whoever claims another's key gets nothing but that answer. At most full_keys_max of them, the oldest go. One thread.
class FullParts {
public:
    using Clock = std::chrono::steady_clock;

    [[nodiscard]] bool has(const crypto::PublicKey& key, Clock::time_point now) const {
        const auto found = until_.find(key);
        return found != until_.end() && now < found->second;
    }
    void note(const crypto::PublicKey& key, Clock::time_point now);

private:
    std::map<crypto::PublicKey, Clock::time_point> until_;
    std::deque<crypto::PublicKey> order_;  // of until_, the first to end first
};

}  // namespace datadeed::node
