#pragma once

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "consensus/votes.h"

namespace datadeed::consensus {

// The PREPAREs, or the COMMITs, of one height: one vote a signer and view, the first. Bounded by votes_per_signer_max.
class VoteBook {
public:
    struct Vote {
        Digest hash{};
        crypto::Signature signature{};
    };
    enum class Added { first, again, contradiction };

    // `current` is the view whose votes are never dropped for lack of room.
    Added add(View view, ValidatorIndex signer, const Vote& vote, View current);

    // Null when there is none.
    [[nodiscard]] const Vote* find(View view, ValidatorIndex signer) const;
    // Of how many views there are votes of this signer.
    [[nodiscard]] std::size_t count_of(ValidatorIndex signer) const;
    // The last view before `limit` in which it voted.
    [[nodiscard]] std::optional<View> last_before(View limit, ValidatorIndex signer) const;
    // Who voted in this view, in order.
    [[nodiscard]] std::vector<ValidatorIndex> signers(View view) const;
    // The votes of this view for this hash, in order of signers.
    [[nodiscard]] std::vector<VoteSignature> votes(View view, const Digest& hash) const;
    // A view and hash that `count` signers agree on.
    [[nodiscard]] std::optional<std::pair<View, Digest>> agreed(std::size_t count) const;

private:
    void make_room(ValidatorIndex signer, View current);

    std::map<std::pair<View, ValidatorIndex>, Vote> votes_;
};

// The vote as its signer sent it, for the height that `book` is of. The book must have it.
template <class M>
[[nodiscard]] Signed<M> vote_of(const VoteBook& book, Height height, View view, ValidatorIndex signer) {
    const VoteBook::Vote* const vote = book.find(view, signer);
    DATADEED_ASSERT(vote != nullptr);
    return {.message = {.view = view, .height = height, .hash = vote->hash},
            .signer = signer,
            .signature = vote->signature};
}

}  // namespace datadeed::consensus
