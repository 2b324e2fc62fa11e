#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "audit/epoch_proof.h"
#include "base/types.h"
#include "chain/error.h"
#include "ledger/epoch.h"
#include "ledger/evidence.h"

// What an offline check found. Values; any thread.

namespace datadeed::audit {

// The first thing that is wrong, as exactly as it can be said.
struct FirstBad {
    std::string code{};                          // stable and dotted, as in "replay.state_root"
    std::string detail{};                        // a sentence for people
    std::optional<Height> height{};              // the block, where there is one to blame
    std::optional<std::uint64_t> transaction{};  // its index in the block
    std::string place{};                         // file, field or key, where that says more

    friend bool operator==(const FirstBad&, const FirstBad&) = default;
};

// What the database, or the file system, said: its code and words.
[[nodiscard]] FirstBad unreadable(const chain::Error& error, std::optional<Height> height = std::nullopt);

// The chain as far as it is good: all of it, or up to the block before first_bad.
struct ReplayReport {
    ChainId chain{};
    Height height{};
    TimeMs time{};  // of the last block; the genesis time when there's none
    std::uint64_t transactions{};
    Digest state_root{};
    Digest log_root{};
    ledger::Epoch epoch{};                            // whose nodes vote on the next block
    EpochProof epoch_proof{};                         // what led to it
    std::vector<ledger::EvidenceRecord> convicted{};  // validators that contradicted themselves, by the evidence's id
    std::optional<FirstBad> first_bad{};

    [[nodiscard]] bool verified() const { return !first_bad.has_value(); }
};

}  // namespace datadeed::audit
