#pragma once

#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/fields.h"
#include "consensus/certificate.h"
#include "ledger/block.h"

namespace datadeed::replica {

// What a proposal's payload is, and what travels as a block: CBOR [block, certificate]. Validators may hold different
// certificates of the block before, all good; the proposer picks one, the header's prev_cert_hash names it, and it
// travels along, so that all store the same.
struct ProposalPayload {
    ledger::Block block{};
    std::optional<consensus::CommitCertificate> prev_certificate{};  // nothing at height 1

    static constexpr void fields(auto& self, auto&& visit) {
        visit("block", self.block);
        visit("prev_certificate", self.prev_certificate);
    }
    friend bool operator==(const ProposalPayload&, const ProposalPayload&) = default;
};

}  // namespace datadeed::replica
