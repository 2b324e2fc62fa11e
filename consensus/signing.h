#pragma once

#include "base/bytes.h"
#include "crypto/sign.h"

// The signature scheme of votes, behind an interface so that a simulator can use a quick one.

namespace datadeed::consensus {

// Signs with this node's vote key. Equal statements must get equal signatures. It must not fail.
class VoteSigner {
public:
    VoteSigner() = default;
    VoteSigner(const VoteSigner&) = delete;
    VoteSigner& operator=(const VoteSigner&) = delete;
    virtual ~VoteSigner() = default;

    [[nodiscard]] virtual crypto::Signature sign(ByteView statement) const = 0;
};

// Tells whether a signature on a statement is this key's.
class VoteVerifier {
public:
    VoteVerifier() = default;
    VoteVerifier(const VoteVerifier&) = delete;
    VoteVerifier& operator=(const VoteVerifier&) = delete;
    virtual ~VoteVerifier() = default;

    [[nodiscard]] virtual bool verify(const crypto::PublicKey& key, ByteView statement,
                                      const crypto::Signature& signature) const = 0;
};

// Ed25519 as crypto/ has it. Borrows the key, which must outlive it.
class Ed25519Signer final : public VoteSigner {
public:
    explicit Ed25519Signer(const crypto::SecretKey& key) : key_{&key} {}
    [[nodiscard]] crypto::Signature sign(ByteView statement) const override;

private:
    const crypto::SecretKey* key_;
};

// Stateless; any thread.
class Ed25519Verifier final : public VoteVerifier {
public:
    [[nodiscard]] bool verify(const crypto::PublicKey& key, ByteView statement,
                              const crypto::Signature& signature) const override;
};

}  // namespace datadeed::consensus
