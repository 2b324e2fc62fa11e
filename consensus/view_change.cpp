#include "consensus/view_change.h"

#include <algorithm>

#include "base/assert.h"

namespace datadeed::consensus {

namespace {

// Everybody whose signature shows that he stored the block, the sender of the certificate too.
void add_holders(std::vector<ValidatorIndex>& holders, const Signed<ViewChange>& change) {
    const auto add = [&holders](ValidatorIndex who) {
        if (std::find(holders.begin(), holders.end(), who) == holders.end()) holders.push_back(who);
    };
    add(change.signer);
    for (const VoteSignature& vote : change.message.prepared->prepares) add(vote.signer);
}

}  // namespace

Result<Opening, HaltReason> open_view(std::span<const Signed<ViewChange>> view_changes) {
    Opening opening;
    for (const Signed<ViewChange>& change : view_changes)
        opening.base = std::max(opening.base, change.message.committed);

    std::map<View, Digest> prepared;  // at base + 1
    for (const Signed<ViewChange>& change : view_changes) {
        if (change.message.committed != opening.base) continue;
        opening.base_holders.push_back(change.signer);
        if (const auto& certificate = change.message.certificate) {
            if (opening.certificate && opening.certificate->hash != certificate->hash) {
                return fail(HaltReason::one_height_must_have_one_certificate);
            }
            opening.certificate = certificate;
        }
        if (const auto& found = change.message.prepared) {
            const auto [place, is_new] = prepared.try_emplace(found->view, found->hash);
            if (!is_new && place->second != found->hash) return fail(HaltReason::one_view_must_prepare_one_block);
        }
    }
    if (prepared.empty()) return opening;

    const auto& [view, hash] = *prepared.rbegin();
    opening.carried = Carried{.view = view, .height = opening.base.next(), .hash = hash};
    for (const Signed<ViewChange>& change : view_changes) {
        const auto& found = change.message.prepared;
        if (found && found->height == opening.carried->height && found->hash == hash) {
            add_holders(opening.body_holders, change);
        }
    }
    return opening;
}

std::optional<View> view_to_join(const ViewChanges& held, std::size_t weak) {
    if (held.size() < weak) return std::nullopt;
    std::vector<View> asked;
    for (const auto& [signer, change] : held) asked.push_back(change.message.new_view);
    std::sort(asked.rbegin(), asked.rend());
    return asked[weak - 1];
}

std::vector<Signed<ViewChange>> for_view(const ViewChanges& held, View view, std::size_t count, ValidatorIndex self) {
    DATADEED_ASSERT(count > 0);
    std::vector<Signed<ViewChange>> found;
    std::size_t room = count;
    if (const auto own = held.find(self); own != held.end() && own->second.message.new_view == view) --room;
    for (const auto& [signer, change] : held) {
        if (change.message.new_view != view) continue;
        if (signer != self && room == 0) continue;
        if (signer != self) --room;
        found.push_back(change);
    }
    return found;
}

}  // namespace datadeed::consensus
