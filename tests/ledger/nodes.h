#pragma once

#include <string>

#include "ledger/readiness.h"
#include "tests/ledger/world.h"

// Changes of nodes for tests. A node signs with the keys that its name gives: "zoe" has "zoe/vote", "zoe/link" and
// "zoe/cosign"; another set of keys of the same member has another name.

namespace datadeed::ledger::test {

// The word of the node with the keys of that name, that it was ready at the world's height.
[[nodiscard]] NodeChange joining(const World& world, NodeChangeKind kind, const std::string& member,
                                 const std::string& keys);
[[nodiscard]] NodeChange leaving(NodeChangeKind kind, const std::string& member);

// Signs the word again, after a change of the keys or for another height, with the keys of that name.
void sign_again(NodeChange& change, const ChainId& chain, const std::string& keys, Height height);

// Proposes it until an hour from now.
[[nodiscard]] ProposeChange proposing(const World& world, const NodeChange& change);
[[nodiscard]] ChangeId must_propose(World& world, const std::string& signer, const NodeChange& change);

// Lets the first three of the four validators approve; the first one proposes.
[[nodiscard]] ChangeId must_adopt(World& world, const NodeChange& change);

// Admits a member with a signing key.
void admit(World& world, const std::string& member, const std::vector<Role>& roles);

}  // namespace datadeed::ledger::test
