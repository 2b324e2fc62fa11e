#pragma once

#include <cstdint>
#include <optional>

#include "base/types.h"
#include "ledger/error.h"
#include "ledger/types.h"
#include "node/replica/checked.h"

namespace datadeed::replica {

// Who handed a transaction in: a client of this node, which was promised that it waits here, or another node, which
// keeps it as well.
enum class Source : std::uint8_t { client, peer };

// A transaction that waits to be ordered. The transaction itself is shared, never copied.
struct Pending {
    TransactionPtr tx{};
    ledger::MemberId member{};  // whose key signed it; empty while nobody's
    Source source{};
    std::uint64_t arrival{};      // counts up in its pool, which sets it
    std::uint64_t admitted_ms{};  // monotonic
    std::uint64_t told_ms{};      // when this node told it to others last; 0: never
    std::uint64_t offered_ms{};   // since when the primary can know it; 0: not yet
    Height admitted_at{};         // the tip when it was admitted
    Height offered_at{};          // and when it was offered
    Height checked{};             // the tip when it was last tried against the state
    bool sound{};                 // it applied when it was tried last: consensus waits for it
    // If not: when it was refused on the state of `checked` itself, and why; none where others stood before it.
    std::optional<std::uint64_t> refused_ms{};
    ledger::Refusal refusal{};
};

}  // namespace datadeed::replica
