#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/types.h"
#include "client/problem.h"
#include "crypto/secret.h"
#include "crypto/sign.h"
#include "ledger/transaction.h"
#include "ledger/types.h"

namespace datadeed::client {

// A transaction ready to be sent, as often as need be: the same bytes are the same transaction.
struct SignedTransaction {
    ledger::TxId id{};
    Bytes bytes{};
    TimeMs expires{};
};

// Signs for one member on one chain. Threads may share it: nonces are the clock in microseconds and rise strictly
// within the object.
class Signer {
public:
    static constexpr std::uint64_t expiry_default_ms = 600'000;

    Signer(const ChainId& chain, ledger::MemberId member, crypto::SecretKey key)
        : chain_{chain}, member_{std::move(member)}, key_{std::move(key)} {}

    // Checks the form of each operation by the ledger's own rules first, so that nothing is sent which can't apply.
    [[nodiscard]] Outcome<SignedTransaction> sign(std::vector<ledger::Operation> operations);

    // A token that lets this member read from one node, until `expires` (at most ten minutes ahead), in base64.
    [[nodiscard]] std::string read_token(const std::string& node, TimeMs expires) const;

    [[nodiscard]] const ChainId& chain() const { return chain_; }
    [[nodiscard]] const ledger::MemberId& member() const { return member_; }
    [[nodiscard]] const crypto::PublicKey& public_key() const { return key_.public_key(); }

private:
    [[nodiscard]] ledger::Nonce next_nonce();

    ChainId chain_;
    ledger::MemberId member_;
    crypto::SecretKey key_;
    std::atomic<std::uint64_t> last_nonce_{0};
};

// Opens a key file. Takes as long as the file's cost of guessing demands: about a second for a person's key. Codes:
// file.unreadable, key.passphrase_wrong, key.broken.
[[nodiscard]] Outcome<crypto::SecretKey> open_key_file(const std::string& path, const crypto::SecretText& passphrase);

// The first line of a file, without its line end. Codes: file.unreadable, key.passphrase_needed when it's empty or
// longer than a passphrase may be.
[[nodiscard]] Outcome<crypto::SecretText> read_passphrase_file(const std::string& path);

}  // namespace datadeed::client
