#include "audit/replay.h"
#include "base/fields.h"
#include "chain/chain_view.h"
#include "chain/keys.h"
#include "tests/audit/made_chain.h"
#include "tests/support/catch.h"

// What a node keeps beside its blocks, with the right seals and the wrong content.

namespace {

using datadeed::Bytes;
using datadeed::Height;
namespace audit = datadeed::audit;
namespace chain = datadeed::chain;
namespace ledger = datadeed::ledger;

audit::FirstBad found(audit::MadeChain& made) {
    const auto store = made.store();
    const audit::ReplayReport report =
        audit::replay(made.genesis(), made.id(), chain::ChainView{*store}, {.threads = 1});
    REQUIRE_FALSE(report.verified());
    return *report.first_bad;
}

bool verified(audit::MadeChain& made) {
    const auto store = made.store();
    return audit::replay(made.genesis(), made.id(), chain::ChainView{*store}, {.threads = 1}).verified();
}

// Keeps an honest checkpoint of 8 leaves, a spoiled one of 12 and an honest one of 16, and says what replay found.
audit::FirstBad found_in_checkpoint(const std::function<std::string(audit::MadeChain&)>& note_of_12) {
    audit::MadeChain made{8};
    for (const std::uint64_t size : {8U, 16U}) {
        made.keep_checkpoint(size, audit::MadeChain::note_of(made.checkpoint(size)));
    }
    made.keep_checkpoint(12, note_of_12(made));
    audit::FirstBad bad = found(made);
    CHECK(bad.place == "checkpoint of size 12");
    return bad;
}

// The id of transaction `number` of block 5, and where the index says that it stands.
ledger::TxId id_in_block_5(audit::MadeChain& made, std::size_t number) {
    const auto store = made.store();
    const auto block = chain::ChainView{*store}.block(Height{5});
    REQUIRE((block && *block));
    return ledger::parse(made.id(), (*block)->block.transactions.at(number).bytes).value().id;
}

Bytes index_key(audit::MadeChain& made, std::size_t number) {
    return chain::keys::of(chain::keys::place, id_in_block_5(made, number).value);
}

}  // namespace

TEST_CASE("checkpoints that a quorum cosigned are verified") {
    audit::MadeChain made{8};
    for (const std::uint64_t size : {2U, 7U, 16U}) {
        made.keep_checkpoint(size, audit::MadeChain::note_of(made.checkpoint(size)));
    }
    CHECK(verified(made));
}

TEST_CASE("every checkpoint that is kept is held against origin, cosigners and log, not the latest alone") {
    CHECK(found_in_checkpoint([](audit::MadeChain& made) {
              auto checkpoint = made.checkpoint(12);
              checkpoint.content.origin = "datadeed/made/another";
              return audit::MadeChain::note_of(checkpoint);
          }).code == "replay.checkpoint_origin");
    CHECK(found_in_checkpoint([](audit::MadeChain& made) {
              auto checkpoint = made.checkpoint(12);
              checkpoint.cosigners = {0, 3};
              return audit::MadeChain::note_of(checkpoint);
          }).code == "replay.checkpoint_cosigners");
    CHECK(found_in_checkpoint([](audit::MadeChain& made) {
              auto checkpoint = made.checkpoint(12);
              checkpoint.cosigners = {0, 3, 4};  // the last is a stranger
              return audit::MadeChain::note_of(checkpoint);
          }).code == "replay.checkpoint_cosigners");
    CHECK(found_in_checkpoint([](audit::MadeChain& made) {
              auto checkpoint = made.checkpoint(12);
              checkpoint.content.root[7] ^= 1;
              return audit::MadeChain::note_of(checkpoint);
          }).code == "replay.checkpoint");
    CHECK(found_in_checkpoint([](audit::MadeChain& made) {
              return audit::MadeChain::note_of(made.checkpoint(10));  // good, but under another size
          }).code == "replay.checkpoint");
    CHECK(found_in_checkpoint([](audit::MadeChain&) { return std::string{"no note\n"}; }).code ==
          "replay.checkpoint_malformed");
}

TEST_CASE("a cosignature of which one byte was changed is found, though its seal is right") {
    audit::MadeChain made{8};
    made.keep_checkpoint(16, audit::MadeChain::note_of(made.checkpoint(16)));
    made.reseal(chain::keys::of(chain::keys::checkpoint, 16), [](Bytes& note) {
        std::uint8_t& digit = note.at(note.size() - 10);  // of the last signature's base64
        digit = digit == 'A' ? 'B' : 'A';
    });
    const audit::FirstBad bad = found(made);
    CHECK(bad.code == "replay.checkpoint_signature");
    CHECK(bad.place == "checkpoint of size 16");
}

