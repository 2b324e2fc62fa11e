#include "audit/checked_block.h"

#include <string>
#include <utility>

#include "consensus/error.h"
#include "consensus/signing.h"
#include "crypto/merkle.h"
#include "ledger/error.h"

namespace datadeed::audit {
namespace {

FirstBad blame(std::string code, std::string detail, Height height) {
    return {.code = std::move(code), .detail = std::move(detail), .height = height, .place = "certificate"};
}

std::string epoch_text(std::uint32_t number) {
    return "the validators of epoch " + std::to_string(number);
}

std::optional<FirstBad> check_transactions(const ChainId& chain, CheckedBlock& checked) {
    checked.transactions.reserve(checked.block.transactions.size());
    for (std::size_t i = 0; i < checked.block.transactions.size(); ++i) {
        const auto blame = [&](ledger::Refusal refusal) {
            return FirstBad{.code = std::string{ledger::code(refusal)},
                            .detail = std::string{ledger::describe(refusal)},
                            .height = checked.height,
                            .transaction = i,
                            .place = "transaction"};
        };
        auto parsed = ledger::parse(chain, checked.block.transactions[i].bytes);
        if (!parsed) return blame(parsed.error());
        auto verified = ledger::verify(std::move(*parsed));
        if (!verified) return blame(verified.error());
        checked.transactions.push_back(std::move(*verified));
        checked.leaves.push_back(crypto::leaf_hash(checked.block.transactions[i].bytes));
    }
    return std::nullopt;
}

}  // namespace

std::optional<FirstBad> check_certificate(const ChainId& chain, const consensus::ValidatorSet& voters,
                                          const CheckedBlock& checked) {
    const consensus::CommitCertificate& certificate = checked.certificate;
    const Digest hash = ledger::hash(checked.block.header);
    if (certificate.height != checked.height || certificate.hash != hash) {
        return blame("replay.certificate_of_other_block",
                     "the certificate is for another block than the header's hash " + to_hex(hash), checked.height);
    }
    if (!voters.epoch().has(certificate.view)) {
        return blame("replay.certificate_of_other_epoch",
                     "the certificate is by " + epoch_text(consensus::Epoch::of(certificate.view)) +
                         ", but at this height vote " + epoch_text(voters.epoch().number),
                     checked.height);
    }
    const consensus::Ed25519Verifier signatures;
    const auto held = consensus::verify(certificate, voters, chain, signatures);
    if (held) return std::nullopt;
    return blame("replay.certificate",
                 "the certificate doesn't hold among " + epoch_text(voters.epoch().number) + ": " +
                     std::string{consensus::describe(held.error())},
                 checked.height);
}

CheckedBlock check_block(const ChainId& chain, const consensus::ValidatorSet& voters, Height height,
                         chain::StoredBlock stored) {
    CheckedBlock checked{.height = height,
                         .block = std::move(stored.block),
                         .certificate = std::move(stored.certificate),
                         .epoch = voters.epoch()};
    checked.certificate_hash = chain::certificate_hash(checked.certificate);
    // The transactions first: where both are wrong, the one that names its place says more.
    checked.bad = check_transactions(chain, checked);
    if (!checked.bad) checked.certificate_bad = check_certificate(chain, voters, checked);
    return checked;
}

}  // namespace datadeed::audit
