#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <utility>

#include "node/queue.h"
#include "node/replica/events.h"

// What waits for the replica thread.

namespace datadeed::node {

// Counts bytes on their way, so that many large messages are refused before many small ones are too many. Any thread.
class ByteBudget {
public:
    explicit ByteBudget(std::size_t most) : most_{most} {}

    // Gives the bytes back when it goes. Must not outlive the budget.
    class Lease {
    public:
        Lease() = default;
        Lease(ByteBudget& budget, std::size_t bytes) : budget_{&budget}, bytes_{bytes} {}
        Lease(Lease&& other) noexcept : budget_{std::exchange(other.budget_, nullptr)}, bytes_{other.bytes_} {}
        Lease& operator=(Lease&& other) noexcept {
            std::swap(budget_, other.budget_);
            std::swap(bytes_, other.bytes_);
            return *this;
        }
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;
        ~Lease() {
            if (budget_ != nullptr) budget_->used_.fetch_sub(bytes_);
        }

        // Takes so many more; false, and nothing is changed, when more than `most` would then be taken in all.
        [[nodiscard]] bool grow(std::size_t more, std::size_t most) {
            if (more == 0) return true;
            if (budget_ == nullptr) return false;
            if (budget_->used_.fetch_add(more) + more > most) {
                budget_->used_.fetch_sub(more);
                return false;
            }
            bytes_ += more;
            return true;
        }

    private:
        ByteBudget* budget_{nullptr};
        std::size_t bytes_{0};
    };

    // What is taken above it stays so until it comes back.
    void set_most(std::size_t most) { most_ = most; }

    // Nothing when there is no room.
    [[nodiscard]] std::optional<Lease> take(std::size_t bytes) { return take(bytes, most_); }

    // For what may fill the budget only up to `most`.
    [[nodiscard]] std::optional<Lease> take(std::size_t bytes, std::size_t most) {
        if (used_.fetch_add(bytes) + bytes <= most) return Lease{*this, bytes};
        used_.fetch_sub(bytes);
        return std::nullopt;
    }

    [[nodiscard]] std::size_t used() const { return used_.load(); }
    [[nodiscard]] std::size_t most() const { return most_.load(); }

private:
    std::atomic<std::size_t> most_;
    std::atomic<std::size_t> used_{0};
};

struct InboxItem {
    replica::Event event;
    ByteBudget::Lease lease{};
};

using Inbox = Queue<InboxItem>;

}  // namespace datadeed::node
