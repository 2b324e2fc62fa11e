#include "http/crowd.h"

#include <string>

#include "tests/support/catch.h"

namespace datadeed::http {
namespace {

using Name = std::shared_ptr<std::string>;

Name named(const char* name) {
    return std::make_shared<std::string>(name);
}

constexpr Crowd<std::string>::Clock::time_point start{};

// Who goes, one after another, until nobody does.
std::string leaving(Crowd<std::string>& crowd, Crowd<std::string>::Clock::time_point now) {
    std::string names;
    while (const Name one = crowd.take_one_to_go(now)) names += *one;
    return names;
}

}  // namespace

TEST_CASE("who never asked anything goes first, then who is idle, the longest first, and nobody who is at work") {
    Crowd<std::string> crowd;
    const Name a = named("a");
    const Name b = named("b");
    const Name c = named("c");
    const Name d = named("d");
    const Name e = named("e");
    for (const Name& one : {a, b, c, d, e}) crowd.enter(one);
    crowd.move(a, Standing::busy, start);
    crowd.move(b, Standing::idle, start);
    crowd.move(d, Standing::idle, start);
    crowd.move(b, Standing::busy, start);
    crowd.move(b, Standing::idle, start);
    CHECK(leaving(crowd, start) == "cedb");
    CHECK(crowd.all() == std::vector{a});
}

TEST_CASE("who takes its answer slowly goes last, and only after a while") {
    Crowd<std::string> crowd;
    const Name slow = named("s");
    const Name idle = named("i");
    crowd.enter(slow);
    crowd.enter(idle);
    crowd.move(slow, Standing::sending, start);
    crowd.move(idle, Standing::idle, start);
    CHECK(leaving(crowd, start + sending_patience - std::chrono::milliseconds{1}) == "i");
    CHECK(leaving(crowd, start + sending_patience) == "s");
}

TEST_CASE("who gets to work before it goes is back") {
    Crowd<std::string> crowd;
    const Name one = named("o");
    crowd.enter(one);
    CHECK(crowd.take_one_to_go(start) == one);
    CHECK(crowd.size() == 0);
    crowd.move(one, Standing::busy, start);
    CHECK(crowd.size() == 1);
    crowd.leave(one);
    crowd.leave(one);
    CHECK(crowd.size() == 0);
}

}  // namespace datadeed::http
