#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/types.h"
#include "crypto/error.h"

// C2SP tlog-proof (c2sp.org/tlog-proof@v1): a text file that shows, without asking anybody, that an entry stands in a
// log.
//
//     c2sp.org/tlog-proof@v1 LF
//     [ extra <base64> LF ]
//     index <decimal> LF
//     { <base64 of a 32-byte hash> LF }        from the leaf's sibling up
//     LF
//     <checkpoint: a signed note, verbatim>
//
// Parsing is strict, so format_tlog_proof(*parse_tlog_proof(text)) == text. policy.h verifies. Pure; any thread.

namespace datadeed::crypto {

inline constexpr std::size_t tlog_proof_size_max = std::size_t{2} << 20U;  // bytes

struct TlogProof {
    std::optional<Bytes> extra{};  // not authenticated by anything
    std::uint64_t index{};
    std::vector<Digest> path{};  // at most merkle_path_max
    std::string checkpoint{};    // the note with its signatures

    friend bool operator==(const TlogProof&, const TlogProof&) = default;
};

[[nodiscard]] std::string format_tlog_proof(const TlogProof& proof);

// Errors: proof_must_be_within_its_size, proof_must_be_well_formed, proof_path_must_be_short_enough. The checkpoint is
// not looked into beyond not being empty.
[[nodiscard]] Result<TlogProof, Error> parse_tlog_proof(std::string_view text);

}  // namespace datadeed::crypto
