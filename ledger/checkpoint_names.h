#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/types.h"
#include "ledger/types.h"

// How a chain's log and those who cosign it are called in C2SP checkpoints. Pure; any thread.

namespace datadeed::ledger {

// The log's origin: "datadeed/<chain name>/<chain id in hex>". A cosignature names nothing but the origin, so the chain
// id in it keeps one made for one chain from holding for another of the same name.
[[nodiscard]] inline std::string checkpoint_origin(const std::string& chain_name, const ChainId& chain) {
    return "datadeed/" + chain_name + "/" + to_hex(chain.value);
}

// The chain that an origin of that form names; nothing for another log's.
[[nodiscard]] inline std::optional<ChainId> chain_of_origin(std::string_view origin) {
    const std::size_t last = origin.rfind('/');
    if (!origin.starts_with("datadeed/") || last == std::string_view::npos) return std::nullopt;
    const auto id = array_from_hex<32>(origin.substr(last + 1));
    return id ? std::optional{ChainId{*id}} : std::nullopt;
}

// The key name of a validator that cosigns: "datadeed/<chain name>/<member>".
[[nodiscard]] inline std::string cosigner_name(const std::string& chain_name, const MemberId& member) {
    return "datadeed/" + chain_name + "/" + member.value;
}

}  // namespace datadeed::ledger
