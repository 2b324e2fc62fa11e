#include "tests/audit/made_nodes.h"

#include <stdexcept>

#include "ledger/readiness.h"
#include "ledger/transaction.h"

namespace datadeed::audit {
namespace {

constexpr std::uint8_t members = 5;
constexpr std::uint8_t validators = 4;
constexpr std::uint8_t keys_apart = 40;

// Numbers for made_key.
constexpr std::uint8_t signing = 3;
constexpr std::uint8_t voting = 10;
constexpr std::uint8_t cosigning = 20;
constexpr std::uint8_t linking = 30;

crypto::SecretKey node_key(std::uint8_t use, std::uint8_t node, std::uint8_t set = 0) {
    return made_key(static_cast<std::uint8_t>(use + node + set * keys_apart));
}

std::uint8_t number_of(const ledger::MemberId& node) {
    return static_cast<std::uint8_t>(node.value.back() - '0');
}

ledger::RawTransaction signed_by(const ledger::MemberId& node, const ledger::Operation& operation, const ChainId& chain,
                                 Height height) {
    const ledger::Transaction transaction{.nonce = ledger::Nonce{made_start_ms * 1000 + height.value},
                                          .expires = TimeMs{made_start_ms + 86'400'000},
                                          .operations = {operation}};
    return {ledger::sign_transaction(chain, transaction, node_key(signing, number_of(node)))};
}

ledger::NodeChange node_change(const MadeChange& change, const ChainId& chain) {
    const ledger::MemberId member{made_node(change.node)};
    ledger::NodeChange made{.kind = change.kind, .member = member, .keys = std::nullopt, .ready = std::nullopt};
    if (!ledger::brings_keys(change.kind)) return made;
    const crypto::SecretKey vote = node_key(voting, change.node, change.keys);
    const crypto::SecretKey link = node_key(linking, change.node, change.keys);
    const crypto::SecretKey cosign = node_key(cosigning, change.node, change.keys);
    const ledger::NodeSecrets secrets{.vote = &vote, .link = &link, .cosign = &cosign};
    made.keys = ledger::public_keys_of(secrets);
    made.ready = ledger::sign_readiness(chain, member, secrets, Height{change.at.value - 1});
    return made;
}

}  // namespace

ledger::Genesis made_genesis(const crypto::SecretKey& owner) {
    ledger::Genesis genesis;
    genesis.chain_name = "made";
    genesis.time = TimeMs{made_start_ms};
    for (std::uint8_t i = 0; i < members; ++i) {
        const ledger::MemberId name{made_node(i)};
        genesis.members.push_back({.id = name,
                                   .organisation = "Org",
                                   .roles = {ledger::Role::validator},
                                   .keys = {node_key(signing, i).public_key()}});
        if (i >= validators) continue;
        genesis.nodes.validators.push_back({.member = name,
                                            .vote = node_key(voting, i).public_key(),
                                            .link = node_key(linking, i).public_key(),
                                            .cosign = node_key(cosigning, i).public_key()});
    }
    genesis.members.push_back({.id = ledger::MemberId{"owner"},
                               .organisation = "Org",
                               .roles = {ledger::Role::operator_, ledger::Role::owner},
                               .keys = {owner.public_key()}});
    return genesis;
}

std::string made_node(std::uint8_t node) {
    return "node-" + std::to_string(node);
}

crypto::SecretKey made_key(std::uint8_t number) {
    ByteArray<32> seed{};
    seed[0] = number;
    return crypto::SecretKey::from_seed(seed);
}

crypto::SecretKey made_secret(const crypto::PublicKey& key) {
    for (std::uint8_t number = 1; number < 255; ++number) {
        crypto::SecretKey secret = made_key(number);
        if (secret.public_key() == key) return secret;
    }
    throw std::runtime_error("no made key");
}

crypto::SecretKey made_cosign_key(std::uint8_t node) {
    return node_key(cosigning, node);
}

std::vector<ledger::RawTransaction> made_votes(const MadeChange& change, const ChainId& chain,
                                               const ledger::ValidatorSet& present) {
    const ledger::ProposeChange proposal{
        .change = node_change(change, chain),
        .until = TimeMs{made_start_ms + (change.at.value + 3600) * 1000},
    };
    const std::size_t voters = present.validators.size() * 2 / 3 + 1;
    std::vector<ledger::RawTransaction> votes{signed_by(present.validators[0].member, proposal, chain, change.at)};
    const auto proposed = ledger::parse(chain, votes[0].bytes);
    if (!proposed) throw std::runtime_error("the proposal could not be made");
    const ledger::VoteChange vote{.change = ledger::change_id(proposed->id, 0), .approve = true};
    for (std::size_t i = 1; i < voters; ++i) {
        votes.push_back(signed_by(present.validators[i].member, vote, chain, change.at));
    }
    return votes;
}

}  // namespace datadeed::audit
