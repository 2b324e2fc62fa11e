#pragma once

#include <cstdint>
#include <string>

#include "base/fields.h"
#include "base/result.h"
#include "base/types.h"
#include "node/net/error.h"

// The first frame on a link, in both directions, once TLS has proved the keys: who speaks, on which chain, in which
// version. CBOR array of the fields in order. Pure; any thread.

namespace datadeed::net {

inline constexpr std::uint32_t protocol_version = 1;
inline constexpr std::size_t hello_size_max = 256;  // bytes

struct Hello {
    std::uint32_t protocol{protocol_version};
    ChainId chain{};
    std::string name{};            // the member id of the node
    std::uint32_t wire_version{};  // of the messages that follow
    std::uint64_t instance{};      // random, new at each start: tells a restarted peer from a second link

    static constexpr void fields(auto& self, auto&& visit) {
        visit("protocol", self.protocol);
        visit("chain", self.chain);
        visit("name", self.name, Limit{64});
        visit("wire_version", self.wire_version);
        visit("instance", self.instance);
    }
    friend bool operator==(const Hello&, const Hello&) = default;
};

// What the peer said, if it may be talked to: `name` is the member to whom its key belongs. A wrong chain is reported
// with both ids.
[[nodiscard]] Result<Hello, Failure> check_hello(ByteView frame, const Hello& own, const std::string& name);

}  // namespace datadeed::net
