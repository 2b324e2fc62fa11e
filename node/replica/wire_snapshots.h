#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/fields.h"
#include "base/types.h"
#include "chain/snapshot_manifest.h"
#include "ledger/state_parts.h"
#include "node/replica/wire_kind.h"

// What nodes say to each other about snapshots. Plain values; any thread.

namespace datadeed::replica {

// "Send me the manifest of your snapshot of this height."
struct FetchSnapshot {
    static constexpr WireKind kind = WireKind::fetch_snapshot;
    std::uint64_t request{};
    Height height{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("request", self.request);
        visit("height", self.height);
    }
};

// The encoding of a chain::SnapshotManifest; empty when the sender has none of that height.
struct Snapshot {
    static constexpr WireKind kind = WireKind::snapshot;
    std::uint64_t request{};
    Bytes manifest{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("request", self.request);
        visit("manifest", self.manifest, Limit{chain::manifest_size_max});
    }
};

// "Send me the part of a snapshot with this root", whichever snapshot has it.
struct FetchPart {
    static constexpr WireKind kind = WireKind::fetch_part;
    std::uint64_t request{};
    Digest root{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("request", self.request);
        visit("root", self.root);
    }
};

// The encoding of a ledger::PartContent; empty when the sender has no part with that root. It says which root it was
// asked for, since request numbers begin anew with a process, and an answer to the one before may come late.
struct Part {
    static constexpr WireKind kind = WireKind::part;
    std::uint64_t request{};
    Digest root{};
    Bytes part{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("request", self.request);
        visit("root", self.root);
        visit("part", self.part, Limit{ledger::part_size_max});
    }
};

}  // namespace datadeed::replica
