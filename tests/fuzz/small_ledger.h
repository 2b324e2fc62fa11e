#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/fields.h"
#include "ledger/lookup.h"
#include "ledger/state_keys.h"

// The state of a chain as small as one can be on which every operation has a chance: members "a", "b" and so on, of
// which every other one has all roles, two validators so that both must approve, and an observer.

namespace datadeed::ledger {

inline crypto::PublicKey small_key(std::uint8_t number) {
    return crypto::PublicKey{ByteArray<32>{number}};
}

// A real one, so that what it signed can be evidence.
inline crypto::SecretKey small_vote_key(std::uint8_t number) {
    return crypto::SecretKey::from_seed(ByteArray<32>{number});
}

inline ValidatorSet small_nodes() {
    return {.validators = {{.member = MemberId{"a"},
                            .vote = small_vote_key(11).public_key(),
                            .link = small_key(12),
                            .cosign = small_key(13)},
                           {.member = MemberId{"b"},
                            .vote = small_vote_key(14).public_key(),
                            .link = small_key(15),
                            .cosign = small_key(16)}},
            .observers = {{.member = MemberId{"c"}, .link = small_key(17)}}};
}

inline MemberId small_member(std::size_t number) {
    return MemberId{std::string(1, static_cast<char>('a' + number))};
}

// A member for each of the keys.
inline MapState small_ledger(std::span<const crypto::PublicKey> keys, const Parameters& parameters = {}) {
    MapState state;
    StateChanges changes;
    changes[state_keys::parameters()] = encode(parameters);
    changes[state_keys::totals()] = encode(Totals{});
    changes[state_keys::chain()] = encode(ChainId{});
    changes[state_keys::validators()] = encode(Epoch{.number = {}, .from = Height{1}, .nodes = small_nodes()});
    const std::vector<Role> every_role = {Role::operator_,  Role::owner,     Role::manager,  Role::user,
                                          Role::repository, Role::regulator, Role::validator};
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const MemberId id = small_member(i);
        changes[state_keys::member(id)] =
            encode(MemberRecord{.organisation = id.value,
                                .roles = i % 2 == 0 ? every_role : std::vector{Role::user},
                                .keys = {keys[i]},
                                .admitted = Height{}});
        changes[state_keys::key(keys[i])] = encode(KeyRecord{.member = id, .from = {}, .until = {}});
    }
    state.apply(changes);
    return state;
}

}  // namespace datadeed::ledger
