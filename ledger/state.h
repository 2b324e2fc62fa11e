#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <vector>

#include "base/bytes.h"

// The state as the ledger sees it: bytes under keys (state_keys.h), ordered bytewise. Whoever implements these says
// which threads may read.

namespace datadeed::ledger {

// What a block, or a part of one, does to the state: the new value, or nothing where the key goes away.
using StateChanges = std::map<Bytes, std::optional<Bytes>>;

class StateView {
public:
    virtual ~StateView() = default;

    [[nodiscard]] virtual std::optional<Bytes> get(ByteView key) const = 0;

protected:
    StateView() = default;
    StateView(const StateView&) = default;
    StateView& operator=(const StateView&) = default;
    StateView(StateView&&) = default;
    StateView& operator=(StateView&&) = default;
};

// A state that can be walked too: what the store behind a node offers, and what lists are read from.
class StateReader : public StateView {
public:
    struct Entry {
        Bytes key{};
        Bytes value{};

        friend bool operator==(const Entry&, const Entry&) = default;
    };

    // Up to `limit` entries in order whose keys begin with `prefix` and come after the key `after` (whole keys; empty:
    // from the beginning of the prefix).
    [[nodiscard]] virtual std::vector<Entry> scan(ByteView prefix, ByteView after, std::size_t limit) const = 0;

    // What a walk came by.
    struct Walk {
        std::vector<Entry> entries{};
        std::size_t looked{};            // keys that were looked at
        std::optional<Bytes> stopped{};  // the last of them, when it ended before its limit and its end: go on after it
    };
    // As scan, but looks at no more than `looks` keys, which are at least as many as `limit`. A state of the past has
    // to look at keys that came later or had gone before, too, and there may be any number of them.
    [[nodiscard]] virtual Walk walk(ByteView prefix, ByteView after, std::size_t limit, std::size_t looks) const;
};

// A whole state in memory: for replay from genesis and for tests. Readers may share it while nobody applies.
class MapState final : public StateReader {
public:
    [[nodiscard]] std::optional<Bytes> get(ByteView key) const override;
    [[nodiscard]] std::vector<Entry> scan(ByteView prefix, ByteView after, std::size_t limit) const override;

    void apply(const StateChanges& changes);

    [[nodiscard]] std::size_t size() const { return values_.size(); }
    friend bool operator==(const MapState& a, const MapState& b) { return a.values_ == b.values_; }

private:
    std::map<Bytes, Bytes, BytesLess> values_;
};

}  // namespace datadeed::ledger
