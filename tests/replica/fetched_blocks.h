#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "consensus/verified.h"
#include "node/replica/sync.h"
#include "tests/consensus/quick_signatures.h"

// Certified blocks for those that look at nothing of them but their heights and certificates.

namespace datadeed::replica::testing {

inline CheckedCertifiedBlock block_at(std::uint64_t height, const consensus::Epoch& epoch = {},
                                      std::optional<consensus::CommitCertificate> prev_certificate = {}) {
    const consensus::testing::QuickVerifier signatures{};
    const consensus::ValidatorSet set{consensus::testing::quick_set(1).all(), epoch};
    consensus::Verifier verifier{ChainId{}, set, signatures};
    auto block = std::make_shared<CheckedBlock>();
    block->prev_certificate = std::move(prev_certificate);
    block->block.header.height = Height{height};
    block->hash[0] = static_cast<std::uint8_t>(height);
    const consensus::testing::QuickSigner key{consensus::testing::quick_key(0)};
    const auto vote = consensus::sign(
        ChainId{}, consensus::Commit{.view = epoch.first_view(), .height = Height{height}, .hash = block->hash}, {},
        key);
    const consensus::CommitCertificate certificate{.view = epoch.first_view(),
                                                   .height = Height{height},
                                                   .hash = block->hash,
                                                   .votes = {{.signer = {}, .signature = vote.signature}}};
    return {.block = block, .payload = {}, .certificate = *verifier.verify(certificate)};
}

inline CheckedBlocks answer_to(const FetchBlocks& request, std::uint64_t until) {
    CheckedBlocks answer{.request = request.request, .from = request.from, .blocks = {}};
    for (std::uint64_t height = request.from.value; height < request.from.value + request.max && height <= until;
         ++height) {
        answer.blocks.push_back(block_at(height));
    }
    return answer;
}

inline std::uint64_t take_all(Sync& sync, std::uint64_t ours) {
    while (sync.take_next(Height{ours})) ++ours;
    return ours;
}

}  // namespace datadeed::replica::testing
