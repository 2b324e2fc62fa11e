#include "node/replica/skipping.h"

#include <algorithm>
#include <vector>

#include "consensus/quorum.h"
#include "node/replica/executor.h"
#include "node/replica/limits.h"

namespace datadeed::replica {
namespace {

std::vector<ledger::MemberId> validators_of(const chain::CheckedManifest& manifest) {
    std::vector<ledger::MemberId> validators;
    for (const ledger::Validator& each : manifest.epoch().nodes.validators) validators.push_back(each.member);
    return validators;
}

bool is_kept_elsewhere(const chain::CheckedManifest& manifest, const Sync& sync) {
    const std::vector<ledger::MemberId> validators = validators_of(manifest);
    return sync.count_at(validators, manifest.height()) > consensus::faults(validators.size());
}

bool are_blocks_gone(const chain::CheckedManifest& manifest, const Skipping& node) {
    std::vector<ledger::MemberId> others = validators_of(manifest);
    const std::size_t faults = consensus::faults(others.size());
    std::erase(others, node.identity.self);
    return node.sync.has_gone(node.tip.next(), others, faults, node.now_ms);
}

bool has_key(const Identity& identity, const crypto::PublicKey& key) {
    return std::ranges::find(identity.vote_keys, key, &VoteKey::key) != identity.vote_keys.end();
}

bool is_named_by(const chain::CheckedManifest& manifest, const Identity& identity) {
    return std::ranges::any_of(manifest.epoch().nodes.validators,
                               [&](const ledger::Validator& each) { return has_key(identity, each.vote); });
}

bool has_vote_in(const consensus::CommitCertificate& certificate, const Skipping& node) {
    const consensus::ValidatorSet* voters = node.voters.voters_in(certificate.view);
    if (voters == nullptr) return false;
    return std::ranges::any_of(certificate.votes, [&](const consensus::VoteSignature& vote) {
        return has_key(node.identity, voters->at(vote.signer).vote_key);
    });
}

// What isn't kept here shows nothing. What can't be read must not be taken for that: it could cost a voice for good.
Result<bool, chain::Error> has_voted_lately(const Skipping& node) {
    for (std::uint64_t back = 0; back < own_vote_within_blocks && back < node.tip.value; ++back) {
        const Height height{node.tip.value - back};
        const auto stored = node.chain.header(height);
        if (!stored && stored.error().fault == chain::Fault::chain_pruned) return false;
        if (!stored) return fail(stored.error());
        if (!*stored) return fail(header_missing(height));
        if (has_vote_in((*stored)->certificate, node)) return true;
    }
    return false;
}

}  // namespace

Result<MaySkip, chain::Error> may_skip_to(const chain::CheckedManifest& manifest, const Skipping& node) {
    if (!is_kept_elsewhere(manifest, node.sync)) return MaySkip::no;
    if (node.is_mute || node.lost_blocks || !is_named_by(manifest, node.identity)) return MaySkip::yes;
    const Result<bool, chain::Error> has_voted = has_voted_lately(node);
    if (!has_voted) return fail(has_voted.error());
    if (*has_voted) return MaySkip::yes;
    return are_blocks_gone(manifest, node) ? MaySkip::without_voice : MaySkip::no;
}

}  // namespace datadeed::replica
