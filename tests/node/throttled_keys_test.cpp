#include "node/throttled_keys.h"

#include "node/limits.h"
#include "tests/support/catch.h"

namespace datadeed::node {

TEST_CASE("a key is throttled for throttle_time, and the oldest of too many is forgotten") {
    using std::chrono::milliseconds;
    const ThrottledKeys::Clock::time_point begin{std::chrono::hours{1}};
    const auto key = [](std::size_t number) {
        crypto::PublicKey made;
        made.value[0] = static_cast<std::uint8_t>(number);
        made.value[1] = static_cast<std::uint8_t>(number >> 8U);
        return made;
    };
    ThrottledKeys keys;
    CHECK_FALSE(keys.contains(key(0), begin));
    keys.add(key(0), begin);
    keys.add(key(0), begin + milliseconds{10});  // was on its way when it was added
    CHECK(keys.contains(key(0), begin + throttle_time - milliseconds{1}));
    CHECK_FALSE(keys.contains(key(0), begin + throttle_time));
    CHECK_FALSE(keys.contains(key(1), begin));
    keys.add(key(0), begin + throttle_time);
    CHECK(keys.contains(key(0), begin + throttle_time));

    for (std::size_t i = 1; i < throttled_keys_max; ++i) keys.add(key(i), begin + throttle_time);
    CHECK(keys.contains(key(0), begin + throttle_time));
    keys.add(key(throttled_keys_max), begin + throttle_time);
    CHECK_FALSE(keys.contains(key(0), begin + throttle_time));
    CHECK(keys.contains(key(1), begin + throttle_time));
}

}  // namespace datadeed::node
