#include "ledger/epoch.h"

#include <utility>
#include <vector>

#include "ledger/lookup.h"
#include "ledger/state_keys.h"
#include "tests/ledger/world.h"
#include "tests/support/catch.h"

namespace datadeed::ledger::test {
namespace {

// A state in which these epochs have begun at these heights, the last one present.
MapState state_with_epochs(const std::vector<std::uint64_t>& from_heights) {
    StateChanges changes;
    for (std::uint32_t number = 0; number < from_heights.size(); ++number) {
        const bool is_present = number + 1 == from_heights.size();
        const EpochNumber epoch{number};
        changes[is_present ? state_keys::validators() : state_keys::past_epoch(epoch)] =
            encode(Epoch{.number = epoch, .from = Height{from_heights[number]}, .nodes = {}});
    }
    MapState state;
    state.apply(changes);
    return state;
}

}  // namespace

TEST_CASE("each height has the epoch that had begun by then, however many there were") {
    const std::vector<std::uint64_t> from_heights = {1, 2, 5, 6, 40, 41, 300};
    for (std::size_t count = 1; count <= from_heights.size(); ++count) {
        const std::vector<std::uint64_t> some(from_heights.begin(),
                                              from_heights.begin() + static_cast<std::ptrdiff_t>(count));
        const MapState state = state_with_epochs(some);
        std::uint32_t expected = 0;
        for (std::uint64_t height = 0; height < 310; ++height) {
            while (expected + 1 < count && some[expected + 1] <= height) ++expected;
            INFO(count << " epochs, height " << height);
            REQUIRE(epoch_at(state, Height{height}).number == EpochNumber{expected});
        }
    }
}

TEST_CASE("an epoch is found by its number, the present one too, and none that is still to come") {
    const MapState state = state_with_epochs({1, 7, 9});
    CHECK(find_epoch(state, EpochNumber{0})->from == Height{1});
    CHECK(find_epoch(state, EpochNumber{1})->from == Height{7});
    CHECK(find_epoch(state, EpochNumber{2})->from == Height{9});
    CHECK(find_epoch(state, EpochNumber{2}) == get_epoch(state));
    CHECK(!find_epoch(state, EpochNumber{3}));
}

TEST_CASE("a past epoch's key is its number, big end first, so that they sort in time") {
    CHECK(to_hex(state_keys::past_epoch(EpochNumber{258})) == "6500000102");
    CHECK(!state_keys::is_index(state_keys::past_epoch(EpochNumber{1})));
    CHECK(!state_keys::is_index(state_keys::node_key({})));
}

}  // namespace datadeed::ledger::test
