#include "node/time_share.h"

#include "tests/support/catch.h"

namespace datadeed::node {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr TimeShare::Time start = TimeShare::Time{} + seconds{1'000};

}  // namespace

TEST_CASE("who has a part of a thread's time waits until it has earned what it spent") {
    TimeShare share{8, seconds{0}};
    CHECK(share.free_at() <= start);
    share.spend(milliseconds{10}, start);
    CHECK(share.free_at() == start + milliseconds{80});
    share.spend(milliseconds{5}, start + milliseconds{80});
    CHECK(share.free_at() == start + milliseconds{120});
    // More than it had: it waits longer.
    share.spend(milliseconds{10}, start + milliseconds{90});
    CHECK(share.free_at() == start + milliseconds{200});
}

TEST_CASE("what isn't spent is saved up, but not for ever") {
    TimeShare share{2, seconds{1}};
    share.spend(milliseconds{400}, start);
    CHECK(share.free_at() == start - milliseconds{200});
    share.spend(milliseconds{100}, start);
    CHECK(share.free_at() == start);
    share.spend(milliseconds{500}, start + seconds{60});
    CHECK(share.free_at() == start + seconds{60});
}

}  // namespace datadeed::node
