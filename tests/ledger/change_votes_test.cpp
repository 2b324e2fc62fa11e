#include <algorithm>
#include <string>
#include <vector>

#include "ledger/node_votes.h"
#include "ledger/views.h"
#include "tests/ledger/nodes.h"
#include "tests/ledger/world.h"
#include "tests/support/catch.h"

// What votes do to who runs nodes.

namespace datadeed::ledger::test {
namespace {

using enum NodeChangeKind;

std::vector<std::string> validators_of(const World& world) {
    std::vector<std::string> names;
    for (const Validator& validator : get_validators(world.state()).validators) names.push_back(validator.member.value);
    return names;
}

std::vector<std::string> observers_of(const World& world) {
    std::vector<std::string> names;
    for (const Observer& observer : get_validators(world.state()).observers) names.push_back(observer.member.value);
    return names;
}

ChangeOutcome outcome_of(const World& world, const ChangeId& id) {
    return find_change(world.state(), id)->outcome;
}

std::optional<Refusal> vote(World& world, const std::string& signer, const ChangeId& id, bool approve) {
    return world.submit(signer, VoteChange{.change = id, .approve = approve});
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("more than two thirds of the validators decide, and as soon as a third can hinder it, it's refused") {
    for (std::size_t voters = 1; voters <= validators_max; ++voters) {
        const std::size_t needed = approvals_needed(voters);
        CHECK(3 * needed > 2 * voters);
        CHECK(3 * (needed - 1) <= 2 * voters);
    }
    World world;
    const ChangeId refused = must_propose(world, "op", leaving(remove_observer, "watch"));
    CHECK(!vote(world, "node-1", refused, false));
    CHECK(outcome_of(world, refused) == ChangeOutcome::open);
    CHECK(!vote(world, "node-2", refused, false));
    CHECK(outcome_of(world, refused) == ChangeOutcome::refused);
    CHECK(vote(world, "node-3", refused, true) == Refusal::change_decided);
    CHECK(get_epoch(world.state()).number == EpochNumber{0});
}

TEST_CASE("the proposal of a validator's member is its approval, that of an operator nobody's") {
    World world;
    const ChangeId by_validator = must_propose(world, "node-2", leaving(remove_observer, "watch"));
    CHECK(find_change(world.state(), by_validator) == ChangeRecord{.change = leaving(remove_observer, "watch"),
                                                                   .proposer = MemberId{"node-2"},
                                                                   .proposed = Height{1},
                                                                   .until = TimeMs{beginning.value + hour_ms},
                                                                   .epoch = {},
                                                                   .approvals = {MemberId{"node-2"}},
                                                                   .refusals = {},
                                                                   .outcome = ChangeOutcome::open,
                                                                   .decided = std::nullopt});
    CHECK(vote(world, "node-2", by_validator, true) == Refusal::change_already_voted);
    const ChangeId by_operator = must_propose(world, "op", leaving(remove_observer, "watch"));
    CHECK(find_change(world.state(), by_operator)->approvals.empty());
    CHECK(list_changes(world.state(), std::nullopt, 10).items.size() == 2);
}

TEST_CASE("a validator is added by three of four, from the next height on, and the epoch before stays readable") {
    World world;
    admit(world, "zoe", {Role::validator});
    const Epoch before = get_epoch(world.state());
    const NodeChange change = joining(world, add_validator, "zoe", "zoe");
    const ChangeId id = must_adopt(world, change);

    CHECK(validators_of(world) == Names{"node-1", "node-2", "node-3", "node-4", "zoe"});
    CHECK(get_validators(world.state()).validators.back() == Validator{.member = MemberId{"zoe"},
                                                                       .vote = public_key_of("zoe/vote"),
                                                                       .link = public_key_of("zoe/link"),
                                                                       .cosign = public_key_of("zoe/cosign")});
    const Epoch after = get_epoch(world.state());
    CHECK(after.number == EpochNumber{1});
    CHECK(after.from == world.height().next());
    CHECK(find_change(world.state(), id)->decided == world.height());
    CHECK(find_epoch(world.state(), EpochNumber{0}) == before);
    CHECK(epoch_at(world.state(), world.height()) == before);
    CHECK(epoch_at(world.state(), world.height().next()) == after);
    CHECK(find_node_key(world.state(), public_key_of("zoe/cosign")) ==
          NodeKeyRecord{.member = MemberId{"zoe"}, .purpose = NodeKeyPurpose::cosign});
    CHECK(!vote(world, "zoe", must_propose(world, "op", leaving(remove_observer, "watch")), true));
}

TEST_CASE("a validator that is removed goes on as an observer, and may come back with its link key and new others") {
    World world;
    static_cast<void>(must_adopt(world, leaving(remove_validator, "node-4")));
    CHECK(validators_of(world) == Names{"node-1", "node-2", "node-3"});
    CHECK(observers_of(world) == Names{"node-4", "watch"});
    CHECK(get_validators(world.state()).observers.front().link == public_key_of("node-4/link"));

    NodeChange back = joining(world, add_validator, "node-4", "node-4");
    CHECK(world.submit("op", proposing(world, back)) == Refusal::key_taken);
    back = joining(world, add_validator, "node-4", "node-4 again");
    const NodeSecrets secrets{
        .vote = &key_of("node-4 again/vote"), .link = &key_of("node-4/link"), .cosign = &key_of("node-4 again/cosign")};
    back.keys = public_keys_of(secrets);
    back.ready = sign_readiness(world.chain(), back.member, secrets, world.height());
    static_cast<void>(must_adopt(world, back));
    CHECK(validators_of(world) == Names{"node-1", "node-2", "node-3", "node-4"});
    CHECK(observers_of(world) == Names{"watch"});
}

TEST_CASE("observers come, go and change keys, and a key that was one's never comes back") {
    World world;
    admit(world, "yan", {Role::observer});
    static_cast<void>(must_adopt(world, joining(world, add_observer, "yan", "yan")));
    CHECK(observers_of(world) == Names{"watch", "yan"});
    static_cast<void>(must_adopt(world, joining(world, replace_keys, "yan", "yan's next")));
    CHECK(get_validators(world.state()).observers.back().link == public_key_of("yan's next/link"));
    CHECK(world.submit("op", proposing(world, joining(world, replace_keys, "yan", "yan"))) == Refusal::key_taken);
    static_cast<void>(must_adopt(world, leaving(remove_observer, "yan")));
    CHECK(observers_of(world) == Names{"watch"});
    CHECK(world.submit("op", proposing(world, joining(world, add_observer, "yan", "yan's next"))) ==
          Refusal::key_taken);
    CHECK(world.submit("ann", AddKey{.key = public_key_of("yan/link")}) == Refusal::key_taken);
}

TEST_CASE("a validator changes its keys by votes, one or all of them") {
    World world;
    NodeChange one = joining(world, replace_keys, "node-2", "node-2");
    const NodeSecrets secrets{
        .vote = &key_of("node-2's next/vote"), .link = &key_of("node-2/link"), .cosign = &key_of("node-2/cosign")};
    one.keys = public_keys_of(secrets);
    one.ready = sign_readiness(world.chain(), one.member, secrets, world.height());
    static_cast<void>(must_adopt(world, one));
    CHECK(get_validators(world.state()).validators[1].vote == public_key_of("node-2's next/vote"));
    CHECK(get_validators(world.state()).validators[1].link == public_key_of("node-2/link"));
    static_cast<void>(must_adopt(world, joining(world, replace_keys, "node-2", "node-2 at last")));
    CHECK(get_validators(world.state()).validators[1].cosign == public_key_of("node-2 at last/cosign"));
}

TEST_CASE("the rules are asked again when the last vote comes: a key that was taken meanwhile isn't a node's") {
    World world;
    admit(world, "zoe", {Role::validator});
    const ChangeId id = must_propose(world, "node-1", joining(world, add_validator, "zoe", "zoe"));
    CHECK(!vote(world, "node-2", id, true));
    world.must("ann", AddKey{.key = public_key_of("zoe/vote")});
    CHECK(vote(world, "node-3", id, true) == Refusal::key_taken);
    CHECK(outcome_of(world, id) == ChangeOutcome::open);
    CHECK(!vote(world, "node-3", id, false));
    CHECK(!vote(world, "node-4", id, false));
    CHECK(outcome_of(world, id) == ChangeOutcome::refused);
}

TEST_CASE("where one validator is alone, its proposal is carried out at once") {
    Genesis genesis = small_genesis();
    genesis.nodes.validators.resize(1);
    World world{genesis};
    const NodeChange change = joining(world, add_validator, "node-2", "node-2");
    const ChangeId id = must_propose(world, "node-1", change);
    CHECK(outcome_of(world, id) == ChangeOutcome::adopted);
    CHECK(validators_of(world) == Names{"node-1", "node-2"});
}

TEST_CASE("proposals that are over make room for others") {
    World world;
    const ProposeChange operation = proposing(world, leaving(remove_observer, "watch"));
    for (std::size_t i = 0; i < open_changes_max; ++i) world.must("op", operation);
    CHECK(world.submit("op", operation) == Refusal::change_too_many_open);
    CHECK(!world.submit("node-1", operation));
    world.wait(hour_ms);
    CHECK(!world.submit("op", proposing(world, leaving(remove_observer, "watch"))));
    CHECK(find_open_changes(world.state(), MemberId{"op"}).ids.size() == 1);
}

}  // namespace datadeed::ledger::test
