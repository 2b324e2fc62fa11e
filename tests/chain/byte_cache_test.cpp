#include "chain/byte_cache.h"

#include <rapidcheck.h>

#include <map>

#include "tests/chain/support.h"
#include "tests/support/catch.h"

namespace datadeed::chain {

using test::bytes_of;

TEST_CASE("a cache stays within its bound and keeps what was used last") {
    ByteCache cache{100'000};
    for (int i = 0; i < 10'000; ++i) {
        cache.put(bytes_of(std::to_string(i)), Bytes(100, 1));
        CHECK(cache.bytes() <= 100'000 + 300);
        REQUIRE(cache.find(bytes_of("0")) != nullptr);
    }
    CHECK(cache.find(bytes_of("9999")) != nullptr);
    CHECK(cache.find(bytes_of("1")) == nullptr);
}

TEST_CASE("a cache never tells an old value") {
    REQUIRE(rc::check("like a map that may forget", [] {
        ByteCache cache{2'000};
        std::map<Bytes, Bytes> truth;
        for (int i = 0; i < 200; ++i) {
            const Bytes key{*rc::gen::inRange<std::uint8_t>(0, 20)};
            const int what = *rc::gen::inRange(0, 3);
            if (what == 0) {
                truth[key] = Bytes(*rc::gen::inRange<std::size_t>(0, 200), static_cast<std::uint8_t>(i));
                cache.put(key, truth[key]);
            } else if (what == 1) {
                truth.erase(key);
                cache.erase(key);
            } else if (const Bytes* found = cache.find(key)) {
                RC_ASSERT(truth.contains(key) && truth[key] == *found);
            }
        }
    }));
}

}  // namespace datadeed::chain
