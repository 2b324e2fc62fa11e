#include <utility>

#include "base/fields.h"
#include "node/replica/forks.h"
#include "node/replica/limits.h"
#include "node/replica/parts.h"
#include "node/replica/wire_codec.h"

namespace datadeed::replica {

// What a peer says of its last block is only a reason to have it shown, and to tell the operator.
void Replica::Parts::ask_for_fork(const ledger::MemberId& peer, const Tip& theirs) {
    if (theirs.hash == executor_.tip().hash) return;  // as nearly always: nothing need be read
    std::erase_if(at_.fork_asked, [this](const auto& asked) { return at_.now >= asked.second + fork_ask_ms; });
    if (at_.fork_asked.contains(peer)) return;
    const Result<bool, chain::Error> other = is_other_block(theirs.height, theirs.hash, committer_->chain().view());
    if (!other) return halt(other.error());
    if (!*other) return;
    at_.fork_asked.insert_or_assign(peer, at_.now);
    outbox_.log(LogEvent::Level::warning, "peer.other_block",
                {{"peer", peer.value}, {"height", std::to_string(theirs.height.value)}});
    outbox_.send(peer, encode(WireMessage{FetchBlocks{.request = 0, .from = theirs.height, .max = 1}}), Lane::votes);
}

// Two quorums for two blocks at one height have more than f liars in common. Nothing can prevent that, but it must come
// out.
void Replica::Parts::check_fork(const CheckedCertifiedBlock& shown) {
    const Final here{.chain = committer_->chain().view(), .tip = executor_.tip(), .epoch = context_.present().epoch()};
    take_fork(fork_in(shown, here), &shown);
}

// What it skips can't show any more that votes of this node were lost, nor a fork; what it stands on can. False when it
// isn't of this chain: then nothing that it says counts.
bool Replica::Parts::check_manifest(const chain::SnapshotManifest& manifest) {
    const Final here{.chain = committer_->chain().view(), .tip = executor_.tip(), .epoch = context_.present().epoch()};
    const Result<bool, chain::Error> is_ours = is_of_this_chain(manifest, here);
    if (!is_ours) halt(is_ours.error());
    if (!is_ours || !*is_ours) return false;
    const consensus::CommitCertificate& certificate = manifest.certificate;
    const bool is_above = certificate.height > here.tip.height;
    if (is_above && here.epoch.has(certificate.view) && pbft_ && !pbft_->may_have_committed(certificate)) lose_votes();
    take_fork(fork_in(certificate, here), nullptr);
    return true;
}

// From the first on nothing is decided or answered any more; who signed both may still be shown. All are shown what is
// final here, and what was shown here: some have the one, some the other, and some of them hear each other by this node
// alone.
void Replica::Parts::take_fork(ForkFound found, const CheckedCertifiedBlock* shown) {
    if (!found) return halt(found.error());
    if (!*found) return;
    for (consensus::Evidence& evidence : (*found)->evidence) {
        consensus::ReportEvidence report{.evidence = std::move(evidence)};
        perform(report);
    }
    at_.fork_proven |= !(*found)->evidence.empty();
    if (at_.fork_seen) return;
    const Height height = (*found)->height;
    at_.fork_seen = at_.now;
    outbox_.push(StatusChanged{});
    outbox_.log(LogEvent::Level::error, "chain.forked", {{"height", std::to_string(height.value)}});
    const auto show = [this](Height from, CertifiedBlock block) {
        Blocks blocks{.request = 0, .from = from, .blocks = {}};
        blocks.blocks.push_back(std::move(block));
        outbox_.send_all_and_comers(encode(WireMessage{std::move(blocks)}), Lane::votes);
    };
    // The news first: a peer gets only so much of our checking time.
    if (shown != nullptr) {
        show(shown->block->block.header.height, {.payload = shown->payload, .certificate = *shown->certificate});
    }
    if (std::optional<CertifiedBlock> own = load(height)) show(height, std::move(*own));
}

}  // namespace datadeed::replica
