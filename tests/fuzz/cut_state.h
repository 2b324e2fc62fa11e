#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <utility>
#include <vector>

#include "crypto/hash.h"
#include "ledger/state_parts.h"

// One state cut in other ways: many lists of parts have its root. What is true of each of them, judged from all records
// at once.

namespace datadeed::fuzz {

class CutState {
public:
    CutState() = default;
    // In the order of key hashes.
    explicit CutState(std::vector<ledger::StateRecord> records) : records_{std::move(records)} {
        std::ranges::transform(records_, std::back_inserter(leaves_), ledger::leaf_of);
    }

    // Every part is the whole of its place: what a list with the state's root can't get round.
    [[nodiscard]] bool has_all(std::span<const ledger::StatePart> list) const {
        const auto places = ledger::places_of(list);
        if (!places) return false;
        for (std::size_t i = 0; i < list.size(); ++i) {
            if (root_of(places->at(i)) != list[i].root) return false;
        }
        return true;
    }

    // Whether the list, which has all, is cut where the rule says.
    [[nodiscard]] bool is_cut_by_rule(std::span<const ledger::StatePart> list, std::size_t bytes_max) const {
        const std::vector<ledger::TreePlace> places = ledger::places_of(list).value();
        for (std::size_t i = 0; i < places.size(); ++i) {
            if (!ledger::is_one_part(size_of(places[i]), bytes_max)) return false;
            if (i == 0 || !ledger::are_halves(places[i - 1], places[i])) continue;
            if (ledger::is_one_part(size_of(places[i - 1]) + size_of(places[i]), bytes_max)) return false;
        }
        return true;
    }

    // The part in two halves, whatever lies in them.
    void split(std::vector<ledger::StatePart>& list, std::size_t at) const {
        const auto places = ledger::places_of(list);
        if (!places || list[at].bits == 256) return;
        ledger::TreePlace half = places->at(at);
        const std::size_t bit = half.bits++;
        list[at] = {.bits = half.bits, .root = root_of(half)};
        half.path[bit / 8] |= static_cast<std::uint8_t>(0x80U >> bit % 8);
        list.insert(list.begin() + static_cast<std::ptrdiff_t>(at) + 1, {.bits = half.bits, .root = root_of(half)});
    }

private:
    struct Within {
        std::size_t first{};
        std::size_t count{};
    };

    [[nodiscard]] Within within(const ledger::TreePlace& place) const {
        const auto is_in = [&place](const ledger::StateProofLeaf& leaf) {
            return ledger::is_within(leaf.key_hash, place);
        };
        const auto first = std::ranges::find_if(leaves_, is_in);
        const auto last = std::find_if_not(first, leaves_.end(), is_in);
        return {.first = static_cast<std::size_t>(first - leaves_.begin()),
                .count = static_cast<std::size_t>(last - first)};
    }
    [[nodiscard]] Digest root_of(const ledger::TreePlace& place) const {
        const Within found = within(place);
        return ledger::root_of(place, std::span{leaves_}.subspan(found.first, found.count)).value();
    }
    [[nodiscard]] ledger::PartSize size_of(const ledger::TreePlace& place) const {
        const Within found = within(place);
        return ledger::size_of(std::span{records_}.subspan(found.first, found.count));
    }

    std::vector<ledger::StateRecord> records_{};
    std::vector<ledger::StateProofLeaf> leaves_{};
};

// Two neighbours of as many bits as one part, halves of one place or not.
inline void merge(std::vector<ledger::StatePart>& list, std::size_t at) {
    if (at + 1 >= list.size() || list[at].bits != list[at + 1].bits) return;
    list[at] = {.bits = list[at].bits - 1,
                .root = crypto::sha256({as_bytes("JMT::IntrnalNode"), list[at].root, list[at + 1].root})};
    list.erase(list.begin() + static_cast<std::ptrdiff_t>(at) + 1);
}

}  // namespace datadeed::fuzz
