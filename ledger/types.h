#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/strong.h"
#include "base/types.h"

// The words of the ledger. Plain values; any thread.

namespace datadeed::ledger {

// A member's name on the chain, for ever: see is_member_id.
using MemberId = Strong<struct MemberIdTag, std::string>;

// A data set's name, given by whoever registers it, for ever: see is_dataset_id.
using DatasetId = Strong<struct DatasetIdTag, std::string>;

// SHA-256 of a transaction's Sig_structure (transaction.h).
using TxId = Strong<struct TxIdTag, Digest>;

// Made from the transaction that creates the grant and the operation's place in it (transaction.h).
using GrantId = Strong<struct GrantIdTag, Digest>;

// Made from the transaction that proposes the change of nodes, and the operation's place in it (transaction.h).
using ChangeId = Strong<struct ChangeIdTag, Digest>;

// A validator's offence, whatever proves it (evidence.h).
using EvidenceId = Strong<struct EvidenceIdTag, Digest>;

// The client's clock in microseconds since 1970-01-01T00:00:00Z.
using Nonce = Strong<struct NonceTag>;

// A share of the ownership in basis points: 0 to 10,000.
using ShareBp = Strong<struct ShareBpTag, std::uint32_t>;
inline constexpr ShareBp whole{10'000};

// A period of query logs; what it means is agreed between the two sides.
using LogEpoch = Strong<struct LogEpochTag>;

// The number of an epoch of nodes (epoch.h): 0 at genesis, one more with every change of who serves.
using EpochNumber = Strong<struct EpochNumberTag, std::uint32_t>;

// Counts and times stay below 2^53, so that JSON readers which know only doubles read them exactly.
inline constexpr std::uint64_t count_max = (std::uint64_t{1} << 53) - 1;

// What a member may do beyond what its rights over data allow; a label tells people what it is for, and no rule asks
// for it. Numbers stand in the state: never reuse one.
enum class Role : std::uint8_t {
    operator_ = 1,   // admits members and sets their roles
    owner = 2,       // registers data sets
    manager = 3,     // a label: a data set's manager is whom its owners appointed, whatever its roles
    user = 4,        // a label: anybody can be given a grant
    repository = 5,  // holds data, answers queries, records uses
    verifier = 6,    // a label: nothing is verified on the chain yet
    regulator = 7,   // may revoke any grant
    validator = 8,   // runs a node that votes
    observer = 9,    // runs a node that follows
};
inline constexpr std::size_t roles_max = 9;

[[nodiscard]] constexpr bool is_known(Role role) {
    return role >= Role::operator_ && role <= Role::observer;
}

// "operator", "owner" and so on; role_from is the way back.
[[nodiscard]] std::string_view name(Role role);
[[nodiscard]] std::optional<Role> role_from(std::string_view name);

// 1 to 63 of a-z, 0-9, '.', '_' and '-', beginning with a letter or digit.
[[nodiscard]] bool is_member_id(std::string_view id);

// 1 to size_max bytes of UTF-8 without control characters (U+0000 to U+001F, U+007F to U+009F) and without a space at
// either end: something that can be shown on one line.
[[nodiscard]] bool is_line(std::string_view text, std::size_t size_max);

inline constexpr std::size_t member_id_max = 63;      // bytes
inline constexpr std::size_t dataset_id_max = 128;    // bytes
inline constexpr std::size_t organisation_max = 128;  // bytes
inline constexpr std::size_t title_max = 256;         // bytes
inline constexpr std::size_t data_type_max = 64;      // bytes
inline constexpr std::size_t reason_max = 256;        // bytes

// A line of at most dataset_id_max bytes.
[[nodiscard]] bool is_dataset_id(std::string_view id);

// Whether the values rise strictly: a set then has one spelling.
template <class T>
[[nodiscard]] bool is_strictly_rising(std::span<const T> values) {
    for (std::size_t i = 1; i < values.size(); ++i) {
        if (!(values[i - 1] < values[i])) return false;
    }
    return true;
}

}  // namespace datadeed::ledger
