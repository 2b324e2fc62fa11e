#include "node/posted.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <thread>

#include "tests/support/catch.h"

namespace datadeed::node {

namespace asio = boost::asio;
using std::chrono::milliseconds;

TEST_CASE("what was posted is done when the wait for it is over, however slow it is") {
    asio::io_context io;
    const auto work = asio::make_work_guard(io);
    int done = 0;
    for (int i = 0; i < 4; ++i) {
        asio::post(io, [&done] {
            std::this_thread::sleep_for(milliseconds{30});
            ++done;
        });
    }
    const std::jthread thread{[&io] { io.run(); }};
    CHECK(wait_for_posted(io, std::chrono::seconds{20}));
    CHECK(done == 4);
    io.stop();
}

TEST_CASE("nobody waits for ever on a thread that has stopped") {
    asio::io_context io;
    bool done = false;
    asio::post(io, [&done] { done = true; });
    CHECK_FALSE(wait_for_posted(io, milliseconds{50}));
    CHECK_FALSE(done);
}

}  // namespace datadeed::node
