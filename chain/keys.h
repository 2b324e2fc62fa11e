#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/types.h"
#include "ledger/state_tree.h"
#include "ledger/types.h"

// The layout of chain/ and state/ on one page. The first byte of a key says what it is: never reuse one. Numbers are 8
// bytes, big end first. Every value ends in a seal: the first 8 bytes of SHA-256(key || value), so that a changed bit,
// and a value under another's key, show when it's read.
//
// chain/   append-only but for the tip, the partial tiles and the last certificate
//     'm'                        ChainMeta           tip, chain id, votes known to be durable
//     'h' height                 HeaderRecord        hash, header, certificate
//     'b' height                 encode(ledger::Block)
//     'x' transaction id (32)    PlaceRecord         height, place in the block, place in the log
//     'l' log index              height              of the block whose first transaction has this index
//     'n' level (1) tile         hashes              C2SP tlog-tiles: up to 256 hashes of tree level 8*level
//     'c' size                   text                cosigned checkpoint of that log size
//     'g' height                 ChainGap            blocks from this one on that aren't here
//
// state/   can be made again from chain/
//     'm'                        StateMeta           height, block hash, compact range of the log, oldest height kept
//     'v' key                    since value         what holds now, and from which height on (8 bytes)
//     'o' key* ~since            1 value | 0         what held from `since` on until it changed; 0: nothing
//     't' node key               node                of the state tree; in tree/, all else in values/
//     'p' height                 PruneRecord         what only heights below this one need
//
// key* is the key with 00 written as 00 FF and 00 01 behind it, so that whole keys sort as keys do; ~since is the
// bitwise complement, so that the latest comes first.

namespace datadeed::chain::keys {

inline constexpr std::uint8_t meta = 'm';
inline constexpr std::uint8_t header = 'h';
inline constexpr std::uint8_t block = 'b';
inline constexpr std::uint8_t place = 'x';
inline constexpr std::uint8_t log_start = 'l';
inline constexpr std::uint8_t tile = 'n';
inline constexpr std::uint8_t checkpoint = 'c';
inline constexpr std::uint8_t gap = 'g';
inline constexpr std::uint8_t value = 'v';
inline constexpr std::uint8_t old_value = 'o';
inline constexpr std::uint8_t tree_node = 't';
inline constexpr std::uint8_t prune = 'p';

// A kind alone, with a number, with bytes.
[[nodiscard]] Bytes of(std::uint8_t kind);
[[nodiscard]] Bytes of(std::uint8_t kind, std::uint64_t number);
[[nodiscard]] Bytes of(std::uint8_t kind, ByteView rest);

[[nodiscard]] Bytes tile_of(unsigned level, std::uint64_t index);

// 'o' key*, and 'o' key* ~since.
[[nodiscard]] Bytes old_values_of(ByteView key);
[[nodiscard]] Bytes old_value_of(ByteView key, Height since);
// The state's key in an old value's key, which is well-formed (its seal was right).
[[nodiscard]] Bytes key_in_old_value(ByteView old_key);
// What key* of all keys with this prefix begins with.
[[nodiscard]] Bytes old_values_with_prefix(ByteView prefix);

}  // namespace datadeed::chain::keys
