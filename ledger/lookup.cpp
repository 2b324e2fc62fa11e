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

// One that genesis has made and nothing removes: it lacks only where the state can't be read. Who reads is told so by
// the state itself, and throws away what was made of the empty record in its place.
template <class Record>
Record get(const StateView& state, const Bytes& key) {
    return find<Record>(state, key).value_or(Record{});
}

}  // namespace

std::string_view name(GrantSide side) {
    return side == GrantSide::grantee ? "grantee" : "grantor";
}

Parameters get_parameters(const StateView& state) {
    return get<Parameters>(state, state_keys::parameters());
}

ChainId get_chain(const StateView& state) {
    return get<ChainId>(state, state_keys::chain());
}

Epoch get_epoch(const StateView& state) {
    return get<Epoch>(state, state_keys::validators());
}

ValidatorSet get_validators(const StateView& state) {
    return get_epoch(state).nodes;
}

std::optional<Epoch> find_epoch(const StateView& state, EpochNumber number) {
    Epoch present = get_epoch(state);
    if (number == present.number) return present;
    return find<Epoch>(state, state_keys::past_epoch(number));
}

Epoch epoch_at(const StateView& state, Height height) {
    Epoch found = get_epoch(state);
    // The epoch wanted is among the numbers in [low, high): all from `high` on begin too late.
    EpochNumber low{};
    EpochNumber high = found.number;
    if (found.from <= height) return found;
    while (high.value - low.value > 1) {
        const EpochNumber middle{low.value + (high.value - low.value) / 2};
        const Epoch epoch = get<Epoch>(state, state_keys::past_epoch(middle));
        (epoch.from <= height ? low : high) = middle;
    }
    // There's one at every height: at 0, which nobody votes on, the first.
    return high == EpochNumber{} ? found : get<Epoch>(state, state_keys::past_epoch(low));
}

std::optional<NodeKeyRecord> find_node_key(const StateView& state, const crypto::PublicKey& key) {
    return find<NodeKeyRecord>(state, state_keys::node_key(key));
}

Totals get_totals(const StateView& state) {
    return get<Totals>(state, state_keys::totals());
}

std::optional<ChangeRecord> find_change(const StateView& state, const ChangeId& id) {
    return find<ChangeRecord>(state, state_keys::change(id));
}

OpenChanges find_open_changes(const StateView& state, const MemberId& proposer) {
    return find<OpenChanges>(state, state_keys::open_changes(proposer)).value_or(OpenChanges{});
}

std::optional<EvidenceRecord> find_evidence(const StateView& state, const EvidenceId& id) {
    return find<EvidenceRecord>(state, state_keys::evidence(id));
}

std::uint32_t find_convictions(const StateView& state, EpochNumber epoch, Offence offence, const MemberId& accused) {
    return find<std::uint32_t>(state, state_keys::convictions(epoch, offence, accused)).value_or(0);
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
