#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/types.h"
#include "client/problem.h"

// Who somebody is on which chain, and where to reach it: a TOML file.
//
//     chain = "<64 hexadecimal digits>"       the chain's id; answers of nodes on another chain are refused
//     genesis = "../genesis.cbor"
//     member = "owner"
//     key_file = "../keys/owner.key"
//     passphrase_file = "../passphrase"        optional; without it the passphrase is asked for
//     [[nodes]]                                one or more, tried in this order
//     name = "node-0"
//     api = "http://127.0.0.1:8440"
//
// File names are relative to the profile's folder. A key that isn't listed here is an error, with its line.

namespace datadeed::client {

struct NodeAddress {
    std::string name{};
    std::string api{};  // http://HOST:PORT, without a path

    friend bool operator==(const NodeAddress&, const NodeAddress&) = default;
};

struct Profile {
    ChainId chain{};
    std::string genesis{};
    std::string member{};
    std::string key_file{};
    std::string passphrase_file{};  // empty: ask
    std::vector<NodeAddress> nodes{};

    friend bool operator==(const Profile&, const Profile&) = default;
};

// Codes: profile.unreadable, profile.invalid, profile.unknown_key; each names file, line and column as far as there
// are.
[[nodiscard]] Outcome<Profile> read_profile(const std::string& path);

// The text of a profile, for read_profile; file names come out as they stand in `profile`.
[[nodiscard]] std::string format_profile(const Profile& profile);

// The host and port of "http://HOST:PORT". IPv6 addresses stand in brackets, which are not part of the host.
struct Endpoint {
    std::string host{};
    std::uint16_t port{};

    friend bool operator==(const Endpoint&, const Endpoint&) = default;
};
[[nodiscard]] Outcome<Endpoint> parse_endpoint(const std::string& api);

}  // namespace datadeed::client
