#include "ledger/block.h"

#include <algorithm>
#include <utility>

#include "crypto/hash.h"
#include "ledger/cost.h"
#include "tests/ledger/world.h"
#include "tests/support/catch.h"

namespace datadeed::ledger::test {
namespace {

const Tip tip{.height = Height{4}, .hash = Digest{1}, .time = TimeMs{1'000}, .log_size = 10, .cert_hash = Digest{2}};

Block next_block() {
    Block block;
    block.header = {.version = 1,
                    .height = Height{5},
                    .prev = Digest{1},
                    .time = TimeMs{1'001},
                    .proposer = MemberId{"node-1"},
                    .log_size = 12,
                    .log_root = Digest{3},
                    .state_root = Digest{4},
                    .prev_cert_hash = Digest{2},
                    .validators_hash = Digest{5}};
    block.transactions = {{.bytes = {1}}, {.bytes = {2, 3}}};
    return block;
}

}  // namespace

Ladder ladder_of_blocks() {
    Ladder ladder;
    Parameters parameters{};
    parameters.block_bytes_max = 2;
    parameters.block_transactions_max = 1;
    Block block = next_block();
    block.header = {};
    block.header.version = 2;
    const std::vector<RawTransaction> transactions = std::exchange(block.transactions, {});
    const auto expect = [&](Refusal refusal) {
        const auto linked = check_link(block, tip, parameters);
        ladder.push_back({refusal, linked ? std::nullopt : std::optional{linked.error()}});
    };

    expect(Refusal::block_version_unknown);
    block.header.version = 1;
    block.header.height = Height{6};
    expect(Refusal::block_height_wrong);
    block.header.height = Height{5};
    expect(Refusal::block_prev_wrong);
    block.header.prev = Digest{1};
    block.header.time = TimeMs{1'000};
    expect(Refusal::block_time_not_rising);
    block.header.time = TimeMs{count_max + 1};
    expect(Refusal::block_time_out_of_range);
    block.header.time = TimeMs{1'001};
    expect(Refusal::block_prev_certificate_wrong);
    block.header.prev_cert_hash = Digest{2};
    expect(Refusal::block_empty);
    block.transactions = transactions;
    expect(Refusal::block_too_many_transactions);
    parameters.block_transactions_max = 2;
    expect(Refusal::block_too_large);
    parameters.block_bytes_max = 3;
    expect(Refusal::block_log_size_wrong);
    block.header.log_size = 12;
    CHECK(check_link(block, tip, parameters));

    BlockCost cost;
    const Transaction one{.nonce = {}, .expires = {}, .operations = {LogAnchor{}}};
    while (cost.add(one)) {
    }
    ladder.push_back({Refusal::block_costs_too_much, cost.add(one).error()});

    BlockRoots computed{};
    const auto expect_root = [&](Refusal refusal) {
        ladder.push_back({refusal, check_roots(next_block().header, computed).error()});
    };
    expect_root(Refusal::block_log_root_wrong);
    computed.log_root = Digest{3};
    expect_root(Refusal::block_state_root_wrong);
    computed.state_root = Digest{4};
    expect_root(Refusal::block_validators_wrong);
    computed.validators_hash = Digest{5};
    CHECK(check_roots(next_block().header, computed));
    return ladder;
}

TEST_CASE("a block is asked its rules in this order") {
    check_ladder(ladder_of_blocks());
}

TEST_CASE("a block is read back as it was") {
    CHECK(decode<Block>(encode(next_block())).value() == next_block());
}

TEST_CASE("transactions of the largest size fit into a block, larger ones don't") {
    Block block = next_block();
    block.transactions = {{.bytes = Bytes(transaction_size_max, 1)}};
    CHECK(decode<Block>(encode(block)).value() == block);
    block.transactions.front().bytes.push_back(1);
    CHECK(!decode<Block>(encode(block)));
}

TEST_CASE("the hash of a block names its purpose and covers every field") {
    const BlockHeader header = next_block().header;
    Bytes expected{0x82, 0x70};
    append(expected, as_bytes("datadeed/block/1"));
    append(expected, encode(header));
    CHECK(hash(header) == crypto::sha256(expected));

    std::vector<Digest> hashes{hash(header)};
    for (std::size_t field = 0; field < 10; ++field) {
        BlockHeader changed = header;
        std::size_t at = 0;
        BlockHeader::fields(changed, [&]<class T>(const char*, T& value, Limit = {}) {
            if (at++ != field) return;
            if constexpr (std::same_as<T, MemberId>) {
                value.value += "x";
            } else if constexpr (std::same_as<T, Digest>) {
                value[31] = 9;
            } else if constexpr (is_strong<T>) {
                ++value.value;
            } else {
                ++value;
            }
        });
        hashes.push_back(hash(changed));
    }
    std::ranges::sort(hashes);
    CHECK(std::ranges::adjacent_find(hashes) == hashes.end());
}

}  // namespace datadeed::ledger::test
