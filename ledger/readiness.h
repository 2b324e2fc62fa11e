#pragma once

#include <string_view>

#include "base/bytes.h"
#include "base/types.h"
#include "crypto/sign.h"
#include "ledger/node_change.h"

// The word of a node that is to begin serving: signatures by each of its keys over CBOR
// ["datadeed/node-ready/1", chain id, member, [vote / null, link, cosign / null], height]. Nobody can propose keys that
// he doesn't hold, and a node gives its word only when it is caught up and has a vote file: from then on it can't take
// itself for one that never voted. Pure; any thread.

namespace datadeed::ledger {

inline constexpr std::string_view readiness_context = "datadeed/node-ready/1";

// What is signed.
[[nodiscard]] Bytes readiness_statement(const ChainId& chain, const MemberId& member, const NodeKeys& keys,
                                        Height height);

// The secret keys of a node, borrowed: vote and cosign are null for an observer.
struct NodeSecrets {
    const crypto::SecretKey* vote{};
    const crypto::SecretKey* link{};
    const crypto::SecretKey* cosign{};
};

// `link` must be there (asserted).
[[nodiscard]] NodeKeys public_keys_of(const NodeSecrets& secrets);

// Signs with all keys that are there.
[[nodiscard]] NodeReadiness sign_readiness(const ChainId& chain, const MemberId& member, const NodeSecrets& secrets,
                                           Height height);

// Whether there is a signature for each of the keys and no other: the form.
[[nodiscard]] bool is_for(const NodeReadiness& ready, const NodeKeys& keys);

// Whether each signature is there and holds.
[[nodiscard]] bool verify(const NodeReadiness& ready, const ChainId& chain, const MemberId& member,
                          const NodeKeys& keys);

}  // namespace datadeed::ledger
