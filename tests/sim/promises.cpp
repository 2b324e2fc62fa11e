#include "tests/sim/promises.h"

#include "consensus/evidence.h"
#include "consensus/validator_set.h"

namespace datadeed::sim {
namespace {

// One a height and view at most, and a VIEW-CHANGE is about the heights just decided: more than any run leaves open.
constexpr std::size_t kept_max = 64;

}  // namespace

void Promises::note(const std::string& node, const consensus::Signed<consensus::Commit>& commit) {
    auto& mine = commits_[node];
    for (const auto& kept : mine) {
        if (kept == commit) return;  // sent again
    }
    mine.push_back(commit);
    if (mine.size() > kept_max) mine.pop_front();
}

std::optional<consensus::Commit> Promises::broken_by(const std::string& node,
                                                     const consensus::Signed<consensus::ViewChange>& change) const {
    const auto mine = commits_.find(node);
    if (mine == commits_.end()) return std::nullopt;
    const std::uint32_t epoch = consensus::Epoch::of(change.message.new_view);
    for (const auto& commit : mine->second) {
        if (consensus::Epoch::of(commit.message.view) != epoch) continue;
        if (consensus::contradict(commit, change)) return commit.message;
    }
    return std::nullopt;
}

}  // namespace datadeed::sim
