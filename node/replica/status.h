#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/types.h"
#include "ledger/types.h"

// A read-only picture of a replica: a plain value that may be handed to another thread.

namespace datadeed::replica {

// What this node does for the chain.
enum class Duty : std::uint8_t {
    voting,     // a validator that votes
    observing,  // no validator, or one that has voted in a later epoch than its chain has come to (it has lost blocks):
                // follows and verifies
    silenced,   // a validator that must not vote; `why` says the reason
};

struct PeerStatus {
    ledger::MemberId member{};
    bool connected{};
    bool validator{};
    bool votes{};     // as it says itself; false while unknown
    Height height{};  // as it says itself; 0 while unknown

    friend bool operator==(const PeerStatus&, const PeerStatus&) = default;
};

struct Status {
    ledger::MemberId self{};
    Duty duty{Duty::observing};
    std::string why{};  // empty unless silenced
    Height height{};    // last final block
    Digest block_hash{};
    TimeMs block_time{};       // of that block; 0 at genesis
    std::uint64_t log_size{};  // transactions so far
    std::uint32_t epoch{};
    std::uint32_t view{};        // of the epoch, from 0
    ledger::MemberId primary{};  // of that view
    bool changing_view{};
    bool forked{};       // two blocks are certified at one height: it answers nothing more, and stops after a second
    bool catching_up{};  // final elsewhere: more than one block above ours (Sync::known)
    Height cosigned{};   // last height with a quorum of cosignatures stored
    std::vector<PeerStatus> peers{};
    std::uint64_t connected_validators{};  // and voting; this node included, when it votes
    std::uint64_t quorum{};
    std::uint64_t pool_transactions{};
    std::uint64_t pool_bytes{};
    std::uint64_t waiting_clients{};
    std::uint64_t votes_ahead{};  // kept for heights after the one being decided
    // What the time is now by the clocks of other proposers: the latest that a fresh proposal of theirs implies, moved
    // on by this node's monotonic clock. Nothing before the first; an observer gets none.
    std::optional<TimeMs> proposers_time{};
    bool has_quorum{};  // enough validators are connected and vote

    friend bool operator==(const Status&, const Status&) = default;
};

}  // namespace datadeed::replica
