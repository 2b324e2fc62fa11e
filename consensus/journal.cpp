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

Height height_of(const ProposalMade& record) {
    return record.proposal.message.height;
}
Height height_of(const ProposalAccepted& record) {
    return record.vote.message.height;
}
Height height_of(const BlockPrepared& record) {
    return record.vote.message.height;
}

}  // namespace

Recovered recover(std::span<const VoteRecord> records) {
    Recovered state;
    const Overloaded read{
        [&state](const ProposalMade& record) {
            close_below(state, height_of(record));
            state.made.push_back(record);
        },
        [&state](const ProposalAccepted& record) {
            close_below(state, height_of(record));
            state.accepted.push_back(record);
        },
        [&state](const BlockPrepared& record) {
            close_below(state, height_of(record));
            state.prepared.push_back(record);
        },
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

    const auto is_old = [&state](const auto& record) { return height_of(record) <= state.closed; };
    std::erase_if(state.made, is_old);
    std::erase_if(state.accepted, is_old);
    std::erase_if(state.prepared, is_old);
    return state;
}

}  // namespace datadeed::consensus
