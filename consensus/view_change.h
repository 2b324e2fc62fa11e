#pragma once

#include <map>
#include <optional>
#include <span>
#include <vector>

#include "consensus/messages.h"

// How a new view begins, as pure functions of the VIEW-CHANGEs: the new primary computes it, everybody else again.

namespace datadeed::consensus {

// VIEW-CHANGEs held, of each signer the one for the highest view.
using ViewChanges = std::map<ValidatorIndex, Signed<ViewChange>>;

// What a quorum of VIEW-CHANGEs demands: nothing may be proposed up to `base`, which `certificate` proves final (there
// is one unless the base is the epoch's); at the height after it `carried` must be proposed, if it is there, and
// anything may, if it isn't.
struct Opening {
    Height base{};
    std::optional<CommitCertificate> certificate;
    std::optional<Carried> carried;
    std::vector<ValidatorIndex> base_holders;  // whose VIEW-CHANGE shows the base
    std::vector<ValidatorIndex> body_holders;  // who has voted for the carried block, hence stored it
};

// The highest committed height; above it the prepared certificate of the highest view. Refuses sets that show more than
// f faulty validators: two blocks final at one height or prepared in one view.
[[nodiscard]] Result<Opening, HaltReason> open_view(std::span<const Signed<ViewChange>> view_changes);

// The largest view that at least `weak` validators have asked for, or gone beyond: one of them is correct. None if
// fewer have asked for any.
[[nodiscard]] std::optional<View> view_to_join(const ViewChanges& held, std::size_t weak);

// Those held that are for exactly `view`, in order of signers, at most `count` (not 0) of them; `self` is among them if
// it is held.
[[nodiscard]] std::vector<Signed<ViewChange>> for_view(const ViewChanges& held, View view, std::size_t count,
                                                       ValidatorIndex self);

}  // namespace datadeed::consensus
