#include "ledger/state_keys.h"

#include <concepts>
#include <utility>

namespace datadeed::ledger::state_keys {
namespace {

Bytes begin(char kind) {
    return {static_cast<std::uint8_t>(kind)};
}

// A member id and the zero byte that ends it.
void append_ended(Bytes& key, const MemberId& member) {
    append(key, as_bytes(member.value));
    key.push_back(0);
}

// A data set id after its length. No data set has an id that is too long; a question about one finds nothing.
void append_sized(Bytes& key, const DatasetId& data) {
    const bool is_possible = data.value.size() <= dataset_id_max;
    key.push_back(is_possible ? static_cast<std::uint8_t>(data.value.size()) : 0xFF);
    append(key, as_bytes(data.value));
}

// Big end first, so that keys sort as the numbers do.
template <std::unsigned_integral Number>
void append_number(Bytes& key, Number number) {
    for (std::size_t left = sizeof(number); left > 0; --left) {
        key.push_back(static_cast<std::uint8_t>(number >> (8 * (left - 1))));
    }
}

Bytes with(Bytes key, ByteView more) {
    append(key, more);
    return key;
}

}  // namespace

Bytes parameters() {
    return begin('p');
}

Bytes chain() {
    return begin('i');
}

Bytes validators() {
    return begin('v');
}

Bytes past_epoch(EpochNumber number) {
    Bytes key = begin('e');
    append_number(key, number.value);
    return key;
}

Bytes node_key(const crypto::PublicKey& key) {
    return with(begin('w'), key.value);
}

Bytes change(const ChangeId& id) {
    return with(all_changes(), id.value);
}

Bytes open_changes(const MemberId& proposer) {
    return with(begin('x'), as_bytes(proposer.value));
}

Bytes evidence(const EvidenceId& id) {
    return with(all_evidence(), id.value);
}

Bytes convictions(EpochNumber epoch, Offence offence, const MemberId& accused) {
    Bytes key = begin('y');
    append_number(key, epoch.value);
    key.push_back(static_cast<std::uint8_t>(offence));
    return with(std::move(key), as_bytes(accused.value));
}

Bytes totals() {
    return begin('t');
}

Bytes member(const MemberId& id) {
    return with(all_members(), as_bytes(id.value));
}

Bytes key(const crypto::PublicKey& key) {
    return with(begin('k'), key.value);
}

Bytes nonces(const MemberId& member) {
    return with(begin('n'), as_bytes(member.value));
}

Bytes data(const DatasetId& id) {
    return with(all_data(), as_bytes(id.value));
}

Bytes owned(const MemberId& owner, const DatasetId& data) {
    return with(all_owned(owner), as_bytes(data.value));
}

Bytes offer(const DatasetId& data, const MemberId& to) {
    return with(all_offers(data), as_bytes(to.value));
}

Bytes grant(const GrantId& id) {
    return with(all_grants(), id.value);
}

Bytes grant_of_data(const DatasetId& data, const GrantId& id) {
    return with(all_grants_of(data), id.value);
}

Bytes grant_of_member(const MemberId& member, const GrantId& id) {
    return with(all_grants_of(member), id.value);
}

Bytes log_pair(const LogPairId& id) {
    Bytes key = begin('l');
    append_ended(key, id.low);
    append_ended(key, id.high);
    append_number(key, id.epoch.value);
    return key;
}

Bytes all_changes() {
    return begin('c');
}

Bytes all_evidence() {
    return begin('q');
}

Bytes all_members() {
    return begin('m');
}

Bytes all_data() {
    return begin('d');
}

Bytes all_grants() {
    return begin('g');
}

Bytes all_owned(const MemberId& owner) {
    Bytes key = begin('o');
    append_ended(key, owner);
    return key;
}

Bytes all_offers(const DatasetId& data) {
    Bytes key = begin('f');
    append_sized(key, data);
    return key;
}

Bytes all_grants_of(const DatasetId& data) {
    Bytes key = begin('a');
    append_sized(key, data);
    return key;
}

Bytes all_grants_of(const MemberId& member) {
    Bytes key = begin('b');
    append_ended(key, member);
    return key;
}

bool is_index(ByteView key) {
    return !key.empty() && (key.front() == 'o' || key.front() == 'a' || key.front() == 'b');
}

}  // namespace datadeed::ledger::state_keys
