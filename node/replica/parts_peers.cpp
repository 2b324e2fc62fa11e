#include <algorithm>
#include <utility>

#include "base/fields.h"
#include "base/overloaded.h"
#include "node/replica/limits.h"
#include "node/replica/parts.h"
#include "node/replica/proposal.h"
#include "node/replica/wire_codec.h"

namespace datadeed::replica {
void Replica::Parts::on(PeerMessage& event) {
    const ledger::MemberId& peer = event.peer;
    std::visit(Overloaded{[&](FetchBlocks& question) { take_question(peer, question); },
                          [&](FetchSnapshot& question) { take_question(peer, question); },
                          [&](FetchPart& question) { take_question(peer, question); },
                          [&](Part& part) { snapshots_.receive(peer, part, snapshot_moment()); },
                          [&](auto& message) { receive(peer, message); }, [](OtherEpoch&) {}},
               event.message);
}

void Replica::Parts::receive(const ledger::MemberId& peer, CheckedVote& message) {
    const std::optional<consensus::ValidatorIndex> via = index_of(peer);
    const Final here{.chain = committer_->chain().view(), .tip = executor_.tip(), .epoch = context_.present().epoch()};
    for (const consensus::CommitCertificate* certificate : certificates_in(message.message)) {
        if (!halted_ && !at_.fork_proven) take_fork(fork_in(*certificate, here), nullptr);
    }
    if (!via || !pbft_) return;
    using Proposal = consensus::Verified<consensus::Signed<consensus::PrePrepare>>;
    if (auto* proposal = std::get_if<Proposal>(&message.message); proposal != nullptr && message.block) {
        remember(std::move(message.block), (*proposal)->message.payload);
    }
    to_consensus_.emplace_back(consensus::MessageIn{.via = *via, .message = std::move(message.message)});
    run_consensus();
}

void Replica::Parts::receive(const ledger::MemberId& peer, CheckedTransactions& message) {
    const Admission::Moment now = moment();
    const Gossip::Moment heard = gossip_moment();
    const Admission::Peer teller{.name = peer, .observes = !outbox_.is_validator(peer)};
    for (const TransactionPtr& transaction : admission_.cheapest_signers_first(message.transactions, teller)) {
        const Admission::Verdict verdict = admission_.admit(transaction, teller, now);
        const bool entered = std::holds_alternative<Admission::Entered>(verdict);
        if (entered || std::holds_alternative<Admission::AlreadyIn>(verdict)) {
            gossip_.note_heard(transaction, peer, entered, heard);
        }
    }
}

std::optional<CertifiedBlock> Replica::Parts::load(Height height) {
    const chain::ChainView view = committer_->chain().view();
    Result<std::optional<chain::StoredBlock>, chain::Error> stored = view.block(height);
    if (stored && !*stored) return std::nullopt;
    // Others have it.
    if (!stored && stored.error().fault == chain::Fault::chain_pruned) return std::nullopt;
    ProposalPayload payload;
    if (stored && height.value > 1) {
        Result<std::optional<chain::StoredHeader>, chain::Error> below = view.header(Height{height.value - 1});
        if (below && *below) {
            payload.prev_certificate = std::move((*below)->certificate);
        } else {
            stored = fail(below ? header_missing(Height{height.value - 1}) : below.error());
        }
    }
    if (!stored) {
        halt(stored.error());
        return std::nullopt;
    }
    payload.block = std::move((*stored)->block);
    return CertifiedBlock{.payload = encode(payload), .certificate = std::move((*stored)->certificate)};
}

void Replica::Parts::take_question(const ledger::MemberId& peer, const Serving::Question& question) {
    if (!outbox_.is_up(peer)) return;
    if (!serving_.may_answer(peer, at_.now)) return serving_.defer(peer, question);
    answer(peer, question);
}

void Replica::Parts::answer(const ledger::MemberId& peer, const Serving::Question& question) {
    std::visit(Overloaded{[&](const FetchBlocks& blocks) { answer(peer, blocks); },
                          [&](const auto& snapshot) { snapshots_.answer(peer, snapshot); }},
               question);
}

void Replica::Parts::answer(const ledger::MemberId& peer, const FetchBlocks& question) {
    Blocks answer{.request = question.request, .from = question.from, .blocks = {}};
    const std::size_t count = std::min<std::size_t>(question.max, fetch_blocks_max);
    std::size_t bytes = 0;
    std::size_t cost = 0;
    for (Height height = question.from; height.value > 0 && height <= executor_.tip().height; height = height.next()) {
        if (answer.blocks.size() >= count || bytes >= fetch_bytes_max) break;
        std::optional<CertifiedBlock> block = load(height);
        if (!block) break;
        bytes += block->payload.size();
        cost += std::max(block->payload.size(), serve_bytes_min);
        answer.blocks.push_back(std::move(*block));
    }
    serving_.spend(peer, cost);
    if (!halted_) outbox_.send(peer, encode(WireMessage{std::move(answer)}), Lane::blocks);
}

void Replica::Parts::receive(const ledger::MemberId& peer, CheckedBlocks& message) {
    for (const CheckedCertifiedBlock& block : message.blocks) {
        if (!halted_ && !at_.fork_proven) check_fork(block);
    }
    sync_.receive(peer, std::move(message),
                  {.ours = executor_.tip().height, .now_ms = at_.now, .epoch = context_.present().epoch().number});
    adopt_ready();
}

// Also when the block below came by votes, after this one was fetched: nobody is asked for it again.
void Replica::Parts::adopt_ready() {
    while (!halted_ && !at_.fork_seen) {
        std::optional<Sync::Ready> next = sync_.take_next(executor_.tip().height);
        if (!next) break;
        check_fork(next->block);
        if (halted_ || at_.fork_seen) break;
        // The certificate covers the header; whether the rest of what came is the header's, nobody has vouched for. And
        // validators of the epoch before have no say any more.
        const bool of_epoch = context_.present().epoch().has(next->block.certificate->view);
        if (!of_epoch || !executor_.is_bound(*next->block.block)) {
            outbox_.log(LogEvent::Level::warning, "peer.block_wrong", {{"peer", next->peer.value}});
            sync_.reject(next->peer, at_.now);
            break;
        }
        if (pbft_ && !pbft_->may_have_committed(*next->block.certificate)) lose_votes();
        if (pbft_ && shows_lost_votes(*next->block.block, *pbft_)) lose_votes();
        if (!halted_) commit(next->block.block, *next->block.certificate, true);
        if (halted_) break;
        if (epoch_over_) {
            begin_epoch();
            continue;
        }
        to_consensus_.emplace_back(consensus::Adopted{.certificate = std::move(next->block.certificate)});
        run_consensus();
    }
}

void Replica::Parts::receive(const ledger::MemberId& peer, FetchBody& message) {
    // It asks again, or somebody else.
    if (!index_of(peer) || !serving_.may_answer(peer, at_.now)) return;
    const Bytes* held = pbft_ ? pbft_->payload(message.hash) : nullptr;
    std::optional<CertifiedBlock> block;
    if (held == nullptr) {
        block = load(message.height);
        if (block && block->certificate.hash == message.hash) held = &block->payload;
    }
    serving_.spend(peer, held != nullptr ? held->size() : block ? block->payload.size() : 0);
    if (held == nullptr) return;
    Body body{.height = message.height, .hash = message.hash, .payload = *held};
    outbox_.send(peer, encode(WireMessage{std::move(body)}), Lane::blocks);
}

void Replica::Parts::receive(const ledger::MemberId& /*peer*/, CheckedBody& message) {
    // Consensus takes nothing but what the hash binds; whoever sent other bytes is simply not believed.
    if (!pbft_ || !executor_.is_bound(*message.block)) return;
    consensus::BodyAvailable available{
        .height = message.block->block.header.height, .hash = message.block->hash, .payload = message.payload};
    remember(std::move(message.block), std::move(message.payload));
    to_consensus_.emplace_back(std::move(available));
    run_consensus();
}

void Replica::Parts::receive(const ledger::MemberId& peer, Cosignature& message) {
    if (cosigner_.receive(peer, message) == Cosigner::Taken::wrong) {
        outbox_.blame(peer, "cosignature.wrong", at_.now);
    }
}

void Replica::Parts::receive(const ledger::MemberId& peer, Tip& message) {
    if (sync_.votes(peer) != message.votes) outbox_.push(StatusChanged{});
    sync_.note_votes(peer, message.votes);
    sync_.note_tip(peer, message.height);
    sync_.note_first(peer, message.first);
    snapshots_.note_tip(peer, message.snapshot);
    ask_for_fork(peer, message);
}

Snapshots::Moment Replica::Parts::snapshot_moment() const {
    const ledger::Tip& tip = executor_.tip();
    return {.ours = tip.height,
            .log_size = tip.log_size,
            .blocks_missing = sync_.lacks_source(tip.height.next(), at_.now),
            .now_ms = at_.now};
}

void Replica::Parts::receive(const ledger::MemberId& peer, const CheckedSnapshot& message) {
    if (message.manifest && !check_manifest(message.manifest->content())) {
        if (halted_) return;  // it couldn't be looked at
        return snapshots_.blame(peer, "its history isn't this chain's", snapshot_moment());
    }
    if (halted_ || at_.fork_seen) return;
    snapshots_.receive(peer, message, snapshot_moment());
}

void Replica::Parts::fetch_missing() {
    adopt_ready();
    if (halted_ || at_.fork_seen) return;
    snapshots_.fetch(snapshot_moment());
    if (snapshots_.come_first(at_.now)) return;
    const std::vector<Sync::Ask> asks =
        sync_.due({.ours = executor_.tip().height, .now_ms = at_.now, .patience_ms = pbft_ ? voter_patience_ms : 0});
    for (const Sync::Ask& ask : asks) outbox_.send(ask.peer, encode(WireMessage{ask.request}), Lane::votes);
}

Bytes Replica::Parts::own_tip() const {
    const ledger::Tip& tip = executor_.tip();
    const bool votes = duty() == Duty::voting;
    return encode(WireMessage{Tip{.height = tip.height,
                                  .hash = tip.hash,
                                  .votes = votes,
                                  .first = snapshots_.pruning().first_block(),
                                  .snapshot = snapshots_.newest()}});
}

// To all now and then, so that late ones notice; to those that only follow after each block.
void Replica::Parts::tell_tip(bool to_all) {
    const Bytes bytes = own_tip();
    if (to_all) {
        at_.tip = at_.now;
        return outbox_.send_all(bytes, Lane::votes);
    }
    for (const ledger::Observer& observer : nodes().observers) outbox_.send(observer.member, bytes, Lane::votes);
}

void Replica::Parts::cosign(const ledger::BlockHeader& header) {
    // Blocks far in the past were cosigned by others long ago.
    if (sync_.known().value > header.height.value + far_behind_blocks) return;
    if (!epoch_over_ && !Cosigner::is_due(header.time, at_.tip_before)) return;
    const std::optional<Cosignature> own = cosigner_.open(
        {.height = header.height, .size = header.log_size, .root = header.log_root}, at_.wall.value / 1000);
    if (!own) return;
    at_.cosign = at_.now;
    outbox_.send_all(encode(WireMessage{*own}), Lane::gossip);
}

void Replica::Parts::cosign_idle() {
    const ledger::Tip& tip = executor_.tip();
    const bool still = at_.now >= at_.commit + 2 * cosign_window_ms;
    if (still && cosigner_.last_opened() < tip.height) {
        const Result<std::optional<chain::StoredHeader>, chain::Error> header =
            committer_->chain().view().header(tip.height);
        if (!header) return halt(header.error());
        if (!*header) return halt(header_missing(tip.height));
        const Digest root = (*header)->header.log_root;
        const std::optional<Cosignature> own =
            cosigner_.open({.height = tip.height, .size = tip.log_size, .root = root}, at_.wall.value / 1000);
        if (own) outbox_.send_all(encode(WireMessage{*own}), Lane::gossip);
        at_.cosign = at_.now;
    }
    if (at_.now < at_.cosign + cosign_again_ms) return;
    at_.cosign = at_.now;
    if (const std::optional<Cosignature> own = cosigner_.unfinished()) {
        outbox_.send_all(encode(WireMessage{*own}), Lane::gossip);
    }
}

void Replica::Parts::store_checkpoints() {
    for (const Cosigner::Complete& complete : cosigner_.take_complete()) {
        const Result<void, chain::Error> stored = committer_->chain().put_checkpoint(complete.size, complete.note);
        if (!stored) return halt(stored.error());
    }
}

}  // namespace datadeed::replica
