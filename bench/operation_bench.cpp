// What transactions of 64 of the dearest operation of a kind cost, beside what ledger::cost says: to be applied or
// refused at the last, and to be put into a block. A million units of cost should be no more than about a second.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "bench/map_tree.h"
#include "chain/evidence_judge.h"
#include "crypto/sign.h"
#include "ledger/cost.h"
#include "ledger/execution.h"
#include "ledger/genesis.h"
#include "ledger/transaction.h"

namespace datadeed::bench {
namespace {

using ledger::DatasetId;
using ledger::MemberId;
using ledger::Operation;

const ChainId chain{};

crypto::SecretKey key_of(std::uint8_t number) {
    return crypto::SecretKey::from_seed(ByteArray<32>{number, 7});
}

// Two members that are everything, and a state and a tree that follow their transactions.
class Ledger {
public:
    Ledger() {
        ledger::Genesis genesis;
        genesis.time = TimeMs{1};
        for (std::uint8_t number = 0; number < 2; ++number) {
            genesis.members.push_back({.id = MemberId{"member-" + std::to_string(number)},
                                       .organisation = "bench",
                                       .roles = {ledger::Role::owner, ledger::Role::operator_, ledger::Role::observer},
                                       .keys = {key_of(number).public_key()}});
            std::ranges::sort(genesis.members.back().roles);
        }
        for (std::uint8_t number = 10; number < 14; ++number) {
            const crypto::PublicKey key = key_of(number).public_key();
            genesis.nodes.validators.push_back(
                {.member = MemberId{"node-" + std::to_string(number)}, .vote = key, .link = key, .cosign = key});
        }
        genesis.nodes.observers.push_back({.member = MemberId{"member-1"}, .link = key_of(1).public_key()});
        store(ledger::genesis_state(genesis));
    }

    ledger::VerifiedTransaction sign(std::uint8_t member, std::vector<Operation> operations) {
        const ledger::Transaction content{
            .nonce = ledger::Nonce{++nonce_ + 100}, .expires = TimeMs{1'000'000}, .operations = std::move(operations)};
        return *ledger::verify(*ledger::parse(chain, ledger::sign_transaction(chain, content, key_of(member))));
    }

    // Nothing where it is refused.
    std::optional<ledger::StateChanges> apply(const ledger::VerifiedTransaction& transaction) const {
        ledger::BlockExecution execution{
            state_, {.height = Height{version_ + 1}, .time = TimeMs{100 + version_}}, chain::evidence_judge()};
        if (!execution.apply(transaction)) return std::nullopt;
        return execution.finish();
    }

    ledger::TreeUpdate update(const ledger::StateChanges& changes) const {
        return *ledger::update(tree_, version_ == 0 ? std::nullopt : std::optional{version_ - 1}, changes, version_);
    }

    void store(const ledger::StateChanges& changes) {
        tree_.keep(update(changes));
        state_.apply(changes);
        ++version_;
    }

