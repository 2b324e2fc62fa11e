#pragma once

#include <cstdint>

// What nodes say to each other. A message is a CBOR array [kind, fields...] (base/fields.h); kinds are never reused:
//
//     1 votes         [1, message]                consensus/messages.h
//     2 transactions  [2, [[raw], ...]]           transactions as signed
//     3 fetch blocks  [3, request, from, max]
//     4 blocks        [4, request, from, [[block, certificate], ...]]
//     5 fetch body    [5, height, hash]
//     6 body          [6, height, hash, payload]
//     7 cosignature   [7, height, time_s, signature]
//     8 tip           [8, height, hash, votes, first, snapshot]    where the sender stands
//     9 fetch snapshot [9, request, height]
//    10 snapshot      [10, request, manifest]
//    11 fetch part    [11, request, root]
//    12 part          [12, request, root, part]

namespace datadeed::replica {

// clang-format off
enum class WireKind : std::uint8_t {
    votes = 1, transactions = 2, fetch_blocks = 3, blocks = 4, fetch_body = 5, body = 6, cosignature = 7, tip = 8,
    fetch_snapshot = 9, snapshot = 10, fetch_part = 11, part = 12,
};
// clang-format on

}  // namespace datadeed::replica
