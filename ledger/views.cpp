#include "ledger/views.h"

#include <algorithm>
#include <concepts>
#include <utility>

#include "base/assert.h"
#include "ledger/state_keys.h"

namespace datadeed::ledger {
namespace {

// The id that a key ends with, after its prefix.
template <class Id>
Id id_from(ByteView rest) {
    if constexpr (std::same_as<typename Id::rep, std::string>) {
        return Id{std::string{as_text(rest)}};
    } else {
        Id id{};
        DATADEED_ASSERT(rest.size() == id.value.size());
        std::ranges::copy(rest, id.value.begin());
        return id;
    }
}

template <class Id>
Bytes key_after(const Bytes& prefix, const std::optional<Id>& after) {
    if (!after) return {};
    Bytes key = prefix;
    if constexpr (std::same_as<typename Id::rep, std::string>) {
        append(key, as_bytes(after->value));
    } else {
        append(key, after->value);
    }
    return key;
}

// One page of the keys under a prefix, each with what `record_of(id, value)` makes of it.
template <class Id, class Record, class Make>
Page<Id, Record> page(const StateReader& state, const Bytes& prefix, const std::optional<Id>& after, std::size_t limit,
                      Make&& record_of) {
    Page<Id, Record> page;
    // One more than asked for tells whether there is more.
    StateReader::Walk walk =
        state.walk(prefix, key_after(prefix, after), limit + 1, std::max(page_looks_max, limit + 1));
    std::vector<StateReader::Entry>& entries = walk.entries;
    if (entries.size() > limit) {
        page.more = true;
        entries.resize(limit);
    } else if (walk.stopped) {
        page.more = true;
        page.stopped = id_from<Id>(ByteView{*walk.stopped}.subspan(prefix.size()));
    }
    page.items.reserve(entries.size());
    for (const StateReader::Entry& entry : entries) {
        Id id = id_from<Id>(ByteView{entry.key}.subspan(prefix.size()));
        std::optional<Record> record = record_of(id, entry.value);
        DATADEED_ASSERT(record.has_value());
        page.items.push_back({.id = std::move(id), .record = std::move(*record)});
    }
    return page;
}

// For keys whose value is the record.
template <class Id, class Record>
Page<Id, Record> page_of_records(const StateReader& state, const Bytes& prefix, const std::optional<Id>& after,
                                 std::size_t limit) {
    return page<Id, Record>(state, prefix, after, limit, [](const Id&, const Bytes& value) -> std::optional<Record> {
        Result<Record, cbor::DecodeError> record = decode<Record>(value);
        return record ? std::optional{std::move(*record)} : std::nullopt;
    });
}

Page<GrantId, GrantRecord> page_of_grants(const StateReader& state, const Bytes& prefix,
                                          const std::optional<GrantId>& after, std::size_t limit) {
    return page<GrantId, GrantRecord>(state, prefix, after, limit,
                                      [&](const GrantId& id, const Bytes&) { return find_grant(state, id); });
}

Count count_under(const StateReader& state, const Bytes& prefix, std::uint64_t most) {
    constexpr std::size_t step_max = 1024;
    std::uint64_t count = 0;
    std::size_t looks = static_cast<std::size_t>(most) + 1;
    Bytes after;
    while (looks > 0) {
        const std::size_t step = std::min(step_max, looks);
        StateReader::Walk walk = state.walk(prefix, after, step, looks);
        count += walk.entries.size();
        if (walk.stopped) break;
        if (walk.entries.size() < step) return {.items = count, .more = false};
        looks -= walk.looked;
        after = std::move(walk.entries.back().key);
    }
    return {.items = std::min(count, most), .more = true};
}

}  // namespace

Page<MemberId, MemberRecord> list_members(const StateReader& state, const std::optional<MemberId>& after,
                                          std::size_t limit) {
    return page_of_records<MemberId, MemberRecord>(state, state_keys::all_members(), after, limit);
}

Page<ChangeId, ChangeRecord> list_changes(const StateReader& state, const std::optional<ChangeId>& after,
                                          std::size_t limit) {
    return page_of_records<ChangeId, ChangeRecord>(state, state_keys::all_changes(), after, limit);
}

Page<EvidenceId, EvidenceRecord> list_evidence(const StateReader& state, const std::optional<EvidenceId>& after,
                                               std::size_t limit) {
    return page_of_records<EvidenceId, EvidenceRecord>(state, state_keys::all_evidence(), after, limit);
}

Page<DatasetId, DataRecord> list_data(const StateReader& state, const std::optional<DatasetId>& after,
                                      std::size_t limit) {
    return page_of_records<DatasetId, DataRecord>(state, state_keys::all_data(), after, limit);
}

// A text that is no member id could be read as the beginning of another key, hence the question in these lists.
Page<DatasetId, DataRecord> list_data_of(const StateReader& state, const MemberId& owner,
                                         const std::optional<DatasetId>& after, std::size_t limit) {
    if (!is_member_id(owner.value)) return {};
    return page<DatasetId, DataRecord>(state, state_keys::all_owned(owner), after, limit,
                                       [&](const DatasetId& id, const Bytes&) { return find_data(state, id); });
}

Page<GrantId, GrantRecord> list_grants(const StateReader& state, const std::optional<GrantId>& after,
                                       std::size_t limit) {
    return page_of_records<GrantId, GrantRecord>(state, state_keys::all_grants(), after, limit);
}

Page<GrantId, GrantRecord> list_grants_of(const StateReader& state, const DatasetId& data,
                                          const std::optional<GrantId>& after, std::size_t limit) {
    return page_of_grants(state, state_keys::all_grants_of(data), after, limit);
}

Page<GrantId, GrantRecord> list_grants_of(const StateReader& state, const MemberId& member,
                                          const std::optional<GrantId>& after, std::size_t limit) {
    if (!is_member_id(member.value)) return {};
    return page_of_grants(state, state_keys::all_grants_of(member), after, limit);
}

Page<MemberId, OfferRecord> list_offers(const StateReader& state, const DatasetId& data,
                                        const std::optional<MemberId>& after, std::size_t limit) {
    return page_of_records<MemberId, OfferRecord>(state, state_keys::all_offers(data), after, limit);
}

Count count_changes(const StateReader& state, std::uint64_t most) {
    return count_under(state, state_keys::all_changes(), most);
}

Count count_evidence(const StateReader& state, std::uint64_t most) {
    return count_under(state, state_keys::all_evidence(), most);
}

Count count_data_of(const StateReader& state, const MemberId& owner, std::uint64_t most) {
    return is_member_id(owner.value) ? count_under(state, state_keys::all_owned(owner), most) : Count{};
}

Count count_grants_of(const StateReader& state, const DatasetId& data, std::uint64_t most) {
    return count_under(state, state_keys::all_grants_of(data), most);
}

Count count_grants_of(const StateReader& state, const MemberId& member, std::uint64_t most) {
    return is_member_id(member.value) ? count_under(state, state_keys::all_grants_of(member), most) : Count{};
}

}  // namespace datadeed::ledger
