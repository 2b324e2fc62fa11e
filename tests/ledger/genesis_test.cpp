#include "ledger/genesis.h"

#include <algorithm>

#include "crypto/hash.h"
#include "ledger/block.h"
#include "tests/ledger/world.h"
#include "tests/support/catch.h"

namespace datadeed::ledger::test {

Ladder ladder_of_genesis() {
    Ladder ladder;
    Genesis genesis = small_genesis();
    const Genesis good = genesis;
    const auto expect = [&](Refusal refusal) {
        const auto decoded = decode_genesis(encode(genesis));
        ladder.push_back({refusal, decoded ? std::nullopt : std::optional{decoded.error()}});
    };
    ladder.push_back({Refusal::genesis_malformed, decode_genesis(Bytes{0x80}).error()});
    genesis.version = 2;
    genesis.chain_name = "Test";
    genesis.time = TimeMs{0};
    genesis.parameters.quorum_bp = ShareBp{4'999};
    std::swap(genesis.members.front(), genesis.members.back());
    genesis.members.front().roles.clear();
    genesis.members.front().organisation = "";
    genesis.members.front().id = MemberId{"Watch"};
    genesis.members.back().roles = {};
    genesis.nodes.validators.clear();

    expect(Refusal::genesis_version_unknown);
    genesis.version = 1;
    expect(Refusal::genesis_chain_name_malformed);
    genesis.chain_name = "test";
    expect(Refusal::genesis_time_out_of_range);
    genesis.time = beginning;
    expect(Refusal::genesis_parameter_out_of_range);
    genesis.parameters = {};
    expect(Refusal::member_id_malformed);
    genesis.members.front().id = MemberId{"watch"};
    expect(Refusal::member_organisation_malformed);
    genesis.members.front().organisation = "Press";
    expect(Refusal::member_no_roles);
    genesis.members.front().roles = {Role::user};
    expect(Refusal::member_no_keys);
    genesis.members.front().roles = {Role::validator};
    genesis.members.back().roles = {Role::owner};
    expect(Refusal::genesis_members_unsorted);
    std::swap(genesis.members.front(), genesis.members.back());
    const auto op = std::ranges::find(genesis.members, MemberId{"op"}, &GenesisMember::id);
    op->roles = {Role::owner};
    expect(Refusal::genesis_no_operator);
    op->roles = {Role::operator_};
    expect(Refusal::genesis_no_validators);
    genesis.nodes.validators = good.nodes.validators;
    std::swap(genesis.nodes.validators[0], genesis.nodes.validators[1]);
    expect(Refusal::genesis_nodes_unsorted);
    std::swap(genesis.nodes.validators[0], genesis.nodes.validators[1]);
    genesis.nodes.validators[0].member = MemberId{"a-node"};
    expect(Refusal::genesis_node_not_a_member);
    genesis.nodes.validators[0].member = MemberId{"ann"};
    expect(Refusal::genesis_node_without_role);
    genesis.nodes.validators = good.nodes.validators;
    expect(Refusal::genesis_node_without_role);  // the observer's
    genesis.members.back().roles = {Role::observer};
    genesis.nodes.validators[0].link = crypto::PublicKey{};
    expect(Refusal::key_not_registrable);
    genesis.nodes.validators[0].link = public_key_of("ann");
    expect(Refusal::genesis_key_twice);
    genesis.nodes.validators = good.nodes.validators;
    CHECK(genesis == good);
    CHECK(decode_genesis(encode(genesis)));
    return ladder;
}

TEST_CASE("a genesis document is asked its rules in this order") {
    check_ladder(ladder_of_genesis());
}

TEST_CASE("a genesis document is read back as it was, and its bytes are the chain's name") {
    const Bytes document = encode(small_genesis());
    CHECK(decode_genesis(document).value() == small_genesis());
    CHECK(chain_id(document) == ChainId{crypto::sha256(document)});
}

TEST_CASE("each parameter has a range") {
    const auto refuses = [](auto change) {
        Genesis genesis = small_genesis();
        change(genesis.parameters);
        const auto sound = check(genesis);
        return !sound && sound.error() == Refusal::genesis_parameter_out_of_range;
    };
    CHECK(refuses([](Parameters& p) { p.quorum_bp = ShareBp{10'000}; }));
    CHECK(refuses([](Parameters& p) { p.nonce_window = 0; }));
    CHECK(refuses([](Parameters& p) { p.nonce_window = nonce_window_max + 1; }));
    CHECK(refuses([](Parameters& p) { p.nonce_age_max_ms = 999; }));
    CHECK(refuses([](Parameters& p) { p.nonce_ahead_max_ms = UINT64_MAX; }));
    CHECK(refuses([](Parameters& p) { p.log_match_window_ms = 0; }));
    CHECK(refuses([](Parameters& p) { p.log_match_window_ms = p.log_expiry_window_ms + 1; }));
    CHECK(refuses([](Parameters& p) { p.log_expiry_window_ms = UINT64_MAX; }));
    CHECK(refuses([](Parameters& p) { p.block_bytes_max = 65'534; }));
    CHECK(refuses([](Parameters& p) { p.block_bytes_max = block_bytes_limit + 1; }));
    CHECK(refuses([](Parameters& p) { p.block_transactions_max = 0; }));
    CHECK(refuses([](Parameters& p) { p.block_transactions_max = block_transactions_limit + 1; }));
    CHECK(!refuses([](Parameters& p) { p.block_bytes_max = block_bytes_limit; }));
    CHECK(!refuses([](Parameters& p) { p.log_match_window_ms = p.log_expiry_window_ms; }));
}

TEST_CASE("the state begins with members, their keys, the nodes and the parameters") {
    const World world;
    CHECK(get_parameters(world.state()) == Parameters{});
    CHECK(get_chain(world.state()) == world.chain());
    CHECK(get_epoch(world.state()) == Epoch{.number = {}, .from = Height{1}, .nodes = small_genesis().nodes});
    CHECK(get_validators(world.state()) == small_genesis().nodes);
    CHECK(get_totals(world.state()) == Totals{.members = small_genesis().members.size(), .data = 0, .grants = 0});
    CHECK(find_member(world.state(), MemberId{"ann"}) == MemberRecord{.organisation = "House of ann",
                                                                      .roles = {Role::owner},
                                                                      .keys = {public_key_of("ann")},
                                                                      .admitted = Height{0}});
    CHECK(find_key(world.state(), public_key_of("ann")) ==
          KeyRecord{.member = MemberId{"ann"}, .from = Height{0}, .until = std::nullopt});
    CHECK(!find_key(world.state(), public_key_of("node-1/vote")));
}

TEST_CASE("the state says from the beginning whose each key of a node is, and what for") {
    const World world;
    const auto is_owned = [&](const std::string& name, const char* member, NodeKeyPurpose purpose) {
        return find_node_key(world.state(), public_key_of(name)) ==
               NodeKeyRecord{.member = MemberId{member}, .purpose = purpose};
    };
    CHECK(is_owned("node-3/vote", "node-3", NodeKeyPurpose::vote));
    CHECK(is_owned("node-3/link", "node-3", NodeKeyPurpose::link));
    CHECK(is_owned("node-3/cosign", "node-3", NodeKeyPurpose::cosign));
    CHECK(is_owned("watch/link", "watch", NodeKeyPurpose::link));
    CHECK(!find_node_key(world.state(), public_key_of("node-3")));
}

TEST_CASE("the hash of the nodes names its purpose and covers every key") {
    ValidatorSet set = small_genesis().nodes;
    Bytes expected{0x82, 0x75};
    append(expected, as_bytes("datadeed/validators/1"));
    append(expected, encode(set));
    CHECK(hash(set) == crypto::sha256(expected));
    const Digest before = hash(set);
    set.observers.front().link.value[0] ^= 1;
    CHECK(hash(set) != before);
}

}  // namespace datadeed::ledger::test
