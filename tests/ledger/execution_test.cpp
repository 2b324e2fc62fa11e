#include "ledger/execution.h"
#include "chain/evidence_judge.h"

#include "ledger/overlay.h"
#include "ledger/state_keys.h"
#include "tests/ledger/world.h"
#include "tests/support/catch.h"

namespace datadeed::ledger::test {
namespace {

RegisterData registration(const std::string& id) {
    return {.data = DatasetId{id}, .title = "A title", .type = "table", .commitment = {}};
}

BlockExecution next_block(const World& world) {
    return BlockExecution{
        world.state(), {.height = world.height().next(), .time = world.now()}, chain::evidence_judge()};
}

}  // namespace

TEST_CASE("a transaction applies whole or not at all") {
    World world;
    BlockExecution block = next_block(world);
    const auto refused = block.apply(world.signed_by("ann", {registration("a"), registration("b"), registration("a")}));
    CHECK(refused.error() == Refusal::data_exists);
    CHECK(block.finish().empty());
}

TEST_CASE("operations of a transaction see what those before them did") {
    World world;
    const TransferOffer offer{.data = DatasetId{"a"}, .to = MemberId{"ben"}, .share = ShareBp{1}};
    CHECK(!world.submit("ann", {registration("a"), offer}));
    CHECK(find_offer(world.state(), DatasetId{"a"}, MemberId{"ben"}));
}

TEST_CASE("each grant of a transaction has the id of its place") {
    World world = world_with_census();
    CreateGrant to_una{.data = DatasetId{"census"}, .grantee = MemberId{"una"}, .parent = {}, .terms = usual_terms()};
    CreateGrant to_uri = to_una;
    to_uri.grantee = MemberId{"uri"};
    const VerifiedTransaction transaction = world.signed_by("ann", {to_una, to_uri});
    CHECK(!world.submit(transaction));
    CHECK(find_grant(world.state(), grant_id(transaction.id(), 0))->grantee == MemberId{"una"});
    CHECK(find_grant(world.state(), grant_id(transaction.id(), 1))->grantee == MemberId{"uri"});
}

TEST_CASE("transactions of a block see what those before them did") {
    World world;
    BlockExecution block = next_block(world);
    CHECK(block.apply(world.signed_by("ann", {registration("a")})));
    CHECK(block.apply(world.signed_by("ben", {registration("a")})).error() == Refusal::data_exists);
    CHECK(block.apply(world.signed_by("ben", {registration("b")})));
    MapState after = world.state();
    after.apply(block.finish());
    CHECK(find_data(after, DatasetId{"a"})->registrant == MemberId{"ann"});
    CHECK(get_totals(after).data == 2);
}

TEST_CASE("a refused transaction leaves no trace in the block, its nonce included") {
    World world;
    const VerifiedTransaction early = world.signed_by("ann", {TransferAccept{.data = DatasetId{"a"}}});
    const VerifiedTransaction good = world.signed_by("ann", {registration("a")});
    BlockExecution with = next_block(world);
    CHECK(with.apply(early).error() == Refusal::data_not_found);
    CHECK(with.apply(good));
    BlockExecution without = next_block(world);
    CHECK(without.apply(good));
    CHECK(with.finish() == without.finish());
}

TEST_CASE("a refused transaction may be tried again, a committed one never") {
    World world;
    const VerifiedTransaction offer =
        world.signed_by("ann", {TransferOffer{.data = DatasetId{"a"}, .to = MemberId{"ben"}, .share = ShareBp{1}}});
    CHECK(world.submit(offer) == Refusal::data_not_found);
    world.must("ann", registration("a"));
    CHECK(!world.submit(offer));
    CHECK(world.submit(offer) == Refusal::tx_nonce_used);
}

TEST_CASE("the same transaction stands once in a block") {
    World world;
    const VerifiedTransaction twice = world.signed_by("ann", {registration("a")});
    BlockExecution block = next_block(world);
    CHECK(block.apply(twice));
    CHECK(block.apply(twice).error() == Refusal::tx_nonce_used);
}

TEST_CASE("a block remembers the nonces of all its members") {
    World world;
    BlockExecution block = next_block(world);
    for (int i = 0; i < 300; ++i) CHECK(block.apply(world.signed_by("ann", {registration(std::to_string(i))})));
    CHECK(block.apply(world.signed_by("ben", {registration("b")})));
    MapState after = world.state();
    after.apply(block.finish());
    CHECK(find_nonces(after, MemberId{"ann"}).used().size() == 256);
    CHECK(find_nonces(after, MemberId{"ben"}).used().size() == 1);
}

TEST_CASE("a transaction holds to its last moment") {
    World world;
    const VerifiedTransaction transaction = world.signed_by("ann", {registration("a")});
    world.set_time(transaction.content().expires);
    BlockExecution block = next_block(world);
    CHECK(block.apply(transaction));
    world.wait(1);
    BlockExecution late = next_block(world);
    CHECK(late.apply(transaction).error() == Refusal::tx_expired);
}

TEST_CASE("an overlay shows its changes, and the state below it never") {
    MapState below;
    below.apply({{bytes_of("a"), bytes_of("1")}, {bytes_of("b"), bytes_of("2")}});
    Overlay block = Overlay::on(below);
    Overlay transaction = Overlay::on(block);
    block.put(bytes_of("c"), bytes_of("5"));
    CHECK(transaction.get(bytes_of("c")) == bytes_of("5"));
    transaction.put(bytes_of("a"), bytes_of("3"));
    transaction.erase(bytes_of("b"));
    CHECK(transaction.get(bytes_of("a")) == bytes_of("3"));
    CHECK(!transaction.get(bytes_of("b")));
    CHECK(block.get(bytes_of("a")) == bytes_of("1"));
    CHECK(below.get(bytes_of("b")) == bytes_of("2"));

    block.put(bytes_of("a"), bytes_of("4"));
    block.merge(transaction);
    CHECK(transaction.take_changes().empty());
    CHECK(block.get(bytes_of("a")) == bytes_of("3"));
    CHECK(block.take_changes() ==
          StateChanges{{bytes_of("a"), bytes_of("3")}, {bytes_of("b"), std::nullopt}, {bytes_of("c"), bytes_of("5")}});
    CHECK(block.get(bytes_of("a")) == bytes_of("1"));
}

TEST_CASE("keys of the state don't run into each other") {
    const GrantId grant{Digest{'c'}};
    // Ids that together spell the same bytes.
    CHECK(state_keys::owned(MemberId{"ab"}, DatasetId{"c"}) != state_keys::owned(MemberId{"a"}, DatasetId{"bc"}));
    CHECK(state_keys::offer(DatasetId{"ab"}, MemberId{"c"}) != state_keys::offer(DatasetId{"a"}, MemberId{"bc"}));
    CHECK(state_keys::grant_of_member(MemberId{"ab"}, grant) != state_keys::grant_of_member(MemberId{"a"}, grant));
    CHECK(to_hex(state_keys::log_pair({MemberId{"a"}, MemberId{"b"}, LogEpoch{258}})) == "6c610062000000000000000102");
    CHECK(to_hex(state_keys::offer(DatasetId{"x/y"}, MemberId{"b"})) == "6603782f7962");
}

}  // namespace datadeed::ledger::test
