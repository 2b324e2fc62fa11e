#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

#include "base/assert.h"
#include "node/limits.h"
#include "node/rank.h"

// Whose work is done next, when several senders have some waiting. Pure: no clock, no lock; not for several threads.

namespace datadeed::node {

// A queue for each sender (a peer counts as two: verify_pool.h), and rounds by deficit (M. Shreedhar, G. Varghese:
// Efficient fair queuing using deficit round robin, 1996) with the cost of a piece of work in bytes. What it bounds is
// order only: how much may wait is for the caller to say.
template <class T>
class Turns {
public:
    // `one_at_a_time`: the next piece of its work isn't handed out before done() was called for the last one, so its
    // order is kept whichever thread does it.
    struct Kind {
        Rank rank{};
        bool one_at_a_time{true};
    };
    struct Turn {
        std::size_t sender{};
        T work{};
    };

    std::size_t add(Kind kind) {  // the sender's number: 0, 1, 2...
        senders_.push_back(Sender{.kind = kind});
        return senders_.size() - 1;
    }

    void set_rank(std::size_t number, Rank rank) {
        Kind& kind = senders_.at(number).kind;
        const bool waits = std::erase(round_of(kind.rank), number) > 0;
        kind.rank = rank;
        if (waits) enter(number);
    }

    void push(std::size_t number, std::size_t cost, T work) {
        Sender& sender = senders_.at(number);
        sender.queue.push_back(Piece{.cost = cost, .work = std::move(work)});
        ++size_;
        if (sender.queue.size() == 1 && !sender.busy) enter(number);
    }
    // Nothing when all is done, or what is left belongs to senders whose last piece isn't done.
    [[nodiscard]] std::optional<Turn> take() {
        Round& validators = round_of(Rank::validator);
        Round& others = round_of(Rank::other);
        if (validators.empty() || others.empty()) {
            earned_ = 0;
            if (validators.empty() && others.empty()) return std::nullopt;
            return pop(next_of(validators.empty() ? others : validators));
        }
        const std::size_t other = next_of(others);
        const std::size_t price = validators_part * senders_[other].queue.front().cost;
        if (earned_ >= price) {
            earned_ -= price;
            return pop(other);
        }
        const std::size_t validator = next_of(validators);
        earned_ += senders_[validator].queue.front().cost;
        return pop(validator);
    }

    // The next piece of a validator that costs no more than `cost_max`, out of turn.
    [[nodiscard]] std::optional<Turn> take_small(std::size_t cost_max) {
        for (const std::size_t number : round_of(Rank::validator)) {
            if (senders_[number].queue.front().cost <= cost_max) return pop(number);
        }
        return std::nullopt;
    }

    // The piece that was handed out is done. Whether another one of the same sender can be handed out because of it.
    bool done(std::size_t number) {
        Sender& sender = senders_.at(number);
        if (!sender.kind.one_at_a_time) return false;
        DATADEED_ASSERT(sender.busy);
        sender.busy = false;
        enter(number);
        return !sender.queue.empty();
    }

    [[nodiscard]] bool is_empty() const { return size_ == 0; }  // whether nothing waits

private:
    struct Piece {
        std::size_t cost{};
        T work{};
    };
    struct Sender {
        Kind kind{};
        std::deque<Piece> queue{};
        std::size_t credit{};
        bool busy{};
    };
    // Senders with work that may be handed out, in the order of their turns.
    using Round = std::deque<std::size_t>;

    Round& round_of(Rank rank) { return rounds_[static_cast<std::size_t>(rank)]; }

    [[nodiscard]] static bool can_pay(const Sender& sender) { return sender.queue.front().cost <= sender.credit; }

    // The first that can pay for its next piece, perhaps with this turn's credit; those that still can't go behind.
    std::size_t next_of(Round& round) {
        while (true) {
            const std::size_t number = round.front();
            Sender& sender = senders_[number];
            if (!can_pay(sender)) sender.credit += turn_bytes;
            if (can_pay(sender)) return number;
            round.pop_front();
            round.push_back(number);
        }
    }

    // A sender whose turn isn't over goes on.
    void enter(std::size_t number) {
        const Sender& sender = senders_[number];
        Round& round = round_of(sender.kind.rank);
        if (!sender.queue.empty()) round.insert(can_pay(sender) ? round.begin() : round.end(), number);
    }

    Turn pop(std::size_t number) {
        Sender& sender = senders_[number];
        Piece piece = std::move(sender.queue.front());
        sender.queue.pop_front();
        --size_;
        // Who has no work saves up nothing.
        sender.credit = sender.queue.empty() ? 0 : sender.credit - std::min(sender.credit, piece.cost);
        std::erase(round_of(sender.kind.rank), number);
        sender.busy = sender.kind.one_at_a_time;
        if (!sender.busy) enter(number);
        return Turn{.sender = number, .work = std::move(piece.work)};
    }

    std::deque<Sender> senders_;
    std::array<Round, 2> rounds_;
    std::size_t size_{0};
    std::size_t earned_{0};  // by the others, while validators were served first
};

}  // namespace datadeed::node
