#include "consensus/journal.h"

#include <algorithm>

#include "base/overloaded.h"

namespace datadeed::consensus {

namespace {

// Heights below the one that was voted on last are decided, whatever the chain on disk says.
void close_below(Recovered& state, Height voted_on) {
    const Height below{voted_on.value - 1};
    state.closed = std::max(state.closed, below);
}

// What was voted for or proposed.
const PrePrepare& vote_of(const ProposalMade& record) {
    return record.proposal.message;
}
const Prepare& vote_of(const ProposalAccepted& record) {
    return record.vote.message;
}
const Commit& vote_of(const BlockPrepared& record) {
    return record.vote.message;
}

template <class Record>
void read_vote(Recovered& state, std::vector<Record>& to, const Record& record) {
    close_below(state, vote_of(record).height);
    // An epoch is voted in from its first view on, which no other record tells of.
    enter_epoch(state, Epoch{.number = Epoch::of(vote_of(record).view), .base = {}});
    to.push_back(record);
}

}  // namespace

void enter_epoch(Recovered& state, const Epoch& epoch) {
    if (epoch.number <= Epoch::of(state.view)) return;
    state.view = epoch.first_view();
    state.changing = false;
    state.view_change.reset();
    state.new_view.reset();
}

Recovered recover(std::span<const VoteRecord> records) {
    Recovered state;
    const Overloaded read{
        [&state](const ProposalMade& record) { read_vote(state, state.made, record); },
        [&state](const ProposalAccepted& record) { read_vote(state, state.accepted, record); },
        [&state](const BlockPrepared& record) { read_vote(state, state.prepared, record); },
        [&state](const ViewChangeSent& record) {
            state.view = record.message.message.new_view;
            state.changing = true;
            state.view_change = record.message;
            state.closed = std::max(state.closed, record.message.message.committed);
        },
        [&state](const ViewEntered& record) {
            state.view = record.message.message.new_view;
            state.changing = false;
            state.view_change.reset();
            state.new_view = record.message;
        },
        [&state](const Checkpoint& record) {
            state.view = record.view;
            state.changing = record.changing;
            state.view_change = record.view_change;
            state.new_view = record.new_view;
            state.closed = std::max(state.closed, record.committed);
        },
        [&state](const VotesLost&) { state.votes_lost = true; },
    };
    for (const VoteRecord& record : records) std::visit(read, record);

    const auto is_old = [&state](const auto& record) { return vote_of(record).height <= state.closed; };
    std::erase_if(state.made, is_old);
    std::erase_if(state.accepted, is_old);
    std::erase_if(state.prepared, is_old);
    return state;
}

}  // namespace datadeed::consensus
