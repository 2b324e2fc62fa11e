#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "crypto/checkpoint.h"
#include "crypto/hash.h"
#include "crypto/merkle.h"
#include "crypto/note.h"
#include "crypto/sign.h"

// Keys, trees and notes that the tests of this room share. All of it is the same in every run.

namespace datadeed::crypto::test {

inline Bytes hex(std::string_view text) {
    return from_hex(text).value();
}

// A key of its own for each number.
inline SecretKey key_number(std::uint8_t number) {
    ByteArray<32> seed{};
    seed.fill(number);
    return SecretKey::from_seed(seed);
}

inline Bytes entry_number(std::uint64_t number) {
    return to_bytes(as_bytes("entry " + std::to_string(number)));
}

inline std::vector<Digest> leaves(std::uint64_t count) {
    std::vector<Digest> hashes;
    for (std::uint64_t i = 0; i < count; ++i) hashes.push_back(leaf_hash(entry_number(i)));
    return hashes;
}

inline Checkpoint checkpoint_of(std::uint64_t size) {
    return {.origin = "datadeed.example/log", .size = size, .root = root_of(leaves(size)), .extensions = {}};
}

}  // namespace datadeed::crypto::test
