#pragma once

#include <cstddef>
#include <string>

#include "consensus/signing.h"
#include "consensus/validator_set.h"

// Signatures for simulators: a keyed checksum, thousands of times quicker than Ed25519 and as good as long as nobody in
// the simulation forges them. Never outside tests.

namespace datadeed::consensus::testing {

[[nodiscard]] inline crypto::Signature quick_signature(const crypto::PublicKey& key, ByteView statement) {
    std::uint64_t state = 0xCBF29CE484222325U;
    const auto mix = [&state](ByteView bytes) {
        for (const std::uint8_t byte : bytes) state = (state ^ byte) * 0x100000001B3U;
    };
    mix(key.value);
    mix(statement);
    crypto::Signature signature;
    for (std::size_t i = 0; i < 16; ++i) {
        signature.value[i] = static_cast<std::uint8_t>(state >> (8 * (i % 8)));
        if (i == 7) state *= 0x9E3779B97F4A7C15U;
    }
    return signature;
}

class QuickSigner final : public VoteSigner {
public:
    explicit QuickSigner(const crypto::PublicKey& key) : key_{key} {}
    [[nodiscard]] crypto::Signature sign(ByteView statement) const override { return quick_signature(key_, statement); }

private:
    crypto::PublicKey key_;
};

class QuickVerifier final : public VoteVerifier {
public:
    [[nodiscard]] bool verify(const crypto::PublicKey& key, ByteView statement,
                              const crypto::Signature& signature) const override {
        return signature == quick_signature(key, statement);
    }
};

class CountingVerifier final : public VoteVerifier {
public:
    [[nodiscard]] bool verify(const crypto::PublicKey& key, ByteView statement,
                              const crypto::Signature& signature) const override {
        ++count_;
        return quick_.verify(key, statement, signature);
    }
    [[nodiscard]] std::size_t count() const { return count_; }

private:
    QuickVerifier quick_;
    mutable std::size_t count_{0};
};

[[nodiscard]] inline crypto::PublicKey quick_key(std::size_t index) {
    crypto::PublicKey key;
    key.value[0] = 0xA0;
    key.value[31] = static_cast<std::uint8_t>(index);
    return key;
}

// `n` validators "v0", "v1" ... with quick keys.
[[nodiscard]] inline ValidatorSet quick_set(std::size_t n) {
    std::vector<Validator> validators;
    for (std::size_t i = 0; i < n; ++i)
        validators.push_back({.name = "v" + std::to_string(i), .vote_key = quick_key(i)});
    return ValidatorSet{std::move(validators)};
}

}  // namespace datadeed::consensus::testing
