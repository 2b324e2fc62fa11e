#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <variant>

#include "ledger/types.h"
#include "node/replica/limits.h"
#include "node/replica/wire.h"

namespace datadeed::replica {

// How much of this node's time and uplink goes into answering questions for blocks, bodies and snapshots: so many bytes
// a second for each peer, and so many for all of them together, whatever is asked and however often events come. A
// question that comes too early waits for its turn, a few of each peer. One thread; the time is handed in, in ms.
class Serving {
public:
    // Whether a question of this peer may be answered now.
    [[nodiscard]] bool may_answer(const ledger::MemberId& peer, std::uint64_t now_ms);
    // An answer of so many bytes was made, or as many were read in vain; it counts as serve_bytes_min at least.
    void spend(const ledger::MemberId& peer, std::size_t bytes);

    // Keeps a question for later, unless as many of this peer wait as an honest one has under way.
    using Question = std::variant<FetchBlocks, FetchSnapshot, FetchPart>;
    void defer(const ledger::MemberId& peer, const Question& question);
    struct Turn {
        ledger::MemberId peer{};
        Question question{};
    };
    // One that waited and may be answered now.
    [[nodiscard]] std::optional<Turn> take_turn(std::uint64_t now_ms);
    // Nobody waits for these answers any more. What was spent stays spent.
    void note_down(const ledger::MemberId& peer) { waiting_.erase(peer); }

private:
    // Bytes that may be spent; an answer may go below zero, and what follows waits longer. Full after serve_saved_ms.
    class Allowance {
    public:
        explicit Allowance(std::uint64_t per_second) : per_second_{per_second}, left_{full()} {}
        [[nodiscard]] bool is_open(std::uint64_t now_ms);
        void spend(std::size_t bytes) { left_ -= static_cast<std::int64_t>(bytes); }

    private:
        [[nodiscard]] std::int64_t full() const {
            return static_cast<std::int64_t>(per_second_ * serve_saved_ms / 1'000);
        }

        std::uint64_t per_second_;
        std::int64_t left_;
        std::uint64_t filled_ms_{0};
    };
    [[nodiscard]] bool is_open(const ledger::MemberId& peer, std::uint64_t now_ms);

    Allowance all_{serve_bytes_per_second_all};
    std::map<ledger::MemberId, Allowance> each_;  // of the nodes of the chain
    std::map<ledger::MemberId, std::deque<Question>> waiting_;
    ledger::MemberId last_turn_{};
};

}  // namespace datadeed::replica
