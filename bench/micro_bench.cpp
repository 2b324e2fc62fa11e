// What single functions of the hot path cost, by Google Benchmark: bin/micro_bench [--benchmark_filter=...].

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "base/fields.h"
#include "bench/map_tree.h"
#include "chain/evidence_judge.h"
#include "crypto/hash.h"
#include "crypto/merkle.h"
#include "crypto/sign.h"
#include "ledger/execution.h"
#include "ledger/genesis.h"
#include "ledger/state_tree.h"
#include "ledger/transaction.h"

namespace {

namespace crypto = datadeed::crypto;
namespace ledger = datadeed::ledger;
using datadeed::Bytes;
using datadeed::ChainId;
using datadeed::TimeMs;

const ChainId chain{};
const datadeed::ByteArray<32> seed{1};

ledger::Transaction example(std::uint64_t number) {
    return {.nonce = ledger::Nonce{number},
            .expires = TimeMs{number},
            .operations = {ledger::RegisterData{
                .data = ledger::DatasetId{"bench/" + std::to_string(number)}, .title = "A data set", .type = "table"}}};
}

void sha256_of_a_leaf(benchmark::State& state) {
    const Bytes leaf(static_cast<std::size_t>(state.range(0)), 7);
    for (auto _ : state) benchmark::DoNotOptimize(crypto::leaf_hash(leaf));
}
BENCHMARK(sha256_of_a_leaf)->Arg(64)->Arg(300)->Arg(4096);

void sign_a_transaction(benchmark::State& state) {
    const crypto::SecretKey key = crypto::SecretKey::from_seed(seed);
    std::uint64_t number = 0;
    for (auto _ : state) benchmark::DoNotOptimize(ledger::sign_transaction(chain, example(++number), key));
}
BENCHMARK(sign_a_transaction);

void parse_a_transaction(benchmark::State& state) {
    const Bytes raw = ledger::sign_transaction(chain, example(1), crypto::SecretKey::from_seed(seed));
    for (auto _ : state) benchmark::DoNotOptimize(ledger::parse(chain, raw));
}
BENCHMARK(parse_a_transaction);

void verify_a_transaction(benchmark::State& state) {
    const Bytes raw = ledger::sign_transaction(chain, example(1), crypto::SecretKey::from_seed(seed));
    for (auto _ : state) benchmark::DoNotOptimize(ledger::verify(*ledger::parse(chain, raw)));
}
BENCHMARK(verify_a_transaction);

ledger::StateChanges changes(std::uint64_t from, std::uint64_t count) {
    ledger::StateChanges made;
    for (std::uint64_t i = from; i < from + count; ++i) made[datadeed::encode(std::to_string(i))] = Bytes(100, 1);
    return made;
}

// One block of `range` new keys on a tree of 100,000.
void update_the_state_tree(benchmark::State& state) {
    datadeed::bench::MapTree tree;
    std::uint64_t version = 0;
    std::uint64_t next = 100'000;
    tree.keep(*ledger::update(tree, std::nullopt, changes(0, next), version));
    const auto keys = static_cast<std::uint64_t>(state.range(0));
    for (auto _ : state) {
        auto update = ledger::update(tree, version, changes(next, keys), version + 1);
        tree.keep(std::move(*update));
        ++version;
        next += keys;
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(update_the_state_tree)->Arg(1)->Arg(100)->Arg(1000);

datadeed::ByteArray<32> seed_of(std::uint64_t number) {
    return {static_cast<std::uint8_t>(number), static_cast<std::uint8_t>(number >> 8U), 1};
}

// One block of `range` registrations by as many members.
void execute_a_block(benchmark::State& state) {
    const auto count = static_cast<std::uint64_t>(state.range(0));
    ledger::Genesis genesis;
    genesis.time = TimeMs{1};
    std::vector<ledger::VerifiedTransaction> transactions;
    for (std::uint64_t i = 0; i < count; ++i) {
        const crypto::SecretKey key = crypto::SecretKey::from_seed(seed_of(i));
        genesis.members.push_back({.id = ledger::MemberId{"member-" + std::to_string(i)},
                                   .organisation = "bench",
                                   .roles = {ledger::Role::owner},
                                   .keys = {key.public_key()}});
        transactions.push_back(
            *ledger::verify(*ledger::parse(chain, ledger::sign_transaction(chain, example(2000 + i), key))));
    }
    ledger::MapState below;
    below.apply(ledger::genesis_state(genesis));
    for (auto _ : state) {
        ledger::BlockExecution execution{
            below, {.height = datadeed::Height{1}, .time = TimeMs{2}}, datadeed::chain::evidence_judge()};
        for (const ledger::VerifiedTransaction& transaction : transactions) {
            if (!execution.apply(transaction)) return state.SkipWithError("refused");
        }
        benchmark::DoNotOptimize(execution.finish());
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(execute_a_block)->Arg(1)->Arg(64)->Arg(512);

}  // namespace
