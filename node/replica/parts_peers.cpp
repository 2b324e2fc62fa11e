#include <algorithm>
#include <utility>

#include "base/fields.h"
#include "base/overloaded.h"
#include "node/replica/limits.h"
#include "node/replica/parts.h"
#include "node/replica/proposal.h"
#include "node/replica/wire_codec.h"

namespace datadeed::replica {
namespace {

// Nothing where it was skipped: of what was pruned headers stay.
Result<std::optional<chain::StoredHeader>, chain::Error> header_if_kept(const chain::ChainView& chain, Height height) {
    Result<std::optional<chain::StoredHeader>, chain::Error> header = chain.header(height);
    if (!header && header.error().fault == chain::Fault::chain_pruned) return std::nullopt;
    return header;
}

}  // namespace

void Replica::Parts::on(PeerMessage& event) {
    const ledger::MemberId& peer = event.peer;
    std::visit(Overloaded{[&](FetchBlocks& question) { take_question(peer, question); },
                          [&](FetchSnapshot& question) { take_question(peer, question); },
                          [&](FetchPart& question) { take_question(peer, question); },
                          [&](auto& message) { receive(peer, message); }, [](OtherEpoch&) {}},
               event.message);
}

void Replica::Parts::receive(const ledger::MemberId& peer, CheckedVote& message) {
    const std::optional<consensus::ValidatorIndex> via = index_of(peer);
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
    for (const TransactionPtr& transaction : message.transactions) {
        const Admission::Verdict verdict = admission_.admit(transaction, now, false);
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
        check_fork(block);
        if (halted_ || at_.fork_seen) return;
    }
    sync_.receive(peer, std::move(message),
                  {.ours = executor_.tip().height, .now_ms = at_.now, .epoch = context_.present().epoch().number});
    adopt_ready();
}

// Two quorums for two blocks at one height have more than f liars in common. Nothing can prevent that, but it must come
// out. Validators of epochs that are over have no say: whoever has their keys could stop everybody.
void Replica::Parts::check_fork(const CheckedCertifiedBlock& shown) {
    const consensus::Epoch& epoch = context_.present().epoch();
    const consensus::CommitCertificate& certificate = *shown.certificate;
    if (!epoch.has(certificate.view)) return;
    const ledger::Tip& tip = executor_.tip();
    const ledger::BlockHeader& header = shown.block->block.header;
    const bool is_beside = header.height == tip.height.next() && header.prev != tip.hash;
    const Height height = is_beside ? tip.height : header.height;
    if (height > tip.height || height.value == 0) return;
    const auto own = header_if_kept(committer_->chain().view(), height);
    if (!own) return halt(own.error());
    if (!is_beside && (!*own || (*own)->hash == certificate.hash)) return;
    const std::optional<consensus::CommitCertificate>& below = shown.block->prev_certificate;
    const consensus::CommitCertificate* other = !is_beside ? &certificate : below ? &*below : nullptr;
    if (*own && other != nullptr && epoch.has((*own)->certificate.view)) {
        for (consensus::Evidence& evidence : consensus::contradictions((*own)->certificate, *other)) {
            consensus::ReportEvidence report{.evidence = std::move(evidence)};
            perform(report);
        }
    }
    tell_fork(height, &shown);
}

// From here on nothing is decided or answered any more. All are shown what is final here, and what was shown here: some
// have the one, some the other, and some of them hear each other by this node alone.
void Replica::Parts::tell_fork(Height height, const CheckedCertifiedBlock* shown) {
    at_.fork_seen = at_.now;
    outbox_.push(StatusChanged{});
    outbox_.log(LogEvent::Level::error, "chain.forked", {{"height", std::to_string(height.value)}});
    const auto show = [this](Height from, CertifiedBlock block) {
        Blocks blocks{.request = 0, .from = from, .blocks = {}};
        blocks.blocks.push_back(std::move(block));
        outbox_.send_all(encode(WireMessage{std::move(blocks)}), Lane::votes);
    };
    if (std::optional<CertifiedBlock> own = load(height)) show(height, std::move(*own));
    if (shown == nullptr) return;
    show(shown->block->block.header.height, {.payload = shown->payload, .certificate = *shown->certificate});
}

// Also when the block below came by votes, after this one was fetched: nobody is asked for it again.
void Replica::Parts::adopt_ready() {
    while (!halted_) {
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
        if (halted_ || !commit(next->block.block, *next->block.certificate, true)) break;
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
    if (held == nullptr && message.height.value > 0 && message.height <= executor_.tip().height) {
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
        outbox_.log(LogEvent::Level::warning, "cosignature.wrong", {{"peer", peer.value}});
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

// What a peer says of its last block is only a reason to have it shown, and to tell the operator.
void Replica::Parts::ask_for_fork(const ledger::MemberId& peer, const Tip& theirs) {
    const ledger::Tip& tip = executor_.tip();
    if (theirs.height.value == 0 || theirs.height > tip.height || theirs.hash == tip.hash) return;
    const auto asked = at_.fork_asked.find(peer);
    if (asked != at_.fork_asked.end() && at_.now < asked->second + fork_ask_ms) return;
    const auto own = header_if_kept(committer_->chain().view(), theirs.height);
    if (!own) return halt(own.error());
    if (!*own || (*own)->hash == theirs.hash) return;
    at_.fork_asked.insert_or_assign(peer, at_.now);
    outbox_.log(LogEvent::Level::warning, "peer.other_block",
                {{"peer", peer.value}, {"height", std::to_string(theirs.height.value)}});
    outbox_.send(peer, encode(WireMessage{FetchBlocks{.request = 0, .from = theirs.height, .max = 1}}), Lane::votes);
}

Snapshots::Moment Replica::Parts::snapshot_moment() const {
    const ledger::Tip& tip = executor_.tip();
    return {.ours = tip.height,
            .log_size = tip.log_size,
            .blocks_missing = sync_.lacks_source(tip.height.next(), at_.now),
            .now_ms = at_.now};
}

// What it skips can't show any more that votes of this node were lost, nor a fork; what it stands on can.
void Replica::Parts::check_manifest(const consensus::CommitCertificate& certificate) {
    if (!context_.present().epoch().has(certificate.view)) return;
    if (certificate.height > executor_.tip().height) {
        if (pbft_ && !pbft_->may_have_committed(certificate)) lose_votes();
        return;
    }
    const auto own = header_if_kept(committer_->chain().view(), certificate.height);
    if (!own) return halt(own.error());
    if (*own && (*own)->hash != certificate.hash) tell_fork(certificate.height, nullptr);
}

void Replica::Parts::receive(const ledger::MemberId& peer, CheckedSnapshot& message) {
    if (message.manifest) check_manifest(message.manifest->content().certificate);
    if (halted_ || at_.fork_seen) return;
    snapshots_.receive(peer, message, snapshot_moment());
}

void Replica::Parts::receive(const ledger::MemberId& peer, Part& message) {
    snapshots_.receive(peer, message, snapshot_moment());
}

void Replica::Parts::fetch_missing() {
    adopt_ready();
    if (halted_ || at_.fork_seen) return;
    snapshots_.fetch(snapshot_moment());
    if (snapshots_.come_first(at_.now)) return;
    const bool votes = pbft_.has_value() && !fetch_at_once_;
    fetch_at_once_ = false;
    const std::vector<Sync::Ask> asks =
        sync_.due({.ours = executor_.tip().height, .now_ms = at_.now, .patience_ms = votes ? voter_patience_ms : 0});
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
    if (tip.height.value > 0 && still && cosigner_.last_opened() < tip.height) {
        const Result<std::optional<chain::StoredHeader>, chain::Error> header =
            committer_->chain().view().header(tip.height);
        if (!header || !*header) return;  // whatever it is, it shows where it matters
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
