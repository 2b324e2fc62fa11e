#pragma once

#include <optional>

#include "consensus/messages.h"
#include "consensus/verified.h"

namespace datadeed::consensus {

// Signed statements of one validator that a correct one can't have made: two that contradict each other (a COMMIT and a
// VIEW-CHANGE that hides it among them), or one NEW-VIEW (`second` empty) that begins otherwise than its own
// VIEW-CHANGEs demand. Payloads are left out, since they aren't signed. Anyone with the keys can check it.
struct Evidence {
    Message first;
    std::optional<Message> second;

    static constexpr void fields(auto& self, auto&& visit) {
        visit("first", self.first);
        visit("second", self.second);
    }

    friend bool operator==(const Evidence&, const Evidence&) = default;
};

// Whether no correct validator says both, in whichever order: PRE-PREPARE, PREPARE or COMMIT (of one kind or of two) of
// one view and height with two hashes; two VIEW-CHANGEs or two NEW-VIEWs for one view; a COMMIT and a VIEW-CHANGE to a
// later view that hides it. STATUS never contradicts.
[[nodiscard]] bool contradict(const Message& first, const Message& second);

// Checks signatures and contradiction; the answer is who is guilty.
[[nodiscard]] Result<ValidatorIndex, Error> verify(const Evidence& evidence, Verifier& verifier);

}  // namespace datadeed::consensus
