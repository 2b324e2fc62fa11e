#include "consensus/quorum.h"

#include <bit>
#include <cstdint>

#include "consensus/validator_set.h"
#include "tests/consensus/quick_signatures.h"
#include "tests/support/catch.h"

namespace datadeed::consensus::testing {

TEST_CASE("a quorum is the least number whose pairs share a correct validator, and correct ones suffice for it") {
    for (std::size_t n = 1; n <= 300; ++n) {
        CAPTURE(n);
        const std::size_t f = faults(n);
        const std::size_t q = quorum(n);
        CHECK(3 * f + 1 <= n);
        CHECK(3 * (f + 1) + 1 > n);
        CHECK(2 * q - n >= f + 1);
        CHECK(q <= n - f);
        CHECK_FALSE(2 * (q - 1) >= n + f + 1);
        CHECK(weak_quorum(n) == f + 1);
    }
}

TEST_CASE("quorums of small sets are the known ones") {
    const std::size_t expected[] = {1, 2, 2, 3, 4, 4, 5, 6, 6, 7};
    for (std::size_t n = 1; n <= 10; ++n) CHECK(quorum(n) == expected[n - 1]);
    CHECK(quorum(13) == 9);
}

TEST_CASE("whichever validators are faulty, any two quorums share one that isn't") {
    for (std::size_t n = 1; n <= 10; ++n) {
        const std::uint32_t all = (1U << n) - 1;
        std::vector<std::uint32_t> quorums;
        for (std::uint32_t set = 0; set <= all; ++set) {
            if (static_cast<std::size_t>(std::popcount(set)) == quorum(n)) quorums.push_back(set);
        }
        bool holds = true;
        for (const std::uint32_t a : quorums) {
            for (const std::uint32_t b : quorums) {
                // More than f in common, so not all of them can be faulty.
                holds = holds && static_cast<std::size_t>(std::popcount(a & b)) > faults(n);
            }
        }
        CAPTURE(n);
        CHECK(holds);
    }
}

TEST_CASE("primaries take turns") {
    const ValidatorSet set = quick_set(4);
    CHECK(set.primary(View{0}) == ValidatorIndex{0});
    CHECK(set.primary(View{3}) == ValidatorIndex{3});
    CHECK(set.primary(View{4}) == ValidatorIndex{0});
    CHECK(set.contains(ValidatorIndex{3}));
    CHECK_FALSE(set.contains(ValidatorIndex{4}));
}

}  // namespace datadeed::consensus::testing
