#include "tests/ledger/nodes.h"

#include <algorithm>

#include "tests/support/catch.h"

namespace datadeed::ledger::test {
namespace {

bool is_observers(NodeChangeKind kind, const World& world, const std::string& member) {
    const ValidatorSet nodes = get_validators(world.state());
    const bool observes =
        std::ranges::find(nodes.observers, MemberId{member}, &Observer::member) != nodes.observers.end();
    return kind == NodeChangeKind::add_observer || (kind == NodeChangeKind::replace_keys && observes);
}

NodeSecrets secrets_of(const std::string& keys, bool observer) {
    return {.vote = observer ? nullptr : &key_of(keys + "/vote"),
            .link = &key_of(keys + "/link"),
            .cosign = observer ? nullptr : &key_of(keys + "/cosign")};
}

}  // namespace

NodeChange joining(const World& world, NodeChangeKind kind, const std::string& member, const std::string& keys) {
    const NodeSecrets secrets = secrets_of(keys, is_observers(kind, world, member));
    return {.kind = kind,
            .member = MemberId{member},
            .keys = public_keys_of(secrets),
            .ready = sign_readiness(world.chain(), MemberId{member}, secrets, world.height())};
}

NodeChange leaving(NodeChangeKind kind, const std::string& member) {
    return {.kind = kind, .member = MemberId{member}, .keys = std::nullopt, .ready = std::nullopt};
}

void sign_again(NodeChange& change, const ChainId& chain, const std::string& keys, Height height) {
    change.ready = sign_readiness(chain, change.member, secrets_of(keys, change.keys->are_for_observer()), height);
}

ProposeChange proposing(const World& world, const NodeChange& change) {
    return {.change = change, .until = TimeMs{world.now().value + hour_ms}};
}

ChangeId must_propose(World& world, const std::string& signer, const NodeChange& change) {
    return change_id(world.must(signer, proposing(world, change)), 0);
}

ChangeId must_adopt(World& world, const NodeChange& change) {
    const ChangeId id = must_propose(world, "node-1", change);
    world.must("node-2", VoteChange{.change = id, .approve = true});
    world.must("node-3", VoteChange{.change = id, .approve = true});
    REQUIRE(find_change(world.state(), id)->outcome == ChangeOutcome::adopted);
    return id;
}

void admit(World& world, const std::string& member, const std::vector<Role>& roles) {
    world.must("op", AdmitMember{.member = MemberId{member},
                                 .organisation = "House of " + member,
                                 .roles = roles,
                                 .keys = {public_key_of(member)}});
}

}  // namespace datadeed::ledger::test
