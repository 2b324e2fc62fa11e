#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/checkpoint.h"
#include "crypto/error.h"
#include "crypto/note.h"
#include "crypto/tlog_proof.h"

// What somebody who is not on the chain trusts: a log by its origin, and how many of which cosigners. A text file:
//
//     # lines that begin with a number sign, and empty lines, are for people
//     origin <origin>
//     cosigner <vkey of type 0x04>         one line each, at least one
//     quorum <decimal>                     1 to the number of cosigners
//
// The three kinds of line in this order; origin and quorum once. Pure; any thread.

namespace datadeed::crypto {

inline constexpr std::size_t policy_size_max = std::size_t{1} << 18U;  // bytes
inline constexpr std::size_t policy_cosigners_max = 256;

struct Policy {
    std::string origin{};
    std::vector<VerifierKey> cosigners{};  // type cosignature; no public key and no (name, key id) twice
    std::uint64_t quorum{};

    friend bool operator==(const Policy&, const Policy&) = default;
};

// Without comments. What check_policy refuses must not come here (asserted).
[[nodiscard]] std::string format_policy(const Policy& policy);
// Errors: policy_*, vkey_*, key_*.
[[nodiscard]] Result<Policy, Error> parse_policy(std::string_view text);
// The rules above for a policy that was built rather than parsed.
[[nodiscard]] Result<void, Error> check_policy(const Policy& policy);

struct CosignedBy {
    std::string name{};
    PublicKey key{};
    std::uint64_t time_s{};  // what the cosigner says, in seconds since 1970

    friend bool operator==(const CosignedBy&, const CosignedBy&) = default;
};

// What a proof shows under a policy.
struct VerifiedProof {
    Checkpoint checkpoint{};
    std::uint64_t index{};
    std::vector<CosignedBy> cosigners{};  // in the policy's order, each public key once, at least the quorum

    friend bool operator==(const VerifiedProof&, const VerifiedProof&) = default;
};

// A checkpoint that a quorum cosigned: for those who follow the log rather than check one entry.
struct VerifiedCheckpoint {
    Checkpoint checkpoint{};
    std::vector<CosignedBy> cosigners{};

    friend bool operator==(const VerifiedCheckpoint&, const VerifiedCheckpoint&) = default;
};

// Errors: those of parse_note and parse_checkpoint, proof_origin_must_be_that_of_the_policy,
// signature_of_a_known_key_must_verify, proof_must_have_a_quorum_of_cosignatures, policy_*.
[[nodiscard]] Result<VerifiedCheckpoint, Error> verify_checkpoint(const Policy& policy, std::string_view note);

// Whether `leaf` (the entry itself, not its hash) stands where the proof says, in a log that a quorum vouches for.
// Errors: as verify_checkpoint, and proof_must_lead_to_the_root.
[[nodiscard]] Result<VerifiedProof, Error> verify_proof(const Policy& policy, ByteView leaf, const TlogProof& proof);

}  // namespace datadeed::crypto
