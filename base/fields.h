#pragma once

#include "base/decode.h"
#include "base/encode.h"
#include "base/field_traits.h"

// Encoding and decoding of any type that lists its fields once:
//
//     struct Anchor {
//         Digest root;
//         std::uint64_t count;
//         static constexpr void fields(auto& self, auto&& visit) {
//             visit("root", self.root);
//             visit("count", self.count);
//         }
//     };
//
// A struct is a CBOR array of its fields in that order (the position is the name, so a byte is never ambiguous); an
// optional field is the value or null; a variant of structs with a static `kind` is an array [kind, fields...]. Texts,
// byte strings and lists take a limit as third argument: visit("title", self.title, Limit{256}).
