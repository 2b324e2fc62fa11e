#include "audit/checked_block.h"

#include <string>
#include <utility>

#include "consensus/error.h"
#include "consensus/signing.h"
#include "crypto/merkle.h"
#include "ledger/error.h"

namespace datadeed::audit {
namespace {

std::optional<FirstBad> check_certificate(const Trust& trust, Height height,
                                          const consensus::CommitCertificate& certificate, const Digest& block_hash) {
    if (certificate.height != height || certificate.hash != block_hash) {
        return FirstBad{.code = "replay.certificate_of_other_block",
                        .detail = "the certificate is for another block than the header's hash " + to_hex(block_hash),
                        .height = height,
                        .place = "certificate"};
    }
    const consensus::Ed25519Verifier signatures;
    if (const auto held = consensus::verify(certificate, trust.validators, trust.chain, signatures); !held) {
        return FirstBad{.code = "replay.certificate",
                        .detail = "the certificate doesn't hold: " + std::string{consensus::describe(held.error())},
                        .height = height,
                        .place = "certificate"};
    }
    return std::nullopt;
}

std::optional<FirstBad> check_transactions(const Trust& trust, CheckedBlock& checked) {
    checked.transactions.reserve(checked.block.transactions.size());
    for (std::size_t i = 0; i < checked.block.transactions.size(); ++i) {
        const auto blame = [&](ledger::Refusal refusal) {
            return FirstBad{.code = std::string{ledger::code(refusal)},
                            .detail = std::string{ledger::describe(refusal)},
                            .height = checked.height,
                            .transaction = i,
                            .place = "transaction"};
        };
        auto parsed = ledger::parse(trust.chain, checked.block.transactions[i].bytes);
        if (!parsed) return blame(parsed.error());
        auto verified = ledger::verify(std::move(*parsed));
        if (!verified) return blame(verified.error());
        checked.transactions.push_back(std::move(*verified));
        checked.leaves.push_back(crypto::leaf_hash(checked.block.transactions[i].bytes));
    }
    return std::nullopt;
}

}  // namespace

CheckedBlock check_block(const Trust& trust, Height height, chain::StoredBlock stored) {
    CheckedBlock checked{.height = height,
                         .block = std::move(stored.block),
                         .certificate_hash = chain::certificate_hash(stored.certificate)};
    // The transactions first: where both are wrong, the one that names its place says more.
    checked.bad = check_transactions(trust, checked);
    if (!checked.bad) {
        checked.bad = check_certificate(trust, height, stored.certificate, ledger::hash(checked.block.header));
    }
    return checked;
}

}  // namespace datadeed::audit