TEST_CASE("a checkpoint of more leaves than the log has is found") {
    audit::MadeChain made{8};
    auto checkpoint = made.checkpoint(16);
    checkpoint.content.size = 17;
    made.keep_checkpoint(17, audit::MadeChain::note_of(checkpoint));
    CHECK(found(made).code == "replay.checkpoint");
}

TEST_CASE("an index entry that leads elsewhere, or is gone, is found with its transaction") {
    const auto spoiled = [](auto change) {
        audit::MadeChain made{8};
        const Bytes key = index_key(made, 1);
        change(made, key);
        const audit::FirstBad bad = found(made);
        CHECK(bad.height == Height{5});
        CHECK(bad.transaction == 1);
        CHECK(bad.place == "index of " + datadeed::to_hex(id_in_block_5(made, 1).value));
        return bad.code;
    };
    const auto moved = [&](auto move) {
        return spoiled([&move](audit::MadeChain& made, const Bytes& key) {
            made.reseal(key, [&move](Bytes& value) {
                auto place = datadeed::decode<chain::TxPlace>(value).value();
                move(place);
                value = datadeed::encode(place);
            });
        });
    };
    CHECK(moved([](chain::TxPlace& place) { place.height = Height{4}; }) == "replay.index");
    CHECK(moved([](chain::TxPlace& place) { place.index = 0; }) == "replay.index");
    CHECK(moved([](chain::TxPlace& place) { place.log_index = 0; }) == "replay.index");
    CHECK(spoiled([](audit::MadeChain& made, const Bytes& key) { made.disk().content().erase(key); }) ==
          "replay.index");
}

TEST_CASE("of two index entries that are wrong, the one that comes first in the log is named") {
    audit::MadeChain made{8};
    for (const std::size_t number : {0U, 1U}) made.disk().content().erase(index_key(made, number));
    CHECK(found(made).transaction == 0);
}

TEST_CASE("an index entry of a transaction that isn't on the chain is found") {
    for (const std::uint8_t first : {std::uint8_t{0}, std::uint8_t{0x80}, std::uint8_t{0xFF}}) {
        audit::MadeChain made{8};
        const Bytes value = made.disk().content().at(index_key(made, 1));
        Bytes key{chain::keys::place, first};
        key.resize(33, 0xFF);
        made.disk().content()[key] = value;
        made.reseal(key, [](Bytes&) {});
        const audit::FirstBad bad = found(made);
        CHECK(bad.code == "replay.index_stray");
        CHECK(bad.place == "index of " + datadeed::to_hex(datadeed::ByteView{key}.subspan(1)));
    }
}

TEST_CASE("a hash of the log that isn't the transaction's is found with its tile, on every level") {
    audit::MadeChain made{150};  // 300 leaves: a full tile, a partial one, and one above them
    for (const auto& [level, index] : {std::pair{0U, 0U}, {0U, 1U}, {1U, 0U}}) {
        const Bytes key = chain::keys::tile_of(level, index);
        const Bytes before = made.disk().content().at(key);
        made.reseal(key, [](Bytes& hashes) { hashes.back() ^= 1; });
        const audit::FirstBad bad = found(made);
        CHECK(bad.code == "replay.log_hash");
        CHECK(bad.place == "tile " + std::to_string(level) + "/" + std::to_string(index));
        made.reseal(key, [](Bytes& hashes) { hashes.back() ^= 1; });
        CHECK(made.disk().content().at(key) == before);
    }
    CHECK(verified(made));
}

TEST_CASE("a record of the last block that hides later ones, or says something else of it, is found") {
    audit::MadeChain made{8};
    audit::MadeChain shorter{7};
    const Bytes key = chain::keys::of(chain::keys::meta);
    made.disk().content()[key] = shorter.disk().content().at(key);
    CHECK(found(made).code == "replay.block_beyond_tip");
    CHECK(found(made).height == Height{8});

    audit::MadeChain other{8};
    other.reseal(key, [](Bytes& meta) {
        // The record is an array: chain, height, hash. The last byte of the hash.
        meta.at(1 + 34 + 1 + 34 - 1) ^= 1;
    });
    CHECK(found(other).code == "replay.tip");
}
