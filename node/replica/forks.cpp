#include "node/replica/forks.h"

#include <utility>
#include <variant>

namespace datadeed::replica {
namespace {

using HeaderFound = Result<std::optional<chain::StoredHeader>, chain::Error>;

// Nothing where it was skipped: of what was pruned headers stay.
HeaderFound header_if_kept(const chain::ChainView& chain, Height height) {
    HeaderFound found = chain.header(height);
    if (!found && found.error().fault == chain::Fault::chain_pruned) return std::nullopt;
    return found;
}

// A block that follows another one than our last, which its payload may bring the certificate of.
ForkFound fork_below(const CheckedCertifiedBlock& shown, const Final& here) {
    if (here.tip.height.value == 0) return std::nullopt;
    const HeaderFound own = header_if_kept(here.chain, here.tip.height);
    if (!own) return fail(own.error());
    Fork fork{.height = here.tip.height};
    const std::optional<consensus::CommitCertificate>& other = shown.block->prev_certificate;
    if (*own && other && here.epoch.has((*own)->certificate.view)) {
        fork.evidence = consensus::contradictions((*own)->certificate, *other);
    }
    return fork;
}

}  // namespace

ForkFound fork_in(const CheckedCertifiedBlock& shown, const Final& here) {
    const ledger::BlockHeader& header = shown.block->block.header;
    const bool is_beside = header.height == here.tip.height.next() && header.prev != here.tip.hash;
    if (!is_beside) return fork_in(*shown.certificate, here);
    if (!here.epoch.has(shown.certificate->view)) return std::nullopt;
    return fork_below(shown, here);
}

ForkFound fork_in(const consensus::CommitCertificate& shown, const Final& here) {
    // A manifest may bring one of a height at which its epoch wasn't yet, by keys that are made up like the rest.
    const bool is_of_epoch = here.epoch.has(shown.view) && shown.height > here.epoch.base;
    if (!is_of_epoch || shown.height > here.tip.height) return std::nullopt;
    const HeaderFound own = header_if_kept(here.chain, shown.height);
    if (!own) return fail(own.error());
    if (!*own || (*own)->hash == shown.hash) return std::nullopt;
    return Fork{.height = shown.height, .evidence = consensus::contradictions((*own)->certificate, shown)};
}

Result<bool, chain::Error> is_of_this_chain(const chain::SnapshotManifest& manifest, const Final& here) {
    const std::uint32_t number = here.epoch.number;
    if (number == 0) return true;  // the genesis document is the same for all
    // Honest ones of what this node has gone beyond are of an earlier epoch; nothing rests on them.
    if (manifest.header.height <= here.epoch.base) return manifest.epoch_ends.size() < number;
    if (manifest.epoch_ends.size() < number) return false;
    const ledger::BlockHeader& end = manifest.epoch_ends[number - 1].header;
    const HeaderFound own = header_if_kept(here.chain, here.epoch.base);
    if (!own) return fail(own.error());
    return *own && (*own)->header == end;
}

std::vector<const consensus::CommitCertificate*> certificates_in(const consensus::VerifiedMessage& message) {
    std::vector<const consensus::CommitCertificate*> found;
    const auto add = [&found](const consensus::ViewChange& change) {
        if (change.certificate) found.push_back(&*change.certificate);
    };
    std::visit(
        [&add](const auto& verified) {
            const auto& said = verified->message;
            if constexpr (requires { said.view_changes.front().message; }) {
                for (const auto& change : said.view_changes) add(change.message);
            } else if constexpr (requires {
                                     said.committed;
                                     said.certificate;
                                 }) {
                add(said);
            }
        },
        message);
    return found;
}

Result<bool, chain::Error> is_other_block(Height height, const Digest& hash, const chain::ChainView& chain) {
    const HeaderFound own = header_if_kept(chain, height);
    if (!own) return fail(own.error());
    return *own && (*own)->hash != hash;
}

}  // namespace datadeed::replica
