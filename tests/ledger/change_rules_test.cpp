#include <string>
#include <utility>

#include "ledger/node_rules.h"
#include "tests/ledger/nodes.h"
#include "tests/ledger/world.h"
#include "tests/support/catch.h"

// Each attempt of a ladder mends exactly what the one before was refused for, so a ladder is the order of the rules.

namespace datadeed::ledger::test {
namespace {

using enum NodeChangeKind;

// Collects what a proposal of this change by that member is refused for.
struct Climb {
    World world{};
    Ladder ladder{};
    std::string signer{"op"};
    NodeChange change{};

    void expect(Refusal refusal) { ladder.push_back({refusal, world.submit(signer, proposing(world, change))}); }
    void apply() { REQUIRE(!world.submit(signer, proposing(world, change))); }
    // The word of the keys of that name; the member stays.
    void bring(NodeChangeKind kind, const std::string& keys) {
        change = joining(world, kind, change.member.value, keys);
    }
};

void climb_form(Climb& climb) {
    climb.change = {.kind = remove_validator, .member = MemberId{"nobody"}, .keys = NodeKeys{}, .ready = std::nullopt};
    climb.expect(Refusal::change_keys_wrong);
    climb.change.kind = add_validator;
    climb.expect(Refusal::change_keys_wrong);
    climb.bring(add_observer, "zoe");
    climb.change.kind = add_validator;
    climb.expect(Refusal::change_keys_wrong);
    climb.bring(add_validator, "zoe");
    climb.change.ready->by_cosign.reset();
    climb.expect(Refusal::change_keys_wrong);
    climb.bring(add_validator, "zoe");
    climb.change.keys->link = *climb.change.keys->vote;
    climb.expect(Refusal::change_key_twice);
    climb.bring(add_validator, "zoe");
}

// What isn't about one kind of change.
void climb_proposal(Climb& climb) {
    World& world = climb.world;
    const ChangeId other = must_propose(world, "node-1", leaving(remove_observer, "watch"));
    world.must("node-2", VoteChange{.change = other, .approve = true});
    climb.ladder.push_back(
        {Refusal::change_set_changing,
         world.submit("node-3", {VoteChange{.change = other, .approve = true}, proposing(world, climb.change)})});
    climb.signer = "ann";
    climb.expect(Refusal::change_no_right_to_propose);
    climb.signer = "op";
    ProposeChange operation = proposing(world, climb.change);
    operation.until = world.now();
    climb.ladder.push_back({Refusal::change_until_out_of_range, world.submit("op", operation)});
    operation.until = TimeMs{world.now().value + 30 * day_ms + 1};
    climb.ladder.push_back({Refusal::change_until_out_of_range, world.submit("op", operation)});
    for (std::size_t i = 0; i < open_changes_max; ++i)
        world.must("op", proposing(world, leaving(remove_observer, "watch")));
    climb.expect(Refusal::change_too_many_open);
    climb.signer = "node-1";
}

}  // namespace

Ladder ladder_of_propose_change() {
    Climb climb;
    World& world = climb.world;
    climb_form(climb);
    climb_proposal(climb);
    climb.expect(Refusal::member_not_found);
    world.must("op",
               AdmitMember{.member = MemberId{"zoe"}, .organisation = "Z", .roles = {Role::validator}, .keys = {}});
    climb.change.member = MemberId{"ann"};
    climb.bring(add_validator, "node-1");
    climb.expect(Refusal::change_role_required);
    climb.change.member = MemberId{"zoe"};
    climb.bring(add_validator, "node-1");
    climb.expect(Refusal::change_member_without_key);
    climb.change.member = MemberId{"node-1"};
    climb.bring(add_validator, "node-1");
    climb.expect(Refusal::change_already_serves);
    admit(world, "yan", {Role::validator});
    climb.change.member = MemberId{"yan"};
    climb.bring(add_validator, "node-1");
    climb.expect(Refusal::key_taken);
    climb.bring(add_validator, "yan");
    climb.change.ready->height = world.height().next();
    climb.expect(Refusal::change_readiness_out_of_range);
    climb.change.ready->height = world.height();
    const crypto::PublicKey link = std::exchange(climb.change.keys->link, small_order_key);
    climb.expect(Refusal::key_not_registrable);
    climb.change.keys->link = link;
    climb.change.ready->by_cosign->value[0] ^= 1;
    climb.expect(Refusal::change_readiness_wrong);
    climb.bring(add_validator, "yan");
    climb.apply();
    return climb.ladder;
}

Ladder ladder_of_other_changes() {
    Climb climb;
    climb.change = leaving(remove_validator, "watch");
    climb.expect(Refusal::change_does_not_serve);
    climb.change = leaving(remove_observer, "node-1");
    climb.expect(Refusal::change_does_not_serve);
    climb.change.member = MemberId{"ann"};
    climb.bring(replace_keys, "watch");
    climb.expect(Refusal::change_does_not_serve);
    climb.bring(add_observer, "watch");
    climb.expect(Refusal::change_role_required);
    climb.change.member = MemberId{"watch"};
    climb.bring(add_observer, "watch");
    climb.expect(Refusal::change_already_serves);
    climb.bring(replace_keys, "watch");
    climb.expect(Refusal::change_no_new_key);
    climb.bring(replace_keys, "node-1");
    climb.expect(Refusal::key_taken);
    climb.change.member = MemberId{"node-1"};
    climb.expect(Refusal::change_keys_unfit);
    climb.bring(replace_keys, "node-1");
    climb.expect(Refusal::change_no_new_key);
    climb.bring(replace_keys, "node-2");
    climb.expect(Refusal::key_taken);
    climb.bring(replace_keys, "node-1's next");
    climb.apply();
    return climb.ladder;
}

Ladder ladder_of_node_limits() {
    Genesis genesis = small_genesis();
    genesis.nodes.validators.resize(1);
    for (std::size_t i = 0; i < observers_max - 1; ++i) {
        const std::string id = "w" + std::to_string(i);
        genesis.members.push_back({.id = MemberId{id}, .organisation = "Press", .roles = {Role::observer}, .keys = {}});
        genesis.nodes.observers.push_back({.member = MemberId{id}, .link = public_key_of(id)});
    }
    std::ranges::sort(genesis.members, {}, &GenesisMember::id);
    std::ranges::sort(genesis.nodes.observers, {}, &Observer::member);
    Climb climb{.world = World{genesis}};
    climb.change = leaving(remove_validator, "node-1");
    climb.expect(Refusal::change_last_validator);
    admit(climb.world, "yan", {Role::observer});
    climb.change.member = MemberId{"yan"};
    climb.bring(add_observer, "yan");
    climb.expect(Refusal::change_too_many_nodes);
    return climb.ladder;
}

Ladder ladder_of_vote_change() {
    World world;
    Ladder ladder;
    VoteChange operation{.change = {}, .approve = false};
    std::string signer = "ann";
    const auto expect = [&](Refusal refusal) { ladder.push_back({refusal, world.submit(signer, operation)}); };

    expect(Refusal::change_not_found);
    const ChangeId left = must_propose(world, "op", leaving(remove_validator, "node-4"));
    const ChangeId first = must_propose(world, "op", leaving(remove_observer, "watch"));
    operation.change = first;
    expect(Refusal::change_not_a_voter);
    signer = "node-4";
    world.must(signer, operation);
    expect(Refusal::change_already_voted);
    for (const char* yes : {"node-1", "node-2"}) world.must(yes, VoteChange{.change = first, .approve = true});
    const VoteChange last{.change = first, .approve = true};
    ladder.push_back({Refusal::change_set_changing, world.submit("node-3", {last, operation})});
    world.must("node-3", last);
    expect(Refusal::change_decided);
    operation.change = left;
    expect(Refusal::change_stale);
    operation.change = must_propose(world, "op", leaving(remove_validator, "node-4"));
    world.wait(hour_ms);
    expect(Refusal::change_expired);
    return ladder;
}

TEST_CASE("proposing a change of nodes asks its rules in this order") {
    check_ladder(ladder_of_propose_change());
    check_ladder(ladder_of_other_changes());
    check_ladder(ladder_of_node_limits());
}

TEST_CASE("voting on a change of nodes asks its rules in this order") {
    check_ladder(ladder_of_vote_change());
}

TEST_CASE("a node's word holds for its chain, member, keys and height alone, and not for ever") {
    const World world;
    const NodeChange good = joining(world, add_validator, "zoe", "zoe");
    const auto seen = [&](NodeChange change, Height height) {
        const auto checked = check_readiness(change, world.chain(), height);
        return checked ? std::nullopt : std::optional{checked.error()};
    };
    CHECK(!seen(good, Height{1}));
    CHECK(!seen(good, Height{readiness_blocks_max}));
    CHECK(seen(good, Height{readiness_blocks_max + 1}) == Refusal::change_readiness_out_of_range);
    CHECK(seen(good, Height{0}) == Refusal::change_readiness_out_of_range);

    const NodeChange observer = joining(world, add_observer, "zoe", "zoe");
    CHECK(!seen(observer, Height{readiness_blocks_max + 1}));
    CHECK(seen(observer, Height{0}) == Refusal::change_readiness_out_of_range);

    NodeChange other = good;
    other.member = MemberId{"zoe2"};
    CHECK(seen(other, Height{1}) == Refusal::change_readiness_wrong);
    other = good;
    other.ready->height = Height{1};
    CHECK(seen(other, Height{2}) == Refusal::change_readiness_wrong);
    other = good;
    std::swap(other.keys->link, *other.keys->vote);
    CHECK(seen(other, Height{1}) == Refusal::change_readiness_wrong);
    other = good;
    sign_again(other, ChainId{Digest{1}}, "zoe", Height{0});
    CHECK(seen(other, Height{1}) == Refusal::change_readiness_wrong);
    for (crypto::Signature* signature : {&*other.ready->by_vote, &other.ready->by_link, &*other.ready->by_cosign}) {
        other = good;
        signature->value[0] ^= 1;
        CHECK(seen(other, Height{1}) == Refusal::change_readiness_wrong);
    }
}

}  // namespace datadeed::ledger::test
