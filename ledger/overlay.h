#pragma once

#include <map>
#include <optional>

#include "base/bytes.h"
#include "ledger/state.h"

namespace datadeed::ledger {

// A view of a state with changes on top that nobody else sees yet. Overlays nest: one for a block, one on it for each
// transaction, whose changes are merged when it applies and forgotten with it when it's refused. Borrows what it stands
// on, which must not change meanwhile. Reads are remembered. One thread.
class Overlay final : public StateView {
public:
    explicit Overlay(const StateView& below) : below_{&below} {}

    [[nodiscard]] std::optional<Bytes> get(ByteView key) const override;
    void put(ByteView key, Bytes value);
    void erase(ByteView key);

    // Takes over the changes of an overlay that stood on this one.
    void merge(StateChanges changes);

    // All changes so far; the overlay then has none.
    [[nodiscard]] StateChanges take_changes();

    [[nodiscard]] bool has_changes() const { return !changes_.empty(); }

private:
    struct Less {
        using is_transparent = void;
        bool operator()(ByteView a, ByteView b) const;
    };

    using Values = std::map<Bytes, std::optional<Bytes>, Less>;

    const StateView* below_;
    Values changes_;
    mutable Values reads_;
};

}  // namespace datadeed::ledger
