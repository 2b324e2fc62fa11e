#include "tests/sim/world.h"

#include <map>

#include "base/fields.h"
#include "tests/consensus/quick_signatures.h"

namespace datadeed::sim {
namespace {

using consensus::testing::QuickSigner;
using consensus::testing::QuickVerifier;

const QuickVerifier quick_verifier{};

const crypto::SecretKey& key_of(std::uint8_t kind, std::size_t index) {
    static std::map<std::pair<std::uint8_t, std::size_t>, crypto::SecretKey> keys;
    const auto found = keys.find({kind, index});
    if (found != keys.end()) return found->second;
    ByteArray<32> seed{};
    seed[0] = kind;
    seed[1] = static_cast<std::uint8_t>(index);
    return keys.emplace(std::pair{kind, index}, crypto::SecretKey::from_seed(seed)).first->second;
}

crypto::SecretKey copy_of(const crypto::SecretKey& key) {
    return crypto::SecretKey::from_seed(key.seed());
}

}  // namespace

ledger::MemberId validator_name(std::size_t index) {
    return ledger::MemberId{"node-" + std::to_string(index)};
}
ledger::MemberId observer_name(std::size_t index) {
    return ledger::MemberId{"observer-" + std::to_string(index)};
}
ledger::MemberId owner_name(std::size_t index) {
    return ledger::MemberId{"owner-" + std::to_string(index)};
}

const crypto::SecretKey& owner_key(std::size_t index) {
    return key_of(1, index);
}

World make_world(std::size_t validators, std::size_t observers, std::size_t owners) {
    World world;
    ledger::Genesis& genesis = world.genesis;
    genesis.chain_name = "sim";
    genesis.time = TimeMs{epoch_ms - quiet_ms};
    const auto add_member = [&genesis](const ledger::MemberId& id, ledger::Role role,
                                       std::vector<crypto::PublicKey> keys) {
        genesis.members.push_back({.id = id, .organisation = "Sim", .roles = {role}, .keys = std::move(keys)});
    };
    for (std::size_t i = 0; i < validators; ++i) {
        add_member(validator_name(i), ledger::Role::validator, {});
        genesis.nodes.validators.push_back({.member = validator_name(i),
                                            .vote = consensus::testing::quick_key(i),
                                            .link = key_of(2, i).public_key(),
                                            .cosign = key_of(3, i).public_key()});
    }
    for (std::size_t i = 0; i < observers; ++i) {
        add_member(observer_name(i), ledger::Role::observer, {});
        genesis.nodes.observers.push_back({.member = observer_name(i), .link = key_of(4, i).public_key()});
    }
    add_member(ledger::MemberId{"operator"}, ledger::Role::operator_, {key_of(5, 0).public_key()});
    for (std::size_t i = 0; i < owners; ++i) {
        add_member(owner_name(i), ledger::Role::owner, {owner_key(i).public_key()});
    }
    world.cache = std::make_unique<replica::TransactionCache>();
    world.context = std::make_unique<replica::VerifyContext>(replica::make_verify_context(genesis, *world.cache));
    world.context->signatures = &quick_verifier;
    return world;
}

replica::Identity identity_of(const World& world, const ledger::MemberId& name) {
    replica::Identity identity{
        .self = name, .vote_key = {}, .cosign_key = {}, .vote_signer = {}, .vote_verifier = &quick_verifier};
    for (std::size_t i = 0; i < world.genesis.nodes.validators.size(); ++i) {
        if (validator_name(i) != name) continue;
        identity.vote_signer = std::make_shared<QuickSigner>(consensus::testing::quick_key(i));
        identity.cosign_key = copy_of(key_of(3, i));
    }
    return identity;
}

Bytes sign_order(const World& world, const Order& order) {
    return ledger::sign_transaction(
        world.chain(),
        {.nonce = ledger::Nonce{order.nonce_us}, .expires = TimeMs{order.expires_ms}, .operations = order.operations},
        owner_key(order.owner));
}

}  // namespace datadeed::sim
