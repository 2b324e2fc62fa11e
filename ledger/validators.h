#pragma once

#include <vector>

#include "base/fields.h"
#include "crypto/sign.h"
#include "ledger/types.h"

// Who runs the nodes of a chain, and by which keys they are known. Plain values; any thread.

namespace datadeed::ledger {

inline constexpr std::size_t validators_max = 128;
inline constexpr std::size_t observers_max = 1024;

// A node that votes. Its place in the list of validators is its number in consensus.
struct Validator {
    MemberId member{};
    crypto::PublicKey vote{};
    crypto::PublicKey link{};
    crypto::PublicKey cosign{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("member", self.member);
        visit("vote", self.vote);
        visit("link", self.link);
        visit("cosign", self.cosign);
    }
    friend bool operator==(const Validator&, const Validator&) = default;
};

// A node that follows.
struct Observer {
    MemberId member{};
    crypto::PublicKey link{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("member", self.member);
        visit("link", self.link);
    }
    friend bool operator==(const Observer&, const Observer&) = default;
};

// Sorted by member, so that a set has one spelling.
struct ValidatorSet {
    std::vector<Validator> validators{};
    std::vector<Observer> observers{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("validators", self.validators, Limit{validators_max});
        visit("observers", self.observers, Limit{observers_max});
    }
    friend bool operator==(const ValidatorSet&, const ValidatorSet&) = default;
};

// What a block header says of the set that votes on the next block: SHA-256 of CBOR ["datadeed/validators/1", set].
[[nodiscard]] Digest hash(const ValidatorSet& set);

}  // namespace datadeed::ledger
