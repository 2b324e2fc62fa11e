#pragma once

#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "consensus/messages.h"
#include "consensus/pace.h"
#include "consensus/view_change.h"
#include "consensus/vote_book.h"

// What Pbft remembers, grouped by how long: a group is forgotten by assigning an empty one.

namespace datadeed::consensus {

// A proposal in the host's hands for validation; not yet signed when it is to be my own.
struct Candidate {
    Signed<PrePrepare> proposal;
    bool mine{false};
};

// Of one view at one height.
struct Round {
    std::optional<Candidate> candidate;
    std::optional<Signed<PrePrepare>> accepted;  // the proposal that I voted for or made, without its payload
    bool refused{false};                         // the view's proposal was bad: no other is taken
    bool building{false};                        // Build is unanswered
    bool committed{false};                       // COMMIT sent
    std::uint64_t proposed_ms{};                 // when the proposal came
    std::uint64_t turnaround_ms{};               // how long it had been waited for by then

    void accept(Signed<PrePrepare> proposal);
};

// Whose statements of which kind were given as evidence: once is enough.
using Reports = std::set<std::pair<MessageKind, ValidatorIndex>>;

// Of the height being decided.
struct Slot {
    struct Payload {
        Bytes bytes;
        View view{};  // the last in which it was voted for
    };
    struct WantedBody {
        Digest hash{};
        std::vector<ValidatorIndex> holders;
    };

    Round round;
    VoteBook prepares;
    VoteBook commits;
    std::optional<PreparedCertificate> prepared;         // of the highest view; kept until the height is decided
    std::map<View, Signed<PrePrepare>> noticed;          // the first seen of each view, without payload
    std::map<ValidatorIndex, Signed<PrePrepare>> early;  // for views not entered yet: of each primary the latest
    std::map<Digest, Payload> payloads;
    std::set<Digest> journaled;  // payloads that the journal has
    std::optional<WantedBody> wanted;
    Reports reported;  // by votes of this height

    // Forgets bytes of the oldest views until no more are held than may be, but none of `but` or of what is prepared.
    void drop_payloads(const Digest& but);
    // What was accepted with its bytes, which are held as long as it is.
    [[nodiscard]] Signed<PrePrepare> whole_proposal() const;
};

// Of the view: voting in it, or waiting for it to begin.
struct Reign {
    View view{};
    bool changing{false};
    std::optional<Signed<ViewChange>> view_change;  // mine for `view`, iff changing
    std::optional<Signed<NewView>> new_view;        // of the last view that I entered
    Opening opening;                                // what it demands
    std::uint64_t entered_ms{};
    std::uint64_t decided{};                // blocks since then
    Turnarounds turnarounds;                // of its primary
    std::set<ValidatorIndex> complainants;  // the others whose STATUS finds it slow
    Reports reported;                       // by VIEW-CHANGEs and NEW-VIEWs, however many blocks pass meanwhile
};

// When things are due, in ms of the host's clock.
struct Timers {
    std::optional<std::uint64_t> progress;  // until a block is decided, or (changing, quorum held) the view begins
    std::uint64_t round_began{};            // when `progress` began to run for the height being decided
    std::optional<std::uint64_t> resend;    // VIEW-CHANGE
    std::optional<std::uint64_t> body;
    std::optional<std::uint64_t> blocks;
    std::uint64_t status{};
};

// The host's transactions, as WorkPending told.
struct Work {
    bool pending{false};
    std::uint64_t oldest_ms{};
    std::uint64_t oldest_blocks{};
};

// Votes for heights above the one being decided: one of each kind, signer and height, the latest view's.
using FutureKey = std::tuple<Height, MessageKind, ValidatorIndex>;
using FutureVote = std::variant<Signed<PrePrepare>, Signed<Prepare>, Signed<Commit>>;

}  // namespace datadeed::consensus
