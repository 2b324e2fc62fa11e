#include "base/bounded_queue.h"

#include "tests/support/catch.h"

namespace datadeed {

TEST_CASE("a bounded queue gives values back in the order they came") {
    BoundedQueue<int> queue{3};
    CHECK(queue.empty());
    CHECK(queue.push(1));
    CHECK(queue.push(2));
    CHECK(queue.pop() == 1);
    CHECK(queue.push(3));
    CHECK(queue.pop() == 2);
    CHECK(queue.pop() == 3);
    CHECK(queue.pop() == std::nullopt);
}

TEST_CASE("a full bounded queue refuses and keeps what it has") {
    BoundedQueue<int> queue{2};
    CHECK(queue.push(1));
    CHECK(queue.push(2));
    CHECK_FALSE(queue.push(3));
    CHECK(queue.size() == 2);
    CHECK(queue.pop() == 1);
    CHECK(queue.push(4));
    CHECK(queue.pop() == 2);
    CHECK(queue.pop() == 4);
}

}  // namespace datadeed
