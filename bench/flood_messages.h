#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "crypto/sign.h"
#include "node/startup.h"

namespace datadeed::bench {

// Frames to send again and again, for one of the attacks of a peer; `self` is the validator that signs.
[[nodiscard]] Bytes flood_batch(std::string_view attack, const node::GenesisDocument& genesis,
                                const crypto::SecretKey& vote_key, const std::string& self);

}  // namespace datadeed::bench
