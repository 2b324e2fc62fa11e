#include "chain/epoch_end.h"

#include "chain/voters.h"

namespace datadeed::chain {

std::optional<ledger::Epoch> follow(const ledger::Epoch& present, const EpochEnd& end, const ChainId& chain,
                                    const consensus::VoteVerifier& signatures) {
    const ledger::BlockHeader& header = end.header;
    const consensus::CommitCertificate& certificate = end.certificate;
    if (certificate.height != header.height || certificate.hash != ledger::hash(header)) return std::nullopt;
    if (ledger::hash(end.nodes) != header.validators_hash) return std::nullopt;
    // Nodes that stay, or that can't vote, begin no epoch: numbers would go wrong.
    if (end.nodes == present.nodes || end.nodes.validators.empty()) return std::nullopt;
    if (!consensus::verify(certificate, voters(present), chain, signatures)) return std::nullopt;
    return ledger::Epoch{
        .number = ledger::EpochNumber{present.number.value + 1}, .from = header.height.next(), .nodes = end.nodes};
}

}  // namespace datadeed::chain
