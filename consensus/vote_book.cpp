#include "consensus/vote_book.h"

#include <algorithm>

#include "consensus/limits.h"

namespace datadeed::consensus {

VoteBook::Added VoteBook::add(View view, ValidatorIndex signer, const Vote& vote, View current) {
    const auto [place, is_new] = votes_.try_emplace({view, signer}, vote);
    if (!is_new) return place->second.hash == vote.hash ? Added::again : Added::contradiction;
    make_room(signer, current);
    return Added::first;
}

// Drops the signer's oldest vote, but not that of the current view, when there are too many.
void VoteBook::make_room(ValidatorIndex signer, View current) {
    std::size_t count = 0;
    auto oldest = votes_.end();
    for (auto at = votes_.begin(); at != votes_.end(); ++at) {
        const auto& [view, who] = at->first;
        if (who != signer) continue;
        ++count;
        if (oldest == votes_.end() && view != current) oldest = at;
    }
    if (count > votes_per_signer_max) votes_.erase(oldest);
}

const VoteBook::Vote* VoteBook::find(View view, ValidatorIndex signer) const {
    const auto found = votes_.find({view, signer});
    return found == votes_.end() ? nullptr : &found->second;
}

std::size_t VoteBook::count_of(ValidatorIndex signer) const {
    const auto is_of = [signer](const auto& vote) { return vote.first.second == signer; };
    return static_cast<std::size_t>(std::ranges::count_if(votes_, is_of));
}

std::optional<View> VoteBook::last_before(View limit, ValidatorIndex signer) const {
    for (auto at = votes_.lower_bound({limit, ValidatorIndex{}}); at != votes_.begin();) {
        --at;
        if (at->first.second == signer) return at->first.first;
    }
    return std::nullopt;
}

std::vector<ValidatorIndex> VoteBook::signers(View view) const {
    std::vector<ValidatorIndex> signers;
    for (auto at = votes_.lower_bound({view, ValidatorIndex{}}); at != votes_.end() && at->first.first == view; ++at) {
        signers.push_back(at->first.second);
    }
    return signers;
}

std::vector<VoteSignature> VoteBook::votes(View view, const Digest& hash) const {
    std::vector<VoteSignature> votes;
    for (auto at = votes_.lower_bound({view, ValidatorIndex{}}); at != votes_.end() && at->first.first == view; ++at) {
        if (at->second.hash != hash) continue;
        votes.push_back({.signer = at->first.second, .signature = at->second.signature});
    }
    return votes;
}

std::optional<std::pair<View, Digest>> VoteBook::agreed(std::size_t count) const {
    std::map<std::pair<View, Digest>, std::size_t> tally;
    for (const auto& [key, vote] : votes_) {
        const std::pair<View, Digest> subject{key.first, vote.hash};
        if (++tally[subject] >= count) return subject;
    }
    return std::nullopt;
}

}  // namespace datadeed::consensus
