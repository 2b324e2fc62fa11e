#pragma once

#include <map>

#include "base/result.h"
#include "base/types.h"
#include "crypto/sign.h"
#include "ledger/error.h"
#include "ledger/evidence.h"
#include "ledger/nonces.h"
#include "ledger/overlay.h"
#include "ledger/parameters.h"
#include "ledger/state.h"
#include "ledger/transaction.h"

namespace datadeed::ledger {

struct BlockContext {
    Height height{};
    TimeMs time{};
};

// One block's transactions carried out on the state before it. The primary offers candidates and keeps those that
// apply, voters and replay offer the block's and stop at the first refusal. Borrows the state, which must not change
// meanwhile. The same state and transactions give the same changes, whatever was refused in between. One thread.
class BlockExecution {
public:
    // The state must be one that began with genesis_state (asserted). The judge must outlive this.
    BlockExecution(const StateView& state, const BlockContext& block, const EvidenceJudge& judge);

    // Applies the transaction whole, or changes nothing and names the first rule it breaks: expiry, the signer's key,
    // its nonce, then each operation in turn.
    [[nodiscard]] Result<void, Refusal> apply(const VerifiedTransaction& transaction);

    // All that the applied transactions did. Call once, last.
    [[nodiscard]] StateChanges finish();

    [[nodiscard]] const Parameters& parameters() const { return parameters_; }

private:
    [[nodiscard]] Result<MemberId, Refusal> signer_of(const crypto::PublicKey& key) const;
    NonceWindow& nonces_of(const MemberId& member);

    BlockContext block_;
    const EvidenceJudge* judge_;
    Overlay changes_;
    Parameters parameters_;
    // Decoded once a block and written once: a member's window is 2 kB and may be used by thousands of transactions.
    struct Window {
        NonceWindow nonces{};
        bool used{};
    };
    std::map<MemberId, Window> windows_;
};

}  // namespace datadeed::ledger
