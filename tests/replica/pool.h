#pragma once

#include <string>
#include <utility>
#include <vector>

#include "node/replica/mempool.h"
#include "tests/sim/world.h"

// Transactions for a pool by itself: signed by an owner, sound, from a client unless told.

namespace datadeed::replica::testing {

inline const sim::World& pool_world() {
    static const sim::World made = sim::make_world(1, 0, 4);
    return made;
}

inline Pending pending(std::size_t owner, std::uint64_t nonce, std::uint64_t expires = sim::epoch_ms,
                       std::size_t operations = 1) {
    const ledger::TransferAccept accept{.data = ledger::DatasetId{"d" + std::to_string(nonce)}};
    const Bytes raw = sim::sign_order(pool_world(), {.owner = owner,
                                                     .nonce_us = nonce,
                                                     .expires_ms = expires,
                                                     .operations = std::vector<ledger::Operation>(operations, accept)});
    return {.tx = sim::checked(pool_world(), raw), .member = sim::owner_name(owner), .sound = true};
}

inline Pending told(std::size_t owner, std::uint64_t nonce, std::size_t operations = 1) {
    Pending made = pending(owner, nonce, sim::epoch_ms, operations);
    made.source = Source::peer;
    return made;
}

}  // namespace datadeed::replica::testing
