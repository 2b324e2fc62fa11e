#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/types.h"
#include "ledger/types.h"
#include "node/replica/limits.h"
#include "node/replica/peer_event.h"

namespace datadeed::replica {

// Catching up at any lag. What one peer says about its height only decides whom to ask, and is forgotten when it can't
// show it; blocks count by their certificates, which were checked before they come here. Several ranges are under way
// at once, each with another peer if possible; a range that isn't answered in time goes to somebody else, and who
// didn't answer is left alone for a while. Blocks come out in order. One thread; no clock: the time is handed in, in
// ms.
class Sync {
public:
    // At most `faults` of `validators` lie.
    Sync(std::set<ledger::MemberId> validators, std::size_t faults)
        : validators_{std::move(validators)}, faults_{faults} {}

    // A peer says that this is its last final block.
    void note_tip(const ledger::MemberId& peer, Height height);
    void note_votes(const ledger::MemberId& peer, bool votes) { peers_[peer].votes = votes; }
    void note_down(const ledger::MemberId& peer);

    struct Ask {
        ledger::MemberId peer{};
        FetchBlocks request{};
    };
    struct Moment {
        Height ours{};
        std::uint64_t now_ms{};
        // For how long a lag is left to itself: votes on their way are quicker than a fetch.
        std::uint64_t patience_ms{};
    };
    // What to ask now; called again and again.
    [[nodiscard]] std::vector<Ask> due(const Moment& moment);

    // Takes an answer in; one that wasn't asked for, or came too late, is ignored.
    struct Now {
        Height ours{};
        std::uint64_t now_ms{};
    };
    void receive(const ledger::MemberId& peer, CheckedBlocks answer, const Now& now);
    struct Ready {
        ledger::MemberId peer{};  // who sent it
        CheckedCertifiedBlock block;
    };
    // The block after `ours` if it's there; the caller commits it.
    [[nodiscard]] std::optional<Ready> take_next(Height ours);
    // What this peer sent was not what certificates are for: its blocks are dropped, others are asked.
    void reject(const ledger::MemberId& peer, std::uint64_t now_ms);

    // The highest block that is final elsewhere for all that this node can know: it was shown with its certificate, or
    // so many validators claim to have it that one of them is correct.
    [[nodiscard]] Height known() const;
    [[nodiscard]] Height tip_of(const ledger::MemberId& peer) const;
    // Whether the peer is up and said last that it votes.
    [[nodiscard]] bool votes(const ledger::MemberId& peer) const;
    [[nodiscard]] std::size_t buffered() const { return ready_.size(); }
    [[nodiscard]] std::size_t in_flight() const { return flights_.size(); }

private:
    struct Flight {
        ledger::MemberId peer{};
        Height from{};
        Height to{};  // inclusive
        std::uint64_t sent_ms{};
    };
    struct Peer {
        Height tip{};
        bool votes{};
        std::uint64_t shunned_until_ms{0};
        std::uint64_t asked{0};     // so that all get their turn
        std::uint64_t failures{0};  // claims that it couldn't show, since it last could
    };
    void disbelieve(const ledger::MemberId& peer, Height from, std::uint64_t now_ms);
    [[nodiscard]] Height best() const;
    void drop_late(std::uint64_t now_ms);
    [[nodiscard]] bool is_covered(Height height) const;
    [[nodiscard]] Peer* choose(Height from, std::uint64_t now_ms, ledger::MemberId& name);

    std::set<ledger::MemberId> validators_;
    std::size_t faults_;
    Height proven_{};
    std::map<ledger::MemberId, Peer> peers_;  // those that are up and have spoken
    std::map<std::uint64_t, Flight> flights_;
    std::map<Height, Ready> ready_;
    std::uint64_t requests_{0};
    std::optional<std::uint64_t> behind_since_ms_;
    Height last_ours_{};
};

}  // namespace datadeed::replica
