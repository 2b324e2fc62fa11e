#pragma once

#include <map>
#include <optional>

#include "base/bytes.h"
#include "ledger/state.h"

namespace datadeed::ledger {

// A view of a state with changes on top that nobody else sees yet. Overlays nest: one for a block, one on it for each
// transaction, whose changes are merged when it applies and forgotten with it when it's refused. Borrows what it stands
// on, which must not change meanwhile. One thread.
class Overlay final : public StateView {
public:
    // A name rather than a constructor: an overlay is a StateView itself, so Overlay{overlay} would copy it.
    [[nodiscard]] static Overlay on(const StateView& below) { return Overlay{&below}; }
    Overlay(const Overlay&) = delete;
    Overlay& operator=(const Overlay&) = delete;
    ~Overlay() override = default;

    [[nodiscard]] std::optional<Bytes> get(ByteView key) const override;
    void put(ByteView key, Bytes value);
    void erase(ByteView key);

    // Takes over the changes of an overlay that stood on this one, which then has none.
    void merge(Overlay& above);

    // All changes so far, in order; the overlay then has none.
    [[nodiscard]] StateChanges take_changes();

private:
    explicit Overlay(const StateView* below) : below_{below} {}

    // Ordered maps: whoever chooses keys could make a hash collide.
    using Values = std::map<Bytes, std::optional<Bytes>, BytesLess>;

    const StateView* below_;
    Values changes_;
};

}  // namespace datadeed::ledger
