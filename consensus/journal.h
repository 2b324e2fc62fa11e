#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "consensus/messages.h"

// What a validator must remember across a crash so that it never contradicts itself. The host appends each record to a
// file of its own, in order; a record counts once it is on disk. Encoding: CBOR [kind, fields...], kinds never reused.

namespace datadeed::consensus {

// Before PRE-PREPARE is sent: what I proposed, with the bytes (left out when an earlier record of this height has
// them).
struct ProposalMade {
    static constexpr std::uint8_t kind = 1;
    Signed<PrePrepare> proposal;

    static constexpr void fields(auto& self, auto&& visit) { visit("proposal", self.proposal); }
    friend bool operator==(const ProposalMade&, const ProposalMade&) = default;
};

// Before PREPARE is sent: whose proposal I accepted (bytes as above) and my vote on it.
struct ProposalAccepted {
    static constexpr std::uint8_t kind = 2;
    Signed<PrePrepare> proposal;
    Signed<Prepare> vote;

    static constexpr void fields(auto& self, auto&& visit) {
        visit("proposal", self.proposal);
        visit("vote", self.vote);
    }
    friend bool operator==(const ProposalAccepted&, const ProposalAccepted&) = default;
};

// Before COMMIT is sent: the certificate that it rests on.
struct BlockPrepared {
    static constexpr std::uint8_t kind = 3;
    PreparedCertificate certificate;
    Signed<Commit> vote;

    static constexpr void fields(auto& self, auto&& visit) {
        visit("certificate", self.certificate);
        visit("vote", self.vote);
    }
    friend bool operator==(const BlockPrepared&, const BlockPrepared&) = default;
};

// Before VIEW-CHANGE is sent: from here on no vote in a view below.
struct ViewChangeSent {
    static constexpr std::uint8_t kind = 4;
    Signed<ViewChange> message;

    static constexpr void fields(auto& self, auto&& visit) { visit("message", self.message); }
    friend bool operator==(const ViewChangeSent&, const ViewChangeSent&) = default;
};

// Before the first vote in a view above the epoch's first, and before NEW-VIEW is sent: the NEW-VIEW by which I
// entered.
struct ViewEntered {
    static constexpr std::uint8_t kind = 5;
    Signed<NewView> message;

    static constexpr void fields(auto& self, auto&& visit) { visit("message", self.message); }
    friend bool operator==(const ViewEntered&, const ViewEntered&) = default;
};

// The sum of all that comes before it: every earlier record may be dropped once this one is on disk. Written right
// after a Decide or an Adopted whose block the host has made durable, now and then (limits.h).
struct Checkpoint {
    static constexpr std::uint8_t kind = 6;
    Height committed{};
    View view{};
    bool changing{false};
    std::optional<Signed<ViewChange>> view_change;  // mine for `view`, iff changing
    std::optional<Signed<NewView>> new_view;        // of the last view entered by one

    static constexpr void fields(auto& self, auto&& visit) {
        visit("committed", self.committed);
        visit("view", self.view);
        visit("changing", self.changing);
        visit("view_change", self.view_change);
        visit("new_view", self.new_view);
    }
    friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

// Somebody showed a vote of mine that these records don't know: others are gone, and no vote is safe any more, after a
// restart either. The last record that is ever written.
struct VotesLost {
    static constexpr std::uint8_t kind = 7;
    Height committed{};  // then

    static constexpr void fields(auto& self, auto&& visit) { visit("committed", self.committed); }
    friend bool operator==(const VotesLost&, const VotesLost&) = default;
};

using VoteRecord =
    std::variant<ProposalMade, ProposalAccepted, BlockPrepared, ViewChangeSent, ViewEntered, Checkpoint, VotesLost>;

// What the records say, for Pbft to begin from.
struct Recovered {
    View view{};
    bool changing{false};
    std::optional<Signed<ViewChange>> view_change;
    std::optional<Signed<NewView>> new_view;
    // No vote may be cast up to this height, since votes there may have been cast and dropped. Above the chain's tip
    // only if the chain lost blocks; they come back by certificates.
    Height closed{};
    // Of the heights above `closed`, in order of writing.
    std::vector<ProposalMade> made;
    std::vector<ProposalAccepted> accepted;
    std::vector<BlockPrepared> prepared;
    // Votes are missing for good: never vote again with this key.
    bool votes_lost{false};
};

// Where the view is of an earlier epoch: goes to the first view of this one, with nothing promised in it.
void enter_epoch(Recovered& state, const Epoch& epoch);

// Reads the records that were on disk, oldest first: all of them, or from some Checkpoint on. They are the host's own
// and intact (it checks that), so there is nothing to refuse. Pure.
[[nodiscard]] Recovered recover(std::span<const VoteRecord> records);

}  // namespace datadeed::consensus
