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
    std::size_t size = first->tx.raw().size();
};

}  // namespace

TEST_CASE("the cache of checked transactions is bounded by bytes") {
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

}  // namespace datadeed::replica
