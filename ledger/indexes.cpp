#include "ledger/indexes.h"

#include <algorithm>
#include <string>

#include "ledger/grant_record.h"
#include "ledger/lookup.h"
#include "ledger/records.h"
#include "ledger/state_keys.h"

namespace datadeed::ledger {
namespace {

std::optional<StateChanges> indexes_of_data(const DatasetId& id, ByteView value) {
    const Result<DataRecord, cbor::DecodeError> data = decode<DataRecord>(value);
    if (!data) return std::nullopt;
    StateChanges indexes;
    for (const Ownership& owner : data->owners) indexes[state_keys::owned(owner.member, id)] = encode(owner.share);
    return indexes;
}

std::optional<StateChanges> indexes_of_grant(const GrantId& id, ByteView value) {
    const Result<GrantRecord, cbor::DecodeError> grant = decode<GrantRecord>(value);
    if (!grant) return std::nullopt;
    StateChanges indexes;
    indexes[state_keys::grant_of_data(grant->data, id)] = encode(true);
    indexes[state_keys::grant_of_member(grant->grantee, id)] = encode(GrantSide::grantee);
    indexes[state_keys::grant_of_member(grant->grantor, id)] = encode(GrantSide::grantor);
    return indexes;
}

// What stands behind the prefix; nothing where the key begins otherwise.
std::optional<ByteView> behind(ByteView key, const Bytes& prefix) {
    if (key.size() < prefix.size() || !std::equal(prefix.begin(), prefix.end(), key.begin())) return std::nullopt;
    return key.subspan(prefix.size());
}

}  // namespace

std::optional<StateChanges> indexes_of(const StateRecord& record) {
    if (const std::optional<ByteView> id = behind(record.key, state_keys::all_data())) {
        return indexes_of_data(DatasetId{std::string{as_text(*id)}}, record.value);
    }
    if (const std::optional<ByteView> id = behind(record.key, state_keys::all_grants())) {
        GrantId grant{};
        if (id->size() != grant.value.size()) return std::nullopt;
        std::ranges::copy(*id, grant.value.begin());
        return indexes_of_grant(grant, record.value);
    }
    return StateChanges{};
}

}  // namespace datadeed::ledger
