#include "node/replica/checked.h"

#include <array>
#include <string>
#include <vector>

#include "tests/replica/bench.h"
#include "tests/support/catch.h"

namespace datadeed::replica {
namespace {

struct Three {
    testing::Bench bench;
    TransactionPtr first = bench.registration(0, "a", bench.genesis());
    TransactionPtr second = bench.registration(0, "b", bench.genesis());
    TransactionPtr third = bench.registration(0, "c", bench.genesis());
    std::size_t size = memory_of(*first);
};

}  // namespace

TEST_CASE("the cache of checked transactions is bounded by the memory that they take") {
    Three three;
    std::vector<TransactionPtr> all;
    for (int i = 0; i < 10; ++i) all.push_back(three.bench.registration(0, std::to_string(i), three.bench.genesis()));
    TransactionCache cache{3 * three.size};
    for (const TransactionPtr& each : all) cache.add(each);
    CHECK(cache.size() == 3);
    CHECK(cache.find(all.back()->leaf) != nullptr);
    CHECK(cache.find(all.front()->leaf) == nullptr);
}

TEST_CASE("what is known already isn't counted again, so it pushes nothing out") {
    Three three;
    TransactionCache cache{2 * three.size};
    cache.add(three.first);
    cache.add(three.second);
    cache.add(three.first);
    cache.add(three.second);
    CHECK(cache.find(three.first->leaf) == three.first);
    CHECK(cache.find(three.second->leaf) == three.second);
    CHECK(cache.size() == 2);
}

TEST_CASE("the oldest goes first, and what goes makes room for another, again and again") {
    Three three;
    const std::array<TransactionPtr, 3> all{three.first, three.second, three.third};
    TransactionCache cache{2 * three.size};
    for (std::size_t i = 0; i < 12; ++i) {
        CAPTURE(i);
        cache.add(all[i % 3]);
        if (i < 2) continue;
        CHECK(cache.find(all[i % 3]->leaf) != nullptr);
        CHECK(cache.find(all[(i - 1) % 3]->leaf) != nullptr);
        CHECK(cache.find(all[(i - 2) % 3]->leaf) == nullptr);
        CHECK(cache.size() == 2);
    }
}

TEST_CASE("one that is larger than the whole room is known until the next comes") {
    Three three;
    TransactionCache cache{1};
    cache.add(three.first);
    CHECK(cache.find(three.first->leaf) == three.first);
    cache.add(three.second);
    CHECK(cache.find(three.first->leaf) == nullptr);
    CHECK(cache.find(three.second->leaf) == three.second);
    CHECK(cache.size() == 1);
}

TEST_CASE("many small operations take as much room as they take memory, whatever few bytes they are signed in") {
    testing::Bench bench;
    const std::vector<ledger::Operation> small(ledger::operations_max, ledger::TransferAccept{});
    const TransactionPtr swollen = bench.make(0, small, bench.genesis());
    const TransactionPtr usual = bench.registration(0, "a", bench.genesis());
    CHECK(memory_of(*swollen) >= ledger::operations_max * sizeof(ledger::Operation));
    CHECK(swelling_of(*swollen) > 16 * swollen->tx.raw().size());
    CHECK(swelling_of(*usual) == 0);

    TransactionCache cache{2 * memory_of(*swollen) - 1};
    cache.add(bench.make(0, small, bench.genesis()));
    cache.add(swollen);
    CHECK(cache.size() == 1);
    CHECK(cache.find(swollen->leaf) == swollen);
}

}  // namespace datadeed::replica
