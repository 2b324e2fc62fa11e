#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "base/types.h"
#include "ledger/types.h"
#include "node/replica/limits.h"
#include "node/replica/peer_event.h"
#include "node/replica/questions.h"

namespace datadeed::replica {

// Catching up at any lag. What one peer says about its height only decides whom to ask, and is forgotten when it can't
// show it; blocks count by their certificates, which were checked before they come here. Several ranges are under way
// at once, each with another peer if possible; a range that isn't answered in time goes to somebody else, and who
// didn't answer is left alone for a while. Blocks come out in order. One thread; no clock: the time is handed in, in
// ms.
class Sync {
public:
    Sync() = default;
    Sync(std::set<ledger::MemberId> validators, std::size_t faults)
        : validators_{std::move(validators)}, faults_{faults} {}

    // Who votes from now on; at most `faults` of them lie.
    void begin_epoch(std::set<ledger::MemberId> validators, std::size_t faults);

    // A peer says that this is its last final block,
    void note_tip(const ledger::MemberId& peer, Height height);
    // or its votes, which others may have told, are of the next one;
    void note_ahead(const ledger::MemberId& peer, Height height);
    // and that it has all from this one on.
    void note_first(const ledger::MemberId& peer, Height first) { peers_[peer].first = first; }
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
    // The next call of due() has no patience.
    void hurry() { hurries_ = true; }
    // What to ask now; called again and again.
    [[nodiscard]] std::vector<Ask> due(const Moment& moment);

    // Takes an answer in, also of a range that others were asked for meanwhile; one that wasn't asked for is ignored.
    struct Now {
        Height ours{};
        std::uint64_t now_ms{};
        std::uint32_t epoch{};  // the present one
    };
    void receive(const ledger::MemberId& peer, CheckedBlocks answer, const Now& now);
    struct Ready {
        ledger::MemberId peer{};  // who sent it
        CheckedCertifiedBlock block;
    };
    // The block after `ours` if it's there; the caller commits it.
    [[nodiscard]] std::optional<Ready> take_next(Height ours);
    // What this peer sent was not what certificates are for: its blocks are dropped, others are asked for
    // fetch_reject_ms, even if it goes and comes again.
    void reject(const ledger::MemberId& peer, std::uint64_t now_ms);

    // The highest block that is final elsewhere for all that this node can know: it was shown with its certificate, or
    // so many validators claim to have it that one of them is correct.
    [[nodiscard]] Height known() const { return std::max(proven_, claimed_); }
    // The highest that anybody claims to have who has the next block as well, and wasn't found not to.
    [[nodiscard]] Height best(Height next) const;
    // How many of these are up and claim to have come as far.
    [[nodiscard]] std::size_t count_at(std::span<const ledger::MemberId> peers, Height height) const;
    // Whether the next block is final elsewhere (known()), and nobody who can be asked now says to have it.
    [[nodiscard]] bool lacks_source(Height next, std::uint64_t now_ms) const;
    // The validators, but for this one, that aren't up or don't say themselves to have come as far.
    [[nodiscard]] std::vector<ledger::MemberId> lacking(Height height, const ledger::MemberId& self) const;
    // Whether all of these peers, but for `faults` of them, are up and have said for blocks_gone_ms that they don't
    // keep this block any more. Judged at the calls: the time begins anew with another height, or after
    // blocks_gone_pause_ms without a call.
    [[nodiscard]] bool has_gone(Height height, std::span<const ledger::MemberId> peers, std::size_t faults,
                                std::uint64_t now_ms);
    // What those claim who aren't left alone now for what they couldn't show or showed wrongly: a liar who says more
    // again and again outweighs nobody.
    struct Claims {
        std::size_t validators{};  // that are up and have said how high they are
        Height highest{};          // of anybody who has the next block as well
    };
    [[nodiscard]] Claims believed(Height next, std::uint64_t now_ms) const;
    [[nodiscard]] Height tip_of(const ledger::MemberId& peer) const;
    // Whether the peer is up and said last that it votes.
    [[nodiscard]] bool votes(const ledger::MemberId& peer) const;
    [[nodiscard]] std::size_t buffered() const { return ready_.size(); }
    [[nodiscard]] std::size_t in_flight() const { return flights_.under_way().size(); }

private:
    struct Flight {
        ledger::MemberId peer{};
        Height from{};
        Height to{};  // inclusive
        std::uint64_t sent_ms{};
    };
    struct Peer {
        Height tip{};
        Height said{};  // by itself, in its last Tip
        Height first{};
        bool votes{};
        std::uint64_t shunned_until_ms{0};  // since it couldn't show what it claims
        std::uint64_t asked{0};             // so that all get their turn
        std::optional<Height> cut{};        // its blocks from here on can't be checked until those below are applied
        std::uint64_t failures{0};          // claims that it couldn't show, since it last could
    };
    void count_claims();
    void disbelieve(const ledger::MemberId& peer, Height from, std::uint64_t now_ms);
    [[nodiscard]] bool is_covered(Height height) const;
    [[nodiscard]] bool is_left_alone(const ledger::MemberId& name, const Peer& peer, std::uint64_t now_ms) const;
    [[nodiscard]] bool may_ask(const ledger::MemberId& name, const Peer& peer, Height from, std::uint64_t now_ms) const;
    // Of those who have it and may be asked, the one whose turn was longest ago; null for none.
    [[nodiscard]] std::pair<const ledger::MemberId, Peer>* choose(Height from, std::uint64_t now_ms);

    std::set<ledger::MemberId> validators_;
    std::size_t faults_{0};
    Height proven_{};                         // shown with its certificate
    Height claimed_{};                        // by so many that one of them is correct, as count_claims() saw it last
    std::map<ledger::MemberId, Peer> peers_;  // those that are up and have spoken
    std::map<ledger::MemberId, std::uint64_t> rejected_until_ms_;  // whether they are up or not
    Questions<Flight> flights_;                                    // of peers_; who is late is disbelieved
    std::map<Height, Ready> ready_;
    std::uint64_t requests_{0};
    std::optional<std::uint64_t> behind_since_ms_;
    bool hurries_{false};
    struct Gone {
        Height height{};
        std::uint64_t since_ms{};
        std::uint64_t seen_ms{};
    };
    std::optional<Gone> gone_;  // as has_gone() saw it
    Height last_ours_{};
};

}  // namespace datadeed::replica
