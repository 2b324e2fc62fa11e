#pragma once

#include <optional>
#include <utility>

#include "base/fields.h"
#include "consensus/evidence.h"
#include "consensus/signing.h"

// What validators say, signed with real keys, for evidence in tests.

namespace datadeed::test {

// Who says it: its number in its epoch, and its vote key, borrowed.
struct Voice {
    ChainId chain{};
    std::uint32_t number{};
    const crypto::SecretKey* key{};

    template <class M>
    [[nodiscard]] consensus::Signed<M> says(M message) const {
        return consensus::sign(chain, std::move(message), consensus::ValidatorIndex{number},
                               consensus::Ed25519Signer{*key});
    }
};

[[nodiscard]] inline consensus::View view_in(std::uint32_t epoch, std::uint32_t place) {
    return consensus::View{(std::uint64_t{epoch} << 32U) | place};
}

// COMMITs for two blocks in one slot.
[[nodiscard]] inline consensus::Evidence two_commits(const Voice& voice, consensus::View view, Height height) {
    return {.first = voice.says(consensus::Commit{.view = view, .height = height, .hash = Digest{0xA0}}),
            .second = voice.says(consensus::Commit{.view = view, .height = height, .hash = Digest{0xB0}})};
}

// A VIEW-CHANGE to the view that shows nothing but the epoch's base.
[[nodiscard]] inline consensus::ViewChange asking_for(consensus::View view, Height base = {}) {
    return {.new_view = view, .committed = base, .certificate = std::nullopt, .prepared = std::nullopt};
}

}  // namespace datadeed::test
