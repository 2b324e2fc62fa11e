#pragma once

#include <optional>

#include "base/bytes.h"
#include "chain/kv_store.h"

// Values that say whether they are what was written under their key. LevelDB's checksums find what the disk changes;
// these find the rest: a value under another's key, memory that flips, a database put together from two.

namespace datadeed::chain {

inline constexpr std::size_t seal_size = 8;

// Puts value || seal. Several parts make one value.
void put_sealed(Batch& batch, ByteView key, ByteView value);

// The value without its seal, borrowed; nothing when the seal is wrong.
[[nodiscard]] std::optional<ByteView> check_seal(ByteView key, ByteView sealed);

// As KvReader::get, with the seal checked and cut off; `damaged` is the fault when it's wrong, `place` says where.
[[nodiscard]] Result<std::optional<Bytes>, Error> get_sealed(const KvReader& reader, ByteView key, Fault damaged);

// The error for a value that isn't what was written.
[[nodiscard]] Error damaged_value(Fault damaged, ByteView key, std::string detail);

}  // namespace datadeed::chain
