#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ledger/grant_record.h"
#include "ledger/lookup.h"
#include "ledger/records.h"
#include "ledger/state.h"
#include "ledger/types.h"

// The state read in lists, a page at a time; single records are in lookup.h. As many threads as the state behind
// allows.

namespace datadeed::ledger {

// One page of a list: ids that rise, each with its record.
template <class Id, class Record>
struct Page {
    struct Item {
        Id id{};
        Record record{};
    };
    std::vector<Item> items{};
    bool more{};  // ask again with `after` = next()
    // The last id that was looked at, where the page ended for having looked at so many: it may have few items, or
    // none.
    std::optional<Id> stopped{};

    [[nodiscard]] std::optional<Id> next() const {
        if (stopped || !more || items.empty()) return stopped;
        return items.back().id;
    }
};

// Keys that are looked at for one page, there at the state's height or not.
inline constexpr std::size_t page_looks_max = 10'000;

// Up to `limit` items after the id `after` (absent: from the beginning).
[[nodiscard]] Page<MemberId, MemberRecord> list_members(const StateReader& state, const std::optional<MemberId>& after,
                                                        std::size_t limit);
[[nodiscard]] Page<DatasetId, DataRecord> list_data(const StateReader& state, const std::optional<DatasetId>& after,
                                                    std::size_t limit);
// Proposals to change who runs nodes, open and decided, by id.
[[nodiscard]] Page<ChangeId, ChangeRecord> list_changes(const StateReader& state, const std::optional<ChangeId>& after,
                                                        std::size_t limit);
// The offences that are proved, by id.
[[nodiscard]] Page<EvidenceId, EvidenceRecord> list_evidence(const StateReader& state,
                                                             const std::optional<EvidenceId>& after, std::size_t limit);
// The data sets of which the member owns a share.
[[nodiscard]] Page<DatasetId, DataRecord> list_data_of(const StateReader& state, const MemberId& owner,
                                                       const std::optional<DatasetId>& after, std::size_t limit);
[[nodiscard]] Page<GrantId, GrantRecord> list_grants(const StateReader& state, const std::optional<GrantId>& after,
                                                     std::size_t limit);
[[nodiscard]] Page<GrantId, GrantRecord> list_grants_of(const StateReader& state, const DatasetId& data,
                                                        const std::optional<GrantId>& after, std::size_t limit);
// The grants that the member gave or holds.
[[nodiscard]] Page<GrantId, GrantRecord> list_grants_of(const StateReader& state, const MemberId& member,
                                                        const std::optional<GrantId>& after, std::size_t limit);
// The open offers of a data set, by recipient.
[[nodiscard]] Page<MemberId, OfferRecord> list_offers(const StateReader& state, const DatasetId& data,
                                                      const std::optional<MemberId>& after, std::size_t limit);

// How many items a whole list has, if that isn't more than was to be counted.
struct Count {
    std::uint64_t items{};
    bool more{};  // there are others that weren't counted, or there may be

    friend bool operator==(const Count&, const Count&) = default;
};

// The whole list of that owner, data set or member. Counting walks it, and anybody can make a list long, so it ends at
// `most` items: one more is read, which tells whether there are more. In the past, what isn't there counts as read too.
[[nodiscard]] Count count_changes(const StateReader& state, std::uint64_t most);
[[nodiscard]] Count count_evidence(const StateReader& state, std::uint64_t most);
[[nodiscard]] Count count_data_of(const StateReader& state, const MemberId& owner, std::uint64_t most);
[[nodiscard]] Count count_grants_of(const StateReader& state, const DatasetId& data, std::uint64_t most);
[[nodiscard]] Count count_grants_of(const StateReader& state, const MemberId& member, std::uint64_t most);

}  // namespace datadeed::ledger
