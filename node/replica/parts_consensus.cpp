#include <algorithm>
#include <utility>

#include "base/fields.h"
#include "node/replica/limits.h"
#include "node/replica/parts.h"
#include "node/replica/wire_codec.h"

namespace datadeed::replica {

// Until consensus has nothing more to ask: what it learns from one action may make it ask for the next.
void Replica::Parts::run_consensus() {
    for (;;) {
        while (!to_consensus_.empty() && !halted_ && !at_.fork_seen) {
            consensus::Event event = std::move(to_consensus_.front());
            to_consensus_.pop_front();
            if (!pbft_) continue;
            for (consensus::Action& action : pbft_->step(std::move(event))) {
                if (!halted_ && pbft_) perform(action);
            }
            if (epoch_over_ && !halted_) begin_epoch();
        }
        if (halted_ || at_.fork_seen || !pbft_) return;
        give_work();
        if (to_consensus_.empty()) return;
    }
}

void Replica::Parts::give_work() {
    const bool pending = pool_.sound() > 0;
    const bool due = pending && at_.now >= at_.work_due;
    if (work_given_ == pending && !due) return;
    work_given_ = pending;
    at_.work_due = at_.now + work_period_ms;
    consensus::WorkPending work{.pending = pending, .oldest_ms = 0, .oldest_blocks = 0};
    if (const Pending* oldest = admission_.oldest_waiting(moment())) {
        // A primary answers for what it can know. What nobody has offered to it has no age yet.
        const bool offered = oldest->offered_ms != 0;
        work.oldest_ms = offered ? at_.now - std::min(at_.now, oldest->offered_ms) : 0;
        work.oldest_blocks = offered ? admission_.passed_by(*oldest) : 0;
    }
    to_consensus_.emplace_back(work);
}

void Replica::Parts::perform(consensus::Action& action) {
    std::visit([this](auto& known) { perform(known); }, action);
}

void Replica::Parts::perform(consensus::Persist& action) {
    const Result<void, chain::Error> appended = votes_->journal.append(action);
    if (!appended) halt(appended.error());
}

void Replica::Parts::perform(consensus::Send& action) {
    needed_durable_ = std::max(needed_durable_, action.after);
    const Lane lane =
        consensus::kind_of(action.message) == consensus::MessageKind::pre_prepare ? Lane::blocks : Lane::votes;
    Bytes bytes = encode_votes(action.message);
    if (!action.to) return outbox_.send_validators(std::move(bytes), lane);
    outbox_.send(ledger::MemberId{context_.present().at(*action.to).name}, std::move(bytes), lane);
}

void Replica::Parts::perform(consensus::Build& action) {
    pool_.restart_ages(at_.now, executor_.tip().height);
    const Result<Executor::Built, chain::Error> built = executor_.build(pool_, at_.wall);
    if (!built) return halt(built.error());
    const Admission::Moment now = moment();
    for (const auto& [id, refusal] : built->refused) admission_.note_refused(id, now);
    consensus::Built answer{.view = action.view, .height = action.height, .proposal = {}};
    if (built->block) {
        at_.proposal = at_.now;
        at_.proposal_height = action.height;
        answer.proposal = consensus::Proposal{.height = action.height,
                                              .hash = built->block->block->hash,
                                              .parent = action.parent,
                                              .payload = built->block->payload};
    } else if (!built->refused.empty()) {
        at_.work_due = at_.now + tick_period_ms;  // what was tried in vain stood before the rest
    }
    to_consensus_.emplace_back(std::move(answer));
    if (!built->refused.empty()) review(false);
}

BlockPtr Replica::Parts::block_of(const Digest& hash, const Bytes& payload) {
    const auto known =
        std::ranges::find_if(proposals_, [&](const CheckedBody& proposed) { return proposed.block->hash == hash; });
    if (known != proposals_.end() && known->payload == payload) return known->block;
    if (const auto executed = executor_.find(hash); executed && executed->payload == payload) return executed->block;
    // Out of the journal, or pushed out by other proposals.
    Result<BlockPtr, WireError> checked = check_payload(payload, context_);
    return checked && (*checked)->hash == hash ? *checked : nullptr;
}

void Replica::Parts::remember(BlockPtr block, Bytes payload) {
    if (block->block.header.height <= executor_.tip().height) return;
    std::erase_if(proposals_, [&](const CheckedBody& known) { return known.block->hash == block->hash; });
    if (proposals_.size() >= consensus::payloads_max) proposals_.erase(proposals_.begin());
    proposals_.push_back({.block = std::move(block), .payload = std::move(payload)});
}

void Replica::Parts::perform(consensus::Validate& action) {
    const consensus::Proposal& proposal = action.proposal;
    consensus::Validated answer{
        .view = action.view, .hash = proposal.hash, .ok = true, .reason = {}, .subjective = false};
    const BlockPtr block = block_of(proposal.hash, proposal.payload);
    if (block && shows_lost_votes(*block, *pbft_)) return lose_votes();
    std::optional<Executor::Fresh> fresh;
    if (action.fresh) {
        const consensus::ValidatorIndex primary = context_.present().primary(action.view);
        fresh = {.now = at_.wall, .primary = ledger::MemberId{context_.present().at(primary).name}};
        if (block) proposer_clock_.heard(block->block.header.time, at_.wall, at_.now);
    }
    const Result<void, Executor::Objection> judged =
        block ? executor_.judge(block, proposal.payload, fresh)
              : fail(Executor::Objection{.reason = "the payload is no block of this hash", .subjective = false});
    if (judged) {
        at_.proposal = at_.now;
        at_.proposal_height = proposal.height;
    } else {
        answer.ok = false;
        answer.reason = judged.error().reason;
        answer.subjective = judged.error().subjective;
        outbox_.log(LogEvent::Level::warning, "proposal.refused",
                    {{"height", std::to_string(proposal.height.value)}, {"reason", answer.reason}});
    }
    to_consensus_.emplace_back(std::move(answer));
}

void Replica::Parts::perform(consensus::Decide& action) {
    needed_durable_ = std::max(needed_durable_, action.after);
    const BlockPtr block = block_of(action.block.hash, action.block.payload);
    if (!block) return halt(state_differs("a quorum certified a payload that is no block"));
    commit(block, action.certificate, false);
}

void Replica::Parts::commit(const BlockPtr& block, const consensus::CommitCertificate& certificate, bool caught_up) {
    at_.tip_before = executor_.tip().time;
    const std::uint64_t log_before = executor_.tip().log_size;
    const std::uint64_t votes = votes_ ? votes_->journal.durable_count() : 0;
    const Result<void, Halt> committed = executor_.commit(block, certificate, votes);
    if (!committed) return halt(committed.error());
    at_.commit = at_.now;
    last_view_ = certificate.view;
    epoch_over_ = block->block.header.validators_hash != nodes_hash_;
    work_given_.reset();
    std::erase_if(proposals_, [this](const CheckedBody& proposal) {
        return proposal.block->block.header.height <= executor_.tip().height;
    });
    std::uint64_t bytes = 0;
    for (const TransactionPtr& transaction : block->transactions) bytes += transaction->tx.raw().size();
    outbox_.push(BlockCommitted{.height = block->block.header.height,
                                .hash = block->hash,
                                .time = block->block.header.time,
                                .transactions = block->transactions.size(),
                                .bytes = bytes,
                                .epoch = consensus::Epoch::of(certificate.view),
                                .view = consensus::Epoch::place_of(certificate.view),
                                .caught_up = caught_up});
    settle(*block);
    if (pbft_) admission_.note_tip();
    if (is_validator_ && !caught_up) tell_tip(false);
    cosign(block->block.header);
    // Who is far behind has more to do than to help others.
    if (sync_.known().value <= block->block.header.height.value + far_behind_blocks) {
        snapshots_.note_commit({.height = block->block.header.height,
                                .log_before = log_before,
                                .log_after = block->block.header.log_size});
    }
}

// What the block decides for those who wait, here.
void Replica::Parts::settle(const CheckedBlock& block) {
    const ledger::BlockHeader& header = block.block.header;
    const std::uint64_t first = header.log_size - block.transactions.size();
    for (std::size_t i = 0; i < block.transactions.size(); ++i) {
        const ledger::TxId& id = block.transactions[i]->tx.id();
        admission_.note_ordered(*block.transactions[i]);
        for (const RequestToken token : waiters_.take(id)) {
            outbox_.reply(token,
                          Committed{.tx = id, .height = header.height, .log_index = first + i, .time = header.time});
        }
    }
    admission_.forget_trial();
    review(false);
}

void Replica::Parts::perform(consensus::FetchBody& action) {
    std::vector<ledger::MemberId> holders;
    for (const consensus::ValidatorIndex holder : action.holders) {
        holders.emplace_back(context_.present().at(holder).name);
    }
    outbox_.send_one_of(holders, encode(WireMessage{FetchBody{.height = action.height, .hash = action.hash}}),
                        Lane::votes);
}

void Replica::Parts::perform(consensus::FetchBlocks& action) {
    const ledger::MemberId peer{context_.present().at(action.peer).name};
    if (outbox_.is_up(peer)) sync_.note_ahead(peer, action.from);
    sync_.hurry();
}

void Replica::Parts::perform(consensus::ReportEvidence& action) {
    const auto signer = std::visit([](const auto& message) { return message.signer; }, action.evidence.first);
    const std::string& accused = context_.present().at(signer).name;
    Bytes evidence = encode(action.evidence);
    outbox_.log(LogEvent::Level::warning, "validator.contradicted_itself",
                {{"validator", accused}, {"evidence", to_hex(evidence)}});
    outbox_.push(EvidenceFound{.accused = ledger::MemberId{accused}, .evidence = std::move(evidence)});
}

void Replica::Parts::perform(consensus::EnteredView& action) {
    outbox_.log(LogEvent::Level::info, "view.entered",
                {{"epoch", std::to_string(consensus::Epoch::of(action.view))},
                 {"view", std::to_string(consensus::Epoch::place_of(action.view))},
                 {"primary", context_.present().at(action.primary).name}});
    outbox_.push(StatusChanged{});
    gossip_.on_view(gossip_moment());
}

void Replica::Parts::perform(consensus::Halt& action) {
    switch (action.reason) {
        case consensus::HaltReason::own_votes_must_be_in_the_journal:
            return silence(votes_lost_text);
        case consensus::HaltReason::one_height_must_have_one_certificate:
            return take_fork(Fork{.height = executor_.tip().height}, nullptr);
        case consensus::HaltReason::one_view_must_prepare_one_block:
            return halt(two_prepared());
    }
}

// What a node of this name may have said its journal doesn't know. That is on disk before anything else is: nobody
// shows a block that is stored again.
void Replica::Parts::lose_votes() {
    const Result<void, chain::Error> appended = votes_->journal.append(
        {.number = votes_->journal.appended_count() + 1, .record = consensus::VotesLost{executor_.tip().height}});
    if (!appended) return halt(appended.error());
    const Result<void, chain::Error> synced = votes_->journal.sync();
    if (!synced) return halt(synced.error());
    silence(votes_lost_text);
}

// From here on this node follows but never votes.
void Replica::Parts::silence(std::string why) {
    silenced_ = std::move(why);
    pbft_.reset();
    outbox_.log(LogEvent::Level::error, "votes.silenced", {{"why", silenced_}});
    outbox_.push(StatusChanged{});
    tell_tip(true);
}

void Replica::Parts::halt(Halt why) {
    if (halted_) return;
    halted_ = true;
    // What the step would have said may rest on what failed. What it found proves itself, and it's of a fork if ever.
    outbox_.keep_findings();
    outbox_.push(std::move(why));
}

}  // namespace datadeed::replica
