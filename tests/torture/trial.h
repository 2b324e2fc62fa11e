#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "client/signer.h"
#include "tests/torture/verdict.h"

// One stopped node's folder, damaged once and looked at by the shipped programs: the node alone, without peers, and an
// offline replay that is anchored by the checkpoint from before.

namespace datadeed::torture {

struct Bench {
    std::string node_program{};
    std::string cli_program{};
    std::filesystem::path network{};  // the untouched folder: genesis.cbor, passphrase, nodes/NAME
    std::string node{};
    std::shared_ptr<const client::Signer> reads_as{};
    crypto::Policy policy{};
    ChainId chain{};
    Reference reference{};
    std::uint64_t votes_known{};  // bytes of the untouched file of votes that its chain knows of
};

// Copies the parts of a stopped network that one node needs to `copy`; it will listen on any free ports.
void copy_node(const std::filesystem::path& network, const std::string& node, const std::filesystem::path& copy);

// Bytes of the folder's file of votes whose records its chain knows to have been durable: the node can tell that they
// are damaged. What stands behind them may have been torn by a crash, for all that it can know.
// `data` is a copy of the data folder, which opening its database changes.
[[nodiscard]] Result<std::uint64_t, std::string> known_votes(const std::filesystem::path& data, const ChainId& id);

// What the untouched folder tells.
[[nodiscard]] Result<Reference, std::string> read_untouched(const Bench& bench, const std::filesystem::path& scratch);

// `scratch` is this trial's alone and is emptied first.
[[nodiscard]] Verdict try_damage(const Bench& bench, const Damage& damage, const std::filesystem::path& scratch);

}  // namespace datadeed::torture
