#include "chain/snapshot_manifest.h"

#include "chain/chain_store.h"
#include "tests/chain/snapshot_world.h"
#include "tests/chain/support.h"
#include "tests/support/catch.h"

namespace datadeed::chain {

using test::SnapshotWorld;

namespace {

// What is said of a manifest that was changed.
Fault fault_after(const SnapshotWorld& world, const SnapshotManifest& good,
                  const std::function<void(SnapshotManifest&)>& change) {
    SnapshotManifest changed = good;
    change(changed);
    const auto checked = world.check(std::move(changed));
    REQUIRE_FALSE(checked);
    return checked.error().fault;
}

}  // namespace

TEST_CASE("a manifest leads from the genesis document to the state and the log of its height") {
    SnapshotWorld world;
    const SnapshotManifest manifest = world.write().value();
    CHECK(manifest.epoch_ends.size() == 2);
    CHECK(manifest.parts.size() > 8);
    const Result<CheckedManifest, Error> checked = world.check(decode_manifest(encode(manifest)).value());
    REQUIRE(checked);
    CHECK(checked->content() == manifest);
    CHECK(checked->height() == Height{8});
    CHECK(checked->block_hash() == world.made().tip().hash);
    CHECK(checked->epoch() == world.made().epochs().back());
    CHECK(checked->log().size() == world.made().tip().log_size);
    CHECK(checked->log().root() == world.chain().root(world.made().tip().log_size).value());
    CHECK(checked->places().size() == manifest.parts.size());
}

TEST_CASE("a manifest that no quorum of the chain stands behind is refused") {
    SnapshotWorld world;
    const SnapshotManifest good = world.write().value();
    const auto fault = [&](const auto& change) { return fault_after(world, good, change); };
    using M = SnapshotManifest;
    CHECK(fault([](M& m) { m.header.state_root[0] ^= 1; }) == Fault::snapshot_not_certified);
    CHECK(fault([](M& m) { m.header.height = m.header.height.next(); }) == Fault::snapshot_not_certified);
    CHECK(fault([](M& m) { m.certificate.votes.pop_back(); }) == Fault::snapshot_not_certified);
    CHECK(fault([](M& m) { m.certificate.votes[1] = m.certificate.votes[0]; }) == Fault::snapshot_not_certified);
    CHECK(fault([](M& m) { m.certificate.height = Height{7}; }) == Fault::snapshot_not_certified);
    // A header of one's own, with the certificate naming it but no signatures for it.
    CHECK(fault([](M& m) {
              m.header.state_root[0] ^= 1;
              m.certificate.hash = ledger::hash(m.header);
          }) == Fault::snapshot_not_certified);
    // Epochs left out, twice, in another order, or ended by others.
    CHECK(fault([](M& m) { m.epoch_ends.clear(); }) == Fault::snapshot_not_certified);
    CHECK(fault([](M& m) { m.epoch_ends.pop_back(); }) == Fault::snapshot_not_certified);
    CHECK(fault([](M& m) { m.epoch_ends.push_back(m.epoch_ends.back()); }) == Fault::snapshot_not_certified);
    CHECK(fault([](M& m) { std::swap(m.epoch_ends[0], m.epoch_ends[1]); }) == Fault::snapshot_not_certified);
    CHECK(fault([](M& m) { m.epoch_ends[0].nodes.validators.pop_back(); }) == Fault::snapshot_not_certified);
    CHECK(fault([](M& m) { m.epoch_ends[1].certificate = m.epoch_ends[0].certificate; }) ==
          Fault::snapshot_not_certified);
    const ledger::Genesis other = test::small_genesis();
    const ChainRoot elsewhere{.genesis = other, .id = ledger::chain_id(encode(other))};
    CHECK(check_manifest(good, elsewhere, consensus::Ed25519Verifier{}).error().fault == Fault::snapshot_not_certified);
}

TEST_CASE("a manifest whose log or parts aren't those of its header is refused") {
    SnapshotWorld world;
    const SnapshotManifest good = world.write().value();
    const auto fault = [&](const auto& change) { return fault_after(world, good, change); };
    using M = SnapshotManifest;
    REQUIRE(good.log_edge.size() == 1);
    CHECK(fault([](M& m) { m.log_edge[0].hashes[40] ^= 1; }) == Fault::snapshot_differs_from_header);
    CHECK(fault([](M& m) { m.log_edge[0].hashes.pop_back(); }) == Fault::snapshot_differs_from_header);
    CHECK(fault([](M& m) { m.log_edge[0].hashes.resize(m.log_edge[0].hashes.size() - 32); }) ==
          Fault::snapshot_differs_from_header);
    CHECK(fault([](M& m) { m.log_edge.emplace_back(); }) == Fault::snapshot_differs_from_header);
    CHECK(fault([](M& m) { m.log_edge.clear(); }) == Fault::snapshot_differs_from_header);
    CHECK(fault([](M& m) { m.parts[3].root[0] ^= 1; }) == Fault::snapshot_differs_from_header);
    CHECK(fault([](M& m) { m.parts.pop_back(); }) == Fault::snapshot_differs_from_header);
    CHECK(fault([](M& m) { m.parts.clear(); }) == Fault::snapshot_differs_from_header);
    CHECK(fault([](M& m) { std::swap(m.parts[1].root, m.parts[2].root); }) == Fault::snapshot_differs_from_header);
}

TEST_CASE("bytes that aren't a manifest are told so") {
    SnapshotWorld world;
    SnapshotManifest manifest = world.write().value();
    const Bytes bytes = encode(manifest);
    CHECK(decode_manifest(ByteView{bytes}.first(bytes.size() - 1)).error().fault == Fault::snapshot_malformed);
    CHECK(decode_manifest(Bytes(manifest_size_max + 1)).error().fault == Fault::snapshot_malformed);
    manifest.format = "datadeed/snapshot/2";
    CHECK(decode_manifest(encode(manifest)).error().fault == Fault::snapshot_malformed);
}

}  // namespace datadeed::chain
