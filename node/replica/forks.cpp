#include "node/replica/forks.h"

#include <utility>

namespace datadeed::replica {
namespace {

using Header = Result<std::optional<chain::StoredHeader>, chain::Error>;

// Nothing where it was skipped: of what was pruned headers stay.
Header header_if_kept(const chain::ChainView& chain, Height height) {
    Header header = chain.header(height);
    if (!header && header.error().fault == chain::Fault::chain_pruned) return std::nullopt;
    return header;
}

// A block that follows another one than our last, which its payload may bring the certificate of.
ForkFound fork_below(const CheckedCertifiedBlock& shown, const Final& here) {
    if (here.tip.height.value == 0) return std::nullopt;
    const Header own = header_if_kept(here.chain, here.tip.height);
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
    if (!here.epoch.has(shown.view) || shown.height > here.tip.height) return std::nullopt;
    const Header own = header_if_kept(here.chain, shown.height);
    if (!own) return fail(own.error());
    if (!*own || (*own)->hash == shown.hash) return std::nullopt;
    return Fork{.height = shown.height, .evidence = consensus::contradictions((*own)->certificate, shown)};
}

Result<bool, chain::Error> is_other_block(Height height, const Digest& hash, const chain::ChainView& chain) {
    const Header own = header_if_kept(chain, height);
    if (!own) return fail(own.error());
    return *own && (*own)->hash != hash;
}

}  // namespace datadeed::replica
