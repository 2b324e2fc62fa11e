#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/cbor.h"
#include "base/fields.h"
#include "base/result.h"
#include "base/types.h"
#include "crypto/sign.h"
#include "ledger/error.h"
#include "ledger/operation.h"
#include "ledger/types.h"

// A member's signed list of operations, applied whole or not at all. On the wire: COSE_Sign1 (crypto/cose.h) with typ
// "datadeed/tx", kid the signer's public key, external_aad CBOR ["datadeed/tx/1", chain id], and as payload the
// encoding of Transaction. Values; any thread.

namespace datadeed::ledger {

inline constexpr std::string_view transaction_type = "datadeed/tx";
inline constexpr std::string_view transaction_context = "datadeed/tx/1";
inline constexpr std::size_t transaction_size_max = 65'535;  // bytes as signed; a limit of tlog-tiles
inline constexpr std::size_t operations_max = 64;
inline constexpr std::size_t new_keys_max = 32;  // that its operations bring: each is checked before anything else is

struct Transaction {
    Nonce nonce{};
    TimeMs expires{};  // the last block time at which it may be committed
    std::vector<Operation> operations{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("nonce", self.nonce);
        visit("expires_ms", self.expires);
        // More than may stand, so that too long a list is refused by its own name.
        visit("operations", self.operations, Limit{1024});
    }
    friend bool operator==(const Transaction&, const Transaction&) = default;
};

// A transaction whose form is right; nothing is known of its signature yet.
struct ParsedTransaction {
    Bytes raw{};           // as signed, verbatim: the leaf of the log
    Bytes signed_bytes{};  // the Sig_structure
    TxId id{};
    crypto::PublicKey signer{};
    crypto::Signature signature{};
    Transaction content{};

    friend bool operator==(const ParsedTransaction&, const ParsedTransaction&) = default;
};

// Reads a transaction for this chain. Refusals in this order: tx.too_large, tx.malformed, tx.type_wrong, those of the
// list's length, and those of each operation's form in turn.
[[nodiscard]] Result<ParsedTransaction, Refusal> parse(const ChainId& chain, ByteView raw);

// Why `parse` calls the bytes malformed: the first rule that they break, and the offset in `raw` at which they do.
// Nothing when it doesn't. For an answer to whoever sent them: dearer than parsing, and no part of the protocol.
[[nodiscard]] std::optional<cbor::DecodeError> find_malformation(ByteView raw);

// A transaction that its named key signed for this chain. `verify` is the only way to one, so what takes a
// VerifiedTransaction never takes anything unsigned.
class VerifiedTransaction {
public:
    [[nodiscard]] const Bytes& raw() const { return parsed_.raw; }
    [[nodiscard]] const TxId& id() const { return parsed_.id; }
    [[nodiscard]] const crypto::PublicKey& signer() const { return parsed_.signer; }
    [[nodiscard]] const Transaction& content() const { return parsed_.content; }

private:
    explicit VerifiedTransaction(ParsedTransaction parsed) : parsed_{std::move(parsed)} {}
    friend Result<VerifiedTransaction, Refusal> verify(ParsedTransaction parsed);

    ParsedTransaction parsed_;
};

// Checks the signature: some 60 microseconds. Refusal: tx.signature_wrong.
[[nodiscard]] Result<VerifiedTransaction, Refusal> verify(ParsedTransaction parsed);

// The bytes to submit. The caller gives a fresh nonce, and operations in the form that `check` accepts.
[[nodiscard]] Bytes sign_transaction(const ChainId& chain, const Transaction& transaction,
                                     const crypto::SecretKey& key);

// SHA-256 of CBOR ["datadeed/grant/1", tx id, index]: the grant that the operation at this place creates.
[[nodiscard]] GrantId grant_id(const TxId& tx, std::uint32_t index);

// SHA-256 of CBOR ["datadeed/change/1", tx id, index]: the change of nodes that the operation at this place proposes.
[[nodiscard]] ChangeId change_id(const TxId& tx, std::uint32_t index);

}  // namespace datadeed::ledger
