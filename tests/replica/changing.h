#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "ledger/readiness.h"
#include "tests/replica/solo.h"

namespace datadeed::replica::testing {

// A chain of one validator, which changes who serves.
struct Changing : Solo {
    explicit Changing(std::size_t observers = 0) : Solo{observers} {}

    // Proposes it, which is all that it takes while there is one validator, and gives what the step led to.
    std::vector<Action> change(ledger::NodeChange change) {
        const Bytes raw = ledger::sign_transaction(
            world.chain(),
            {.nonce = ledger::Nonce{(sim::epoch_ms + now_ms) * 1000 + nonce++},
             .expires = TimeMs{sim::epoch_ms + now_ms + 60'000},
             .operations = {ledger::ProposeChange{.change = std::move(change),
                                                  .until = TimeMs{sim::epoch_ms + now_ms + 60'000}}}},
            sim::node_member_key(0));
        return submit(sim::checked(world, raw));
    }
    [[nodiscard]] ledger::NodeChange brought(ledger::NodeChangeKind kind, const ledger::MemberId& member,
                                             const ledger::NodeSecrets& secrets) {
        return {.kind = kind,
                .member = member,
                .keys = ledger::public_keys_of(secrets),
                .ready = ledger::sign_readiness(world.chain(), member, secrets, node.replica().status().height)};
    }
    [[nodiscard]] ledger::NodeChange new_keys(const ledger::NodeSecrets& secrets) {
        return brought(ledger::NodeChangeKind::replace_keys, sim::validator_name(0), secrets);
    }
    [[nodiscard]] ledger::NodeSecrets keys(std::size_t generation) const {
        return sim::joining_keys(world.genesis, 0, generation);
    }
};

}  // namespace datadeed::replica::testing
