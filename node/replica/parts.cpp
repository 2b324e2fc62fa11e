#include "node/replica/parts.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/fields.h"
#include "base/overloaded.h"
#include "node/replica/limits.h"
#include "node/replica/skipping.h"
#include "node/replica/wire_codec.h"

namespace datadeed::replica {
Replica::Parts::Parts(const ledger::Genesis& genesis, Identity identity, std::unique_ptr<chain::Committer> committer,
                      OpenedVotes votes, OpenedSnapshots snapshots)
    : identity_{std::move(identity)},
      committer_{std::move(committer)},
      context_{make_verify_context(genesis, ledger::chain_id(encode(genesis)), {}, cache_)},
      executor_{*committer_, genesis.parameters, identity_.self},
      admission_{executor_, pool_},
      cosigner_{genesis, identity_.self, identity_.cosign_keys},
      gossip_{identity_.self, pool_, outbox_},
      vote_place_{std::move(votes.place)},
      votes_{std::move(votes.votes)},
      silenced_{std::move(votes.silenced)},
      snapshots_{std::move(snapshots),
                 outbox_,
                 serving_,
                 {.may_skip = [this](const chain::CheckedManifest& manifest) { return may_skip(manifest); },
                  .give_voice_up =
                      [this] {
                          const std::string from = std::to_string(executor_.tip().height.next().value);
                          outbox_.log(LogEvent::Level::error, "votes.given_up", {{"from", from}});
                          if (votes_ && silenced_.empty()) lose_votes();
                          return !halted_;
                      }}} {
    if (identity_.vote_verifier != nullptr) context_.signatures = identity_.vote_verifier;
    know_epochs();
}

std::optional<MaySkip> Replica::Parts::may_skip(const chain::CheckedManifest& manifest) {
    const Height tip = executor_.tip().height;
    const Result<MaySkip, chain::Error> may =
        may_skip_to(manifest, {.sync = sync_,
                               .identity = identity_,
                               .voters = context_,
                               .chain = committer_->chain().view(),
                               .tip = tip,
                               .lost_blocks = pbft_ ? !pbft_->may_vote() : votes_ && votes_->recovered.closed > tip,
                               .is_mute = !silenced_.empty(),
                               .now_ms = at_.now});
    if (may) return *may;
    halt(may.error());
    return std::nullopt;
}

void Replica::Parts::handle(Event& event) {
    if (halted_) return;
    if (at_.fork_seen) {
        if (const auto* up = std::get_if<PeerUp>(&event)) outbox_.set_up(up->peer);
        if (const auto* said = std::get_if<PeerMessage>(&event); said != nullptr && !at_.fork_proven) {
            const auto* blocks = std::get_if<CheckedBlocks>(&said->message);
            for (std::size_t i = 0; blocks != nullptr && i < blocks->blocks.size(); ++i) check_fork(blocks->blocks[i]);
        }
        if (!std::holds_alternative<Tick>(event)) return;
    }
    std::visit(Overloaded{[this](SnapshotWritten& written) { snapshots_.note_written(written); },
                          [this](BlocksArchived& archived) {
                              const auto pruned = snapshots_.pruning().note(archived);
                              if (!pruned) halt(pruned.error());
                          },
                          [this](ForgetRequest& forgotten) { waiters_.forget(forgotten.token); },
                          [this](BlocksCompacted& compacted) { snapshots_.pruning().note(compacted); },
                          [this](auto& known) { on(known); }},
               event);
}

std::vector<Action> Replica::Parts::finish() {
    const auto goes_on = [this] { return !halted_ && !at_.fork_seen; };
    if (goes_on()) run_consensus();
    if (goes_on()) gossip_.tell_new(gossip_moment());
    if (goes_on()) fetch_missing();
    if (goes_on()) store_checkpoints();
    if (const auto& error = committer_->state().error(); error && !halted_) {
        halt(*error);
    }
    if (votes_ && !halted_) {
        // One sync for all votes of the step. Nothing has left this object yet, so nothing left before it was durable.
        const Result<void, chain::Error> synced = votes_->journal.sync();
        if (!synced) halt(synced.error());
        DATADEED_ASSERT(halted_ || needed_durable_ <= votes_->journal.durable_count());
    }
    // After all else: what this step says rests on votes that are durable by now.
    if (snapshots_.whole() && !at_.fork_seen && !std::exchange(halted_, true)) {
        outbox_.push(StartAgain{.height = *snapshots_.whole()});
    }
    return outbox_.take();
}

void Replica::Parts::on(Tick& event) {
    at_.now = std::max(at_.now, event.now.value);
    at_.wall = event.wall;
    admission_.on_tick(at_.now);
    if (at_.fork_seen) return at_.now < *at_.fork_seen + fork_tell_ms ? void() : halt(two_certificates());
    if (!pbft_) start_voting({});
    if (pbft_) to_consensus_.emplace_back(consensus::Tick{.now_ms = at_.now});
    while (const std::optional<Serving::Turn> turn = serving_.take_turn(at_.now)) answer(turn->peer, turn->question);
    expire();
    if (at_.now >= at_.commit + idle_ms && !moment().unsettled) review(true);
    gossip_.on_tick(gossip_moment());
    if (at_.now >= at_.tip + tip_period_ms) tell_tip(true);
    if (!snapshots_.pruning().keeps_all()) {
        snapshots_.prune(at_.now, [this](Height block) { return sync_.lacking(block, identity_.self); });
    }
    cosign_idle();
}

Admission::Moment Replica::Parts::moment() const {
    const bool deciding = at_.proposal_height > executor_.tip().height && at_.now < at_.proposal + proposal_settles_ms;
    return {.now_ms = at_.now, .wall = at_.wall, .unsettled = deciding || sync_.known() > executor_.tip().height};
}

void Replica::Parts::on(SubmitTransaction& event) {
    const ledger::TxId id = event.transaction->tx.id();
    if (waiters_.size() >= waiting_clients_max) {
        return outbox_.reply(event.token, NotTaken{.tx = id, .reason = Busy::too_many_waiting});
    }
    const Admission::Verdict verdict = admission_.admit(event.transaction, std::nullopt, moment());
    const auto accept = [&] {
        if (waiters_.add(id, event.token)) outbox_.reply(event.token, Accepted{.tx = id});
    };
    std::visit(Overloaded{[&](Admission::Entered) {
                              gossip_.add_own(event.transaction, gossip_moment());
                              accept();
                          },
                          [&](Admission::AlreadyIn) {
                              // A peer told it, and maybe nobody else.
                              if (pool_.find(id)->told_ms == 0) gossip_.add_own(event.transaction, gossip_moment());
                              accept();
                          },
                          [&](ledger::Refusal refusal) { answer_refused(event, refusal); },
                          [&](Busy busy) { outbox_.reply(event.token, NotTaken{.tx = id, .reason = busy}); }},
               verdict);
}

// A transaction that is final already is refused by its nonce; its sender gets its place instead.
void Replica::Parts::answer_refused(const SubmitTransaction& event, ledger::Refusal refusal) {
    const ledger::TxId& id = event.transaction->tx.id();
    const chain::ChainView view = committer_->chain().view();
    const Result<std::optional<chain::TxPlace>, chain::Error> place = view.find(id);
    if (!place) return halt(place.error());
    if (!*place) return outbox_.reply(event.token, Refused{.tx = id, .refusal = refusal});
    const Result<std::optional<chain::StoredHeader>, chain::Error> header = view.header((*place)->height);
    if (!header) return halt(header.error());
    if (!*header) return halt(header_missing((*place)->height));
    outbox_.reply(
        event.token,
        Committed{
            .tx = id, .height = (*place)->height, .log_index = (*place)->log_index, .time = (*header)->header.time});
}

void Replica::Parts::on(PeerUp& event) {
    outbox_.set_up(event.peer);
    outbox_.send(event.peer, own_tip(), Lane::votes);
    outbox_.push(StatusChanged{});
}

void Replica::Parts::on(PeerDown& event) {
    outbox_.set_down(event.peer);
    sync_.note_down(event.peer);
    serving_.note_down(event.peer);
    snapshots_.note_down(event.peer);
    outbox_.push(StatusChanged{});
}

void Replica::Parts::drop_refused(const Admission::Dropped& dropped) {
    for (const auto& [id, refusal] : dropped) {
        for (const RequestToken token : waiters_.take(id)) {
            outbox_.reply(token, Refused{.tx = id, .refusal = refusal});
        }
    }
}

void Replica::Parts::review(bool idle) {
    drop_refused(admission_.review(moment(), idle));
}

// Whatever no block can hold any more: blocks after the tip are later than it, and no correct clock is so far behind.
void Replica::Parts::expire() {
    const std::uint64_t wall = at_.wall.value - std::min(at_.wall.value, block_ahead_max_ms);
    const TimeMs now{std::max(executor_.tip().time.value + 1, wall)};
    Admission::Dropped dropped;
    for (const Pending& pending : pool_.take_expired(now)) {
        dropped.emplace_back(pending.tx->tx.id(), ledger::Refusal::tx_expired);
    }
    if (!dropped.empty()) admission_.forget_trial();
    drop_refused(dropped);
}

ledger::MemberId Replica::Parts::primary() const {
    const consensus::View view = pbft_ ? pbft_->view() : last_view_;
    return ledger::MemberId{context_.present().at(context_.present().primary(view)).name};
}

Gossip::Moment Replica::Parts::gossip_moment() const {
    return {.now_ms = at_.now, .tip = executor_.tip().height, .primary = primary()};
}

Status Replica::Parts::status() const {
    const ledger::Tip& tip = executor_.tip();
    Status status{.self = identity_.self,
                  .duty = duty(),
                  .why = why_mute(),
                  .height = tip.height,
                  .block_hash = tip.hash,
                  .block_time = tip.height.value > 0 ? tip.time : TimeMs{},
                  .log_size = tip.log_size};
    const consensus::View view = pbft_ ? pbft_->view() : last_view_;
    status.epoch = context_.present().epoch().number;
    status.view = consensus::Epoch::place_of(view);
    status.primary = primary();
    status.changing_view = pbft_ && pbft_->changing();
    status.forked = at_.fork_seen.has_value();
    status.catching_up = sync_.known() > tip.height.next();
    status.cosigned = cosigner_.last_complete();
    const auto add_peer = [&](const ledger::MemberId& member, bool validator) {
        if (member == identity_.self) return;
        const bool up = outbox_.is_up(member);
        status.peers.push_back({.member = member,
                                .connected = up,
                                .validator = validator,
                                .votes = sync_.votes(member),
                                .height = sync_.tip_of(member)});
        if (validator && up && sync_.votes(member)) ++status.connected_validators;
    };
    for (const ledger::Validator& validator : nodes().validators) add_peer(validator.member, true);
    for (const ledger::Observer& observer : nodes().observers) add_peer(observer.member, false);
    status.connected_validators += status.duty == Duty::voting ? 1 : 0;
    status.quorum = context_.present().quorum();
    status.has_quorum = status.connected_validators >= status.quorum;
    status.proposers_time = proposer_clock_.now(at_.now);
    status.pool_transactions = pool_.size();
    status.votes_ahead = pbft_ ? pbft_->held_ahead() : 0;
    status.pool_bytes = pool_.bytes();
    status.waiting_clients = waiters_.size();
    return status;
}

}  // namespace datadeed::replica
