#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "crypto/sign.h"
#include "ledger/genesis.h"
#include "ledger/operation.h"
#include "ledger/readiness.h"
#include "node/replica/replica.h"
#include "node/replica/verify.h"

// A real chain for simulated clusters: members with real keys, validators with quick vote signatures.

namespace datadeed::sim {

// The true time at which every run begins.
inline constexpr std::uint64_t epoch_ms = 1'800'000'000'000;
// For so long the chain has been quiet then, since its genesis: longer than a block may be behind a clock.
inline constexpr std::uint64_t quiet_ms = 300'000;

// Names sort as their numbers: "node-0", then "observer-0", "owner-0".
[[nodiscard]] ledger::MemberId validator_name(std::size_t index);
[[nodiscard]] ledger::MemberId observer_name(std::size_t index);
[[nodiscard]] ledger::MemberId owner_name(std::size_t index);

// Keys are the same in every run, made once a process.
[[nodiscard]] const crypto::SecretKey& owner_key(std::size_t index);
// Signs for the member of a node; nodes are numbered as they run, observers after validators.
[[nodiscard]] const crypto::SecretKey& node_member_key(std::size_t node);
// So many owners at most.
inline constexpr std::size_t owners_max = 8;
// The keys under which a node joins or goes on for the n-th time, n below generations_max.
inline constexpr std::size_t generations_max = 4;
[[nodiscard]] ledger::NodeSecrets joining_keys(const ledger::Genesis& genesis, std::size_t node,
                                               std::size_t generation);

struct World {
    ledger::Genesis genesis{};
    // One for all nodes: what one has verified, none verifies again. The checks themselves are the same.
    std::unique_ptr<replica::TransactionCache> cache{};
    std::unique_ptr<replica::VerifyContext> context{};  // as of genesis
    const ledger::EvidenceJudge* judge{};
    // How often nodes write snapshots, in transactions, and how they cut them: small, since chains are short.
    struct Snapshots {
        std::uint64_t every{0};
        std::size_t part_bytes{1024};
        std::uint64_t keep_blocks{0};  // below the newest; older ones are archived; 0 for all
        bool fetches{true};            // and go on from others'
    } snapshots{};

    [[nodiscard]] const ChainId& chain() const { return context->chain; }
    // Of these epochs.
    [[nodiscard]] replica::VerifyContext context_of(const replica::Epochs& epochs) const;
};

[[nodiscard]] World make_world(std::size_t validators, std::size_t observers, std::size_t owners);

// What the node with this name starts as.
[[nodiscard]] replica::Identity identity_of(const World& world, const ledger::MemberId& name);

// A signed transaction of the owner, as bytes.
struct Order {
    std::size_t owner{};
    std::uint64_t nonce_us{};
    std::uint64_t expires_ms{};
    std::vector<ledger::Operation> operations{};
};
[[nodiscard]] Bytes sign_order(const World& world, const Order& order);
// As a node takes it in, which it must.
[[nodiscard]] replica::TransactionPtr checked(const World& world, ByteView raw);

}  // namespace datadeed::sim
