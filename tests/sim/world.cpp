#include "tests/sim/world.h"

#include <map>
#include <mutex>

#include "base/assert.h"
#include "base/fields.h"
#include "chain/evidence_judge.h"
#include "tests/consensus/quick_signatures.h"

namespace datadeed::sim {
namespace {

using consensus::testing::QuickSigner;
using consensus::testing::QuickVerifier;

const QuickVerifier quick_verifier{};
const chain::EvidenceJudge quick_judge{quick_verifier};

// Any thread may ask; a key stays where it is once it was made.
const crypto::SecretKey& key_of(std::uint8_t kind, std::size_t index) {
    static std::mutex made_by_one;
    const std::scoped_lock lock{made_by_one};
    static std::map<std::pair<std::uint8_t, std::size_t>, crypto::SecretKey> keys;
    const auto found = keys.find({kind, index});
    if (found != keys.end()) return found->second;
    ByteArray<32> seed{};
    seed[0] = kind;
    seed[1] = static_cast<std::uint8_t>(index);
    return keys.emplace(std::pair{kind, index}, crypto::SecretKey::from_seed(seed)).first->second;
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

const crypto::SecretKey& node_member_key(std::size_t node) {
    return key_of(6, node);
}

ledger::NodeSecrets joining_keys(const ledger::Genesis& genesis, std::size_t node, std::size_t generation) {
    const std::size_t validators = genesis.nodes.validators.size();
    const auto kind = static_cast<std::uint8_t>(16 + 2 * generation);
    return {.vote = &key_of(kind, node),
            .link = node < validators ? &key_of(2, node) : &key_of(4, node - validators),
            .cosign = &key_of(static_cast<std::uint8_t>(kind + 1), node)};
}

replica::VerifyContext World::context_of(const replica::Epochs& epochs) const {
    replica::VerifyContext made = replica::make_verify_context(genesis, chain(), epochs, *cache);
    made.signatures = &quick_verifier;
    return made;
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
        add_member(validator_name(i), ledger::Role::validator, {node_member_key(i).public_key()});
        genesis.nodes.validators.push_back({.member = validator_name(i),
                                            .vote = consensus::testing::quick_key(i),
                                            .link = key_of(2, i).public_key(),
                                            .cosign = key_of(3, i).public_key()});
    }
    for (std::size_t i = 0; i < observers; ++i) {
        // They may come to vote.
        add_member(observer_name(i), ledger::Role::validator, {node_member_key(validators + i).public_key()});
        genesis.nodes.observers.push_back({.member = observer_name(i), .link = key_of(4, i).public_key()});
    }
    add_member(ledger::MemberId{"operator"}, ledger::Role::operator_, {key_of(5, 0).public_key()});
    for (std::size_t i = 0; i < owners; ++i) {
        add_member(owner_name(i), ledger::Role::owner, {owner_key(i).public_key()});
    }
    world.cache = std::make_unique<replica::TransactionCache>();
    world.context = std::make_unique<replica::VerifyContext>(replica::make_verify_context(genesis, *world.cache));
    world.context->signatures = &quick_verifier;
    world.judge = &quick_judge;
    return world;
}

replica::Identity identity_of(const World& world, const ledger::MemberId& name) {
    replica::Identity identity{.self = name,
                               .vote_keys = {},
                               .cosign_keys = {},
                               .joins = false,
                               .vote_verifier = &quick_verifier,
                               .judge = &quick_judge};
    const auto add = [&identity](const crypto::PublicKey& vote, const crypto::SecretKey& cosign) {
        identity.vote_keys.push_back({.key = vote, .signer = std::make_shared<QuickSigner>(vote)});
        identity.cosign_keys.emplace_back(std::shared_ptr<void>{}, &cosign);  // they last as long as the program
    };
    const std::size_t validators = world.genesis.nodes.validators.size();
    const std::size_t nodes = validators + world.genesis.nodes.observers.size();
    for (std::size_t i = 0; i < nodes; ++i) {
        if ((i < validators ? validator_name(i) : observer_name(i - validators)) != name) continue;
        if (i < validators) add(consensus::testing::quick_key(i), key_of(3, i));
        for (std::size_t generation = 0; generation < generations_max; ++generation) {
            const ledger::NodeSecrets keys = joining_keys(world.genesis, i, generation);
            add(keys.vote->public_key(), *keys.cosign);
        }
    }
    return identity;
}

Bytes sign_order(const World& world, const Order& order) {
    return ledger::sign_transaction(
        world.chain(),
        {.nonce = ledger::Nonce{order.nonce_us}, .expires = TimeMs{order.expires_ms}, .operations = order.operations},
        owner_key(order.owner));
}

replica::TransactionPtr checked(const World& world, ByteView raw) {
    const Result<replica::TransactionPtr, ledger::Refusal> taken = replica::check_transaction(raw, *world.context);
    DATADEED_ASSERT(taken.has_value());
    return *taken;
}

}  // namespace datadeed::sim