    ledger::TxId must_apply(std::uint8_t member, std::vector<Operation> operations) {
        const ledger::VerifiedTransaction transaction = sign(member, std::move(operations));
        store(apply(transaction).value());
        return transaction.id();
    }

private:
    ledger::MapState state_;
    MapTree tree_;
    std::uint64_t version_{0};
    std::uint64_t nonce_{0};
};

ledger::Terms widest() {
    ledger::Terms terms{
        .operations = {ledger::QueryOperation::count}, .until = TimeMs{ledger::count_max}, .uses = ledger::count_max};
    for (char c = 'a'; c < 'a' + 16; ++c) terms.purposes.push_back(ledger::Purpose{std::string(63, 'p') + c});
    return terms;
}

std::vector<Operation> filled(const std::function<Operation(std::size_t)>& make, std::size_t count = 64) {
    std::vector<Operation> operations;
    for (std::size_t i = 0; i < count; ++i) operations.push_back(make(i));
    return operations;
}

DatasetId data(std::size_t number) {
    return DatasetId{"d" + std::to_string(number)};
}

// A grant under as many others as may be, each as wide as may be; the lowest is of member 0 or 1.
ledger::GrantId deep_grant(Ledger& ledger) {
    ledger.must_apply(0, {ledger::RegisterData{.data = data(0), .title = "T", .type = "t"}});
    std::optional<ledger::GrantId> lowest;
    for (std::uint8_t depth = 0; depth <= ledger::depth_max; ++depth) {
        ledger::Terms terms = widest();
        terms.depth = ledger::depth_max - depth;
        const auto grantee = static_cast<std::uint8_t>(1 - depth % 2);
        const ledger::TxId tx = ledger.must_apply(
            1 - grantee, {ledger::CreateGrant{.data = data(0),
                                              .grantee = MemberId{"member-" + std::to_string(grantee)},
                                              .parent = lowest,
                                              .terms = terms}});
        lowest = ledger::grant_id(tx, 0);
    }
    return *lowest;
}

struct Case {
    const char* name;
    bool applies;
    std::function<ledger::VerifiedTransaction(Ledger&)> prepare;
};

const std::vector<Case> cases{
    {"register_data", true,
     [](Ledger& ledger) {
         return ledger.sign(
             0, filled([](std::size_t i) { return ledger::RegisterData{.data = data(i), .title = "T", .type = "t"}; }));
     }},
    {"register_data_refused", false,
     [](Ledger& ledger) {
         return ledger.sign(0, filled([](std::size_t i) {
                                return ledger::RegisterData{.data = data(i % 63), .title = "T", .type = "t"};
                            }));
     }},
    {"transfer_accept_of_nothing", false,
     [](Ledger& ledger) { return ledger.sign(0, {ledger::TransferAccept{.data = data(0)}}); }},
    {"record_uses", true,
     [](Ledger& ledger) {
         const ledger::GrantId grant = deep_grant(ledger);
         return ledger.sign(0, filled([&](std::size_t) { return ledger::RecordUses{.grant = grant, .count = 1}; }));
     }},
    {"record_uses_refused", false,
     [](Ledger& ledger) {
         const ledger::GrantId grant = deep_grant(ledger);
         return ledger.sign(0, filled([&](std::size_t i) {
                                return ledger::RecordUses{.grant = grant, .count = i < 63 ? 1 : ledger::count_max};
                            }));
     }},
    {"create_grant", true,
     [](Ledger& ledger) {
         (void)deep_grant(ledger);
         return ledger.sign(
             0, filled(
                    [](std::size_t) {
                        ledger::Terms terms = widest();
                        return ledger::CreateGrant{
                            .data = data(0), .grantee = MemberId{"member-1"}, .parent = std::nullopt, .terms = terms};
                    },
                    40));
     }},
    {"propose_change_refused", false,
     [](Ledger& ledger) {
         const ledger::NodeChange change{.kind = ledger::NodeChangeKind::remove_observer,
                                         .member = MemberId{"member-1"}};
         return ledger.sign(
             0, filled([&](std::size_t) { return ledger::ProposeChange{.change = change, .until = TimeMs{10'000}}; },
                       ledger::open_changes_max + 1));
     }},
};

void apply_one(benchmark::State& state, const Case& which) {
    Ledger ledger;
    const ledger::VerifiedTransaction transaction = which.prepare(ledger);
    for (auto _ : state) benchmark::DoNotOptimize(ledger.apply(transaction));
    const auto units = static_cast<double>(ledger::applying_cost(transaction.content()));
    state.counters["units"] = units;
    state.counters["seconds_per_million"] =
        benchmark::Counter(units * 1e-6, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void put_one_into_a_block(benchmark::State& state, const Case& which) {
    Ledger ledger;
    const ledger::VerifiedTransaction transaction = which.prepare(ledger);
    for (auto _ : state) benchmark::DoNotOptimize(ledger.update(ledger.apply(transaction).value()));
    const auto units = static_cast<double>(ledger::block_cost(transaction.content()));
    state.counters["units"] = units;
    state.counters["seconds_per_million"] =
        benchmark::Counter(units * 1e-6, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

const int registered = [] {
    for (const Case& each : cases) {
        benchmark::RegisterBenchmark((std::string{"apply/"} + each.name).c_str(),
                                     [&each](benchmark::State& state) { apply_one(state, each); });
        if (!each.applies) continue;
        benchmark::RegisterBenchmark((std::string{"block/"} + each.name).c_str(),
                                     [&each](benchmark::State& state) { put_one_into_a_block(state, each); });
    }
    return 0;
}();

}  // namespace
}  // namespace datadeed::bench
