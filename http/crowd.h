#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace datadeed::http {

// Where a connection stands, in the order in which they make room for a newcomer: one that never sent a whole request,
// one between two requests, one that takes its answer slowly. One whose request is being worked on never does.
enum class Standing : std::uint8_t { fresh, idle, sending, busy };
inline constexpr std::size_t standings = 4;

// How long an answer may be on its way before its connection may be closed for a newcomer.
inline constexpr std::chrono::milliseconds sending_patience{1'000};

// The connections of a server, the longest in its standing first. An honest client needs milliseconds from connecting
// to its request, and one that is idle connects again when it has to: so strangers that only hold connections open,
// however many they are, keep nobody else out. Not for several threads.
template <class T>
class Crowd {
public:
    using Clock = std::chrono::steady_clock;

    void enter(std::shared_ptr<T> one) { put(std::move(one), Standing::fresh, {}); }
    // Also one that was taken out to go, and got to work before it went: it is back then.
    void move(const std::shared_ptr<T>& one, Standing to, Clock::time_point now) {
        leave(one);
        put(one, to, now);
    }
    // Ignores who isn't there.
    void leave(const std::shared_ptr<T>& one) {
        const auto found = places_.find(one.get());
        if (found == places_.end()) return;
        queue_of(found->second.standing).erase(found->second.at);
        places_.erase(found);
    }
    void clear() {
        places_.clear();
        for (Queue& queue : queues_) queue.clear();
    }

    // Takes out the one that makes room; null when all are at work.
    [[nodiscard]] std::shared_ptr<T> take_one_to_go(Clock::time_point now) {
        for (const Standing standing : {Standing::fresh, Standing::idle, Standing::sending}) {
            const Queue& queue = queue_of(standing);
            if (queue.empty()) continue;
            if (standing == Standing::sending && now - queue.front().since < sending_patience) continue;
            std::shared_ptr<T> one = queue.front().one;
            leave(one);
            return one;
        }
        return nullptr;
    }

    [[nodiscard]] std::size_t size() const { return places_.size(); }
    [[nodiscard]] std::vector<std::shared_ptr<T>> all() const {
        std::vector<std::shared_ptr<T>> every;
        for (const Queue& queue : queues_) {
            for (const Entry& entry : queue) every.push_back(entry.one);
        }
        return every;
    }

private:
    struct Entry {
        std::shared_ptr<T> one{};
        Clock::time_point since{};
    };
    using Queue = std::list<Entry>;
    struct Place {
        Standing standing{};
        typename Queue::iterator at{};
    };

    Queue& queue_of(Standing standing) { return queues_[static_cast<std::size_t>(standing)]; }
    void put(std::shared_ptr<T> one, Standing standing, Clock::time_point now) {
        T* const key = one.get();
        Queue& queue = queue_of(standing);
        const auto at = queue.insert(queue.end(), Entry{.one = std::move(one), .since = now});
        places_.emplace(key, Place{.standing = standing, .at = at});
    }

    std::array<Queue, standings> queues_;
    std::map<const T*, Place> places_;
};

}  // namespace datadeed::http
