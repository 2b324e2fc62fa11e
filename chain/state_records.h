#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/types.h"
#include "chain/kv_store.h"
#include "chain/records.h"
#include "ledger/state.h"
#include "ledger/state_tree.h"

// Reading the state database (keys.h), whoever reads: no cache, no state of its own. Inside this room only.

namespace datadeed::chain {

// What holds now, and since which height.
struct CurrentValue {
    Height since{};
    Bytes value{};
};

[[nodiscard]] Bytes encode_current(Height since, ByteView value);
// Nothing when it's too short to be one.
[[nodiscard]] std::optional<CurrentValue> decode_current(ByteView bytes);

[[nodiscard]] Result<std::optional<StateMeta>, Error> read_state_meta(const KvReader& reader);
[[nodiscard]] Result<std::optional<CurrentValue>, Error> read_current(const KvReader& reader, ByteView key);
// At a height that is kept.
[[nodiscard]] Result<std::optional<Bytes>, Error> read_at(const KvReader& reader, ByteView key, Height height);
[[nodiscard]] Result<std::optional<Bytes>, Error> read_node(const KvReader& reader, const ledger::NodeKey& key);

// As ledger::StateReader::scan.
struct ScanRequest {
    ByteView prefix{};
    ByteView after{};
    std::size_t limit{};
};
[[nodiscard]] Result<std::vector<ledger::StateReader::Entry>, Error> scan_current(const KvReader& reader,
                                                                                  const ScanRequest& request);
// As ledger::StateReader::walk.
struct Past {
    Height height{};
    std::size_t looks{};
};
[[nodiscard]] Result<ledger::StateReader::Walk, Error> walk_at(const KvReader& reader, const ScanRequest& request,
                                                               const Past& past);

}  // namespace datadeed::chain
