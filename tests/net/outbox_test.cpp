#include "node/net/outbox.h"

#include "tests/support/catch.h"

namespace datadeed::net {
namespace {

std::shared_ptr<const Bytes> message(std::uint8_t mark, std::size_t size) {
    return std::make_shared<const Bytes>(size, mark);
}

// The first byte of each message, in the order of sending.
std::string drain(Outbox& outbox) {
    Bytes out;
    outbox.take(out, SIZE_MAX);
    FrameReader reader{1024};
    reader.feed(out);
    std::string marks;
    while (const std::optional<Bytes> next = *reader.next()) marks.push_back(static_cast<char>(next->front()));
    return marks;
}

}  // namespace

TEST_CASE("messages of an earlier class overtake later ones, and each class keeps its order") {
    Outbox outbox{100};
    CHECK(outbox.push(message('x', 1), Class::background) == 0);
    CHECK(outbox.push(message('a', 1), Class::bulk) == 0);
    CHECK(outbox.push(message('b', 1), Class::urgent) == 0);
    CHECK(outbox.push(message('c', 1), Class::bulk) == 0);
    CHECK(outbox.push(message('d', 1), Class::urgent) == 0);
    CHECK(outbox.push(message('y', 1), Class::background) == 0);
    CHECK(outbox.bytes() == 6);
    CHECK(drain(outbox) == "bdacxy");
    CHECK(outbox.empty());
    CHECK(outbox.bytes() == 0);
}

TEST_CASE("a full outbox drops the oldest background messages, then bulk ones, then urgent ones") {
    Outbox outbox{12};
    CHECK(outbox.push(message('x', 1), Class::background) == 0);
    CHECK(outbox.push(message('y', 1), Class::background) == 0);
    for (const char mark : {'a', 'b'}) {
        CHECK(outbox.push(message(static_cast<std::uint8_t>(mark), 2), Class::urgent) == 0);
    }
    for (const char mark : {'c', 'd', 'e'}) {
        CHECK(outbox.push(message(static_cast<std::uint8_t>(mark), 2), Class::bulk) == 0);
    }
    CHECK(outbox.push(message('f', 3), Class::bulk) == 3);
    CHECK(outbox.push(message('g', 9), Class::urgent) == 4);
    CHECK(outbox.bytes() == 11);
    CHECK(drain(outbox) == "bg");
}

TEST_CASE("a message larger than an outbox is dropped itself") {
    Outbox outbox{10};
    CHECK(outbox.push(message('a', 10), Class::bulk) == 0);
    CHECK(outbox.push(message('b', 11), Class::urgent) == 1);
    CHECK(drain(outbox) == "a");
}

TEST_CASE("a write takes no more than it was told, by whole messages") {
    Outbox outbox{1000};
    for (int i = 0; i < 10; ++i) CHECK(outbox.push(message('a', 96), Class::bulk) == 0);
    Bytes out;
    CHECK(outbox.take(out, 150) == 2);
    CHECK(out.size() == 200);
    CHECK(outbox.bytes() == 768);
    outbox.clear();
    CHECK(outbox.take(out, 1000) == 0);
}

}  // namespace datadeed::net
