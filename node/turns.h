#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "base/assert.h"

// Whose work is done next, when several senders have some waiting. Pure: no clock, no lock; not for several threads.

namespace datadeed::node {

// While both wait, validators get validators_part bytes of work for each byte of the others: consensus stays ahead of
// observers and clients, and a validator that floods can't shut them out.
enum class Rank : std::uint8_t { validator, other };
inline constexpr std::size_t validators_part = 8;

// Among those of one rank, each gets so many bytes' worth of turns a round, whatever the size of its messages.
inline constexpr std::size_t turn_bytes = std::size_t{16} << 10U;

// A queue for each sender, and rounds by deficit (M. Shreedhar, G. Varghese: Efficient fair queuing using deficit round
// robin, 1996) with the cost of a piece of work in bytes. What it bounds is order only: how much may wait is for the
// caller to say.
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

    // The sender's number: 0, 1, 2...
    std::size_t add(Kind kind) {
        senders_.push_back(Sender{.kind = kind, .queue = {}, .credit = 0, .busy = false});
        return senders_.size() - 1;
    }

    void push(std::size_t number, std::size_t cost, T work) {
        Sender& sender = senders_.at(number);
        const bool was_empty = sender.queue.empty();
        sender.queue.push_back(Piece{.cost = cost, .work = std::move(work)});
        ++size_;
        if (was_empty && !sender.busy) round_of(sender).push_back(number);
    }

    // Nothing when all is done, or what is left belongs to senders whose last piece isn't done.
    [[nodiscard]] std::optional<Turn> take() {
        Round& validators = rounds_[static_cast<std::size_t>(Rank::validator)];
        Round& others = rounds_[static_cast<std::size_t>(Rank::other)];
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
        for (const std::size_t number : rounds_[static_cast<std::size_t>(Rank::validator)]) {
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
        if (sender.queue.empty()) {
            sender.credit = 0;
            return false;
        }
        if (sender.queue.front().cost <= sender.credit) {
            round_of(sender).push_front(number);
        } else {
            round_of(sender).push_back(number);
        }
        return true;
    }

    // Whether nothing waits.
    [[nodiscard]] bool is_empty() const { return size_ == 0; }

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

    Round& round_of(const Sender& sender) { return rounds_[static_cast<std::size_t>(sender.kind.rank)]; }

    // The first that can pay for its next piece; those before it are given a turn's credit and go behind.
    std::size_t next_of(Round& round) {
        while (true) {
            const std::size_t number = round.front();
            Sender& sender = senders_[number];
            if (sender.queue.front().cost <= sender.credit) return number;
            sender.credit += turn_bytes;
            round.pop_front();
            round.push_back(number);
        }
    }

    Turn pop(std::size_t number) {
        Sender& sender = senders_[number];
        Piece piece = std::move(sender.queue.front());
        sender.queue.pop_front();
        --size_;
        sender.credit -= std::min(sender.credit, piece.cost);
        if (sender.kind.one_at_a_time) {
            sender.busy = true;
            std::erase(round_of(sender), number);
        } else if (sender.queue.empty()) {
            sender.credit = 0;
            std::erase(round_of(sender), number);
        }
        return Turn{.sender = number, .work = std::move(piece.work)};
    }

    std::vector<Sender> senders_;
    std::array<Round, 2> rounds_;
    std::size_t size_{0};
    std::size_t earned_{0};  // by the others, while validators were served first
};

}  // namespace datadeed::node
