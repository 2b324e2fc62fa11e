#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/fields.h"
#include "base/result.h"
#include "base/types.h"
#include "crypto/sign.h"
#include "ledger/error.h"
#include "ledger/parameters.h"
#include "ledger/records.h"
#include "ledger/state.h"
#include "ledger/types.h"
#include "ledger/validators.h"

// The agreed beginning of a chain, height 0. Its bytes are the chain's identity. Values; any thread.

namespace datadeed::ledger {

inline constexpr std::size_t genesis_members_max = 4096;

struct GenesisMember {
    MemberId id{};
    std::string organisation{};
    std::vector<Role> roles{};              // 1 to roles_max, strictly rising
    std::vector<crypto::PublicKey> keys{};  // 1 to keys_max, strictly rising; none is possible for a node

    static constexpr void fields(auto& self, auto&& visit) {
        visit("id", self.id, Limit{member_id_max});
        visit("organisation", self.organisation, Limit{organisation_max});
        visit("roles", self.roles, Limit{roles_max});
        visit("keys", self.keys, Limit{keys_max});
    }
    friend bool operator==(const GenesisMember&, const GenesisMember&) = default;
};

struct Genesis {
    std::uint32_t version{1};
    std::string chain_name{};  // of the form of a member id; names the chain for people and in checkpoints
    TimeMs time{};
    Parameters parameters{};
    std::vector<GenesisMember> members{};  // strictly rising by id; each validator and observer among them
    ValidatorSet nodes{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("version", self.version);
        visit("chain_name", self.chain_name, Limit{member_id_max});
        visit("time_ms", self.time);
        visit("parameters", self.parameters);
        visit("members", self.members, Limit{genesis_members_max});
        visit("nodes", self.nodes);
    }
    friend bool operator==(const Genesis&, const Genesis&) = default;
};

// Every rule of a genesis document, in order; the codes are genesis.*, and those of members and keys.
[[nodiscard]] Result<void, Refusal> check(const Genesis& genesis);

// encode(genesis) is the document. Strictly decoded and checked.
[[nodiscard]] Result<Genesis, Refusal> decode_genesis(ByteView document);

// SHA-256 of the document.
[[nodiscard]] ChainId chain_id(ByteView document);

// The state at height 0 of a genesis that passed `check`. Keys hold from height 0 on.
[[nodiscard]] StateChanges genesis_state(const Genesis& genesis);

}  // namespace datadeed::ledger
