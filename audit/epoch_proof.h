#pragma once

#include <string>
#include <vector>

#include "audit/epochs.h"
#include "audit/error.h"
#include "base/bytes.h"
#include "base/fields.h"
#include "base/result.h"
#include "base/types.h"
#include "chain/epoch_end.h"

// A file that leads from the genesis document to the validators of later epochs, for those who have neither a copy of
// the chain nor a node. Nobody needs to trust whoever made it (chain/epoch_end.h). It may stop early, but it can't lie.
// Pure; any thread.

namespace datadeed::audit {

using chain::EpochEnd;

struct EpochProof {
    static constexpr const char* format_name = "datadeed/epochs/1";

    std::string format{format_name};
    Bytes genesis{};               // the document
    std::vector<EpochEnd> ends{};  // of all epochs but the last one, from the first on

    static constexpr void fields(auto& self, auto&& visit) {
        visit("format", self.format);
        visit("genesis", self.genesis, Limit{16U << 20U});
        visit("ends", self.ends, Limit{chain::epoch_ends_max});
    }
    friend bool operator==(const EpochProof&, const EpochProof&) = default;
};

inline constexpr std::size_t epoch_proof_size_max = std::size_t{256} << 20U;  // bytes of the file

// Strict. Errors: epochs_malformed.
[[nodiscard]] Result<EpochProof, Error> decode_epoch_proof(ByteView bytes);

// The epochs that the proof shows to somebody who knows the chain's id. Errors: epochs_other_chain, epochs_malformed,
// epochs_not_certified.
[[nodiscard]] Result<Epochs, Error> follow(const EpochProof& proof, const ChainId& chain);

}  // namespace datadeed::audit
