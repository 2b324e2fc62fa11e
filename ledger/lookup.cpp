#include "ledger/lookup.h"

#include "base/assert.h"
#include "ledger/state_keys.h"

namespace datadeed::ledger {
namespace {

template <class Record>
std::optional<Record> find(const StateView& state, const Bytes& key) {
    const std::optional<Bytes> value = state.get(key);
    if (!value) return std::nullopt;
    Result<Record, cbor::DecodeError> record = decode<Record>(*value);
    DATADEED_ASSERT(record.has_value());
    return std::move(*record);
}

template <class Record>
Record get(const StateView& state, const Bytes& key) {
    std::optional<Record> record = find<Record>(state, key);
    DATADEED_ASSERT(record.has_value());
    return std::move(*record);
}

}  // namespace

std::string_view name(GrantSide side) {
    return side == GrantSide::grantee ? "grantee" : "grantor";
}

Parameters get_parameters(const StateView& state) {
    return get<Parameters>(state, state_keys::parameters());
}

ValidatorSet get_validators(const StateView& state) {
    return get<ValidatorSet>(state, state_keys::validators());
}

Totals get_totals(const StateView& state) {
    return get<Totals>(state, state_keys::totals());
}

std::optional<MemberRecord> find_member(const StateView& state, const MemberId& id) {
    return find<MemberRecord>(state, state_keys::member(id));
}

bool has_member(const StateView& state, const MemberId& id) {
    return state.get(state_keys::member(id)).has_value();
}

std::optional<KeyRecord> find_key(const StateView& state, const crypto::PublicKey& key) {
    return find<KeyRecord>(state, state_keys::key(key));
}

NonceWindow find_nonces(const StateView& state, const MemberId& member) {
    return find<NonceWindow>(state, state_keys::nonces(member)).value_or(NonceWindow{});
}

std::optional<DataRecord> find_data(const StateView& state, const DatasetId& id) {
    return find<DataRecord>(state, state_keys::data(id));
}

std::optional<OfferRecord> find_offer(const StateView& state, const DatasetId& data, const MemberId& to) {
    return find<OfferRecord>(state, state_keys::offer(data, to));
}

std::optional<GrantRecord> find_grant(const StateView& state, const GrantId& id) {
    return find<GrantRecord>(state, state_keys::grant(id));
}

std::optional<LogPairRecord> find_log_pair(const StateView& state, const LogPairId& id) {
    return find<LogPairRecord>(state, state_keys::log_pair(id));
}

}  // namespace datadeed::ledger
