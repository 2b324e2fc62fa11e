#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/fields.h"
#include "base/types.h"
#include "ledger/state_tree.h"

// The state in parts, for those who don't replay it. A part is a whole subtree of the state tree (state_tree.h): all
// records whose key hashes begin with the same bits. A list of parts that covers the tree gives the state root by
// hashing alone, so a list that fits a certified header can't lie; and a part that fits its root in such a list is
// complete, in its place, and as the validators certified it, whoever sent it. Parts are checked in any order and need
// no proof of their own (docs/decisions/0028). Pure; any thread.

namespace datadeed::ledger {

// All key hashes that begin with these bits.
struct TreePlace {
    std::uint16_t bits{};  // 0 (the whole tree) to 256
    Digest path{};         // the bits, high bit of a byte first; the rest is zero

    friend bool operator==(const TreePlace&, const TreePlace&) = default;
};

[[nodiscard]] bool is_within(const Digest& key_hash, const TreePlace& place);

// A part as a list names it. Where it lies follows from the list: it begins where the one before ended.
struct StatePart {
    std::uint64_t bits{};
    Digest root{};  // of its subtree

    static constexpr void fields(auto& self, auto&& visit) {
        visit("bits", self.bits);
        visit("root", self.root);
    }
    friend bool operator==(const StatePart&, const StatePart&) = default;
};

// Nothing unless the parts cover the tree from its left end to its right, each place once.
[[nodiscard]] std::optional<std::vector<TreePlace>> places_of(std::span<const StatePart> parts);

// The root of the tree that the parts make up; nothing unless they cover it.
[[nodiscard]] std::optional<Digest> root_of(std::span<const StatePart> parts);
// The same of parts that are known to cover it, as places_of says.
[[nodiscard]] Digest root_of_covering(std::span<const StatePart> parts);

// The root of the subtree at this place; nothing unless its leaves rise strictly and lie within it.
[[nodiscard]] std::optional<Digest> root_of(const TreePlace& place, std::span<const StateProofLeaf> leaves);

inline constexpr std::size_t record_key_max = 1024;
inline constexpr std::size_t record_value_max = std::size_t{1} << 20U;

struct StateRecord {
    Bytes key{};
    Bytes value{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("key", self.key, Limit{record_key_max});
        visit("value", self.value, Limit{record_value_max});
    }
    friend bool operator==(const StateRecord&, const StateRecord&) = default;
};

[[nodiscard]] StateProofLeaf leaf_of(const StateRecord& record);

// What a record adds to the size of a part; its encoding is never larger.
[[nodiscard]] std::size_t size_in_part(const StateRecord& record);

// A part as it's kept and sent: its records in the order of their key hashes.
struct PartContent {
    std::vector<StateRecord> records{};

    static constexpr void fields(auto& self, auto&& visit) { visit("records", self.records, Limit{1U << 20U}); }
    friend bool operator==(const PartContent&, const PartContent&) = default;
};

// Bytes of records that make a part: cut there, so that two nodes cut one state alike. One record alone may be larger.
inline constexpr std::size_t part_bytes = std::size_t{256} << 10U;
// Encoded: nothing longer is read.
inline constexpr std::size_t part_size_max = record_key_max + record_value_max + 64;
static_assert(part_size_max > part_bytes + 64);

// The records in encoded bytes, with their leaves, when they're those of the part: all of them and nothing else.
struct CheckedPart {
    std::vector<StateRecord> records{};
    std::vector<StateProofLeaf> leaves{};
};
[[nodiscard]] std::optional<CheckedPart> check_part(const StatePart& part, const TreePlace& place, ByteView bytes);

// What decides where a state is cut.
struct PartSize {
    std::size_t records{};
    std::size_t bytes{};  // as size_in_part counts them

    friend PartSize operator+(const PartSize& a, const PartSize& b) {
        return {.records = a.records + b.records, .bytes = a.bytes + b.bytes};
    }
};
[[nodiscard]] PartSize size_of(std::span<const StateRecord> records);

// The rule of cutting: a place is one part if this holds of its records, else its halves are looked at. A list that is
// cut otherwise may fit the root as well: whoever made it broke the rule, not who sends a part that fits it.
[[nodiscard]] bool is_one_part(const PartSize& size, std::size_t bytes_max = part_bytes);

// Whether these two, neighbours in a list, are the halves of one place.
[[nodiscard]] bool are_halves(const TreePlace& left, const TreePlace& right);

}  // namespace datadeed::ledger
