#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/types.h"
#include "crypto/error.h"
#include "crypto/note.h"

// C2SP tlog-checkpoint (c2sp.org/tlog-checkpoint): the text of a note that states the size and root of a log.
//
//     <origin> LF <size in decimal> LF <base64 of the root> LF { <extension line> LF }
//
// It is signed with sign_note or cosign_note. Pure; any thread.

namespace datadeed::crypto {

struct Checkpoint {
    std::string origin{};  // not empty, one line of plain text
    std::uint64_t size{};  // leaves
    Digest root{};
    std::vector<std::string> extensions{};  // each not empty, one line; ours have none

    friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

// The text to sign; parse_checkpoint reads it back. Asserts that no line is empty or broken.
[[nodiscard]] std::string format_checkpoint(const Checkpoint& checkpoint);

// Reads the text of a note (Note::text). The error is checkpoint_must_be_well_formed.
[[nodiscard]] Result<Checkpoint, Error> parse_checkpoint(std::string_view text);

}  // namespace datadeed::crypto
