#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "consensus/messages.h"
#include "consensus/validator_set.h"
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

// What whoever signed both certificates has said for two blocks at one height in one view, by signer; nothing where
// they are for one block, or of two heights or views. Both must have been verified.
[[nodiscard]] std::vector<Evidence> contradictions(const CommitCertificate& first, const CommitCertificate& second);

// The same of all the certificates in these VIEW-CHANGEs, for what is final and for what is prepared: what each who has
// signed for two blocks at one height in one view has said, once. They must have been verified for these validators.
[[nodiscard]] std::vector<Evidence> contradictions(std::span<const Signed<ViewChange>> shown,
                                                   const ValidatorSet& validators);

// Whether no correct validator says both, in whichever order: PRE-PREPARE, PREPARE or COMMIT (of one kind or of two) of
// one view and height with two hashes; two VIEW-CHANGEs or two NEW-VIEWs for one view; a COMMIT and a VIEW-CHANGE to a
// later view that hides it. STATUS never contradicts.
[[nodiscard]] bool contradict(const Message& first, const Message& second);

// What a validator is accused of.
enum class Offence : std::uint8_t {
    two_votes,         // for two blocks, at one height in one view
    two_view_changes,  // to one view
    two_new_views,     // for one view
    wrong_new_view,    // one that concludes otherwise than its own VIEW-CHANGEs demand
    hidden_commit,     // a VIEW-CHANGE that shows less than a COMMIT of before says that its signer had
};

struct Accusation {
    Offence offence{};
    ValidatorIndex accused{};
    View view{};      // of the votes, or that the VIEW-CHANGE or NEW-VIEW is for
    Height height{};  // of the votes or of the COMMIT; 0 where there is none

    friend bool operator==(const Accusation&, const Accusation&) = default;
};

// Of what the words accuse whom. No signature is looked at: see verify. Error: evidence_must_contradict_itself.
[[nodiscard]] Result<Accusation, Error> accusation_of(const Evidence& evidence);

// Whether whoever it names has said it, in one epoch: at most two signatures are checked, and the second of two only if
// the first holds. Certificates inside aren't checked, since a correct validator doesn't contradict itself with broken
// ones either. What it amounts to isn't asked.
[[nodiscard]] Result<void, Error> check_said(const Evidence& evidence, const Verifier& verifier);

// Both: of what it convicts whom.
[[nodiscard]] Result<Accusation, Error> verify(const Evidence& evidence, const Verifier& verifier);

}  // namespace datadeed::consensus
