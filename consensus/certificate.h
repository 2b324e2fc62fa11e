#pragma once

#include <vector>

#include "base/fields.h"
#include "base/result.h"
#include "base/types.h"
#include "consensus/error.h"
#include "consensus/limits.h"
#include "consensus/signing.h"
#include "consensus/validator_set.h"

// A quorum's signatures on one statement: whoever has the validators' keys can check them, years later, offline.

namespace datadeed::consensus {

// One validator's signature on a vote that the context names.
struct VoteSignature {
    ValidatorIndex signer{};
    crypto::Signature signature{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("signer", self.signer);
        visit("signature", self.signature);
    }

    friend bool operator==(const VoteSignature&, const VoteSignature&) = default;
};

// At least quorum() COMMITs of one view on one hash: the block is final. `votes` are in order of signers, each once.
struct CommitCertificate {
    View view{};
    Height height{};
    Digest hash{};
    std::vector<VoteSignature> votes;

    static constexpr void fields(auto& self, auto&& visit) {
        visit("view", self.view);
        visit("height", self.height);
        visit("hash", self.hash);
        visit("votes", self.votes, Limit{validators_max});
    }

    friend bool operator==(const CommitCertificate&, const CommitCertificate&) = default;
};

// The primary's PRE-PREPARE and at least quorum() - 1 PREPAREs of others, of one view on one hash: no other block can
// have been prepared at this height in this view. `prepares` are in order of signers, each once.
struct PreparedCertificate {
    View view{};
    Height height{};
    Digest hash{};
    crypto::Signature pre_prepare{};
    std::vector<VoteSignature> prepares;

    static constexpr void fields(auto& self, auto&& visit) {
        visit("view", self.view);
        visit("height", self.height);
        visit("hash", self.hash);
        visit("pre_prepare", self.pre_prepare);
        visit("prepares", self.prepares, Limit{validators_max});
    }

    friend bool operator==(const PreparedCertificate&, const PreparedCertificate&) = default;
};

// Whether something may be voted on at this height in this view: both within number_max and of the epoch. Where an
// epoch ends it doesn't know.
[[nodiscard]] Result<void, Error> check_slot(View view, Height height, const Epoch& epoch);

// Whether the certificate holds among `set` on `chain`: the first rule broken, form before signatures. Pure, any
// thread.
[[nodiscard]] Result<void, Error> verify(const CommitCertificate& certificate, const ValidatorSet& set,
                                         const ChainId& chain, const VoteVerifier& verifier);
[[nodiscard]] Result<void, Error> verify(const PreparedCertificate& certificate, const ValidatorSet& set,
                                         const ChainId& chain, const VoteVerifier& verifier);

}  // namespace datadeed::consensus
