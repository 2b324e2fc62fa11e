#include "node/net/frame.h"

#include <rapidcheck.h>

#include "tests/support/catch.h"

namespace datadeed::net {

TEST_CASE("a frame is its length in four bytes and its payload") {
    Bytes out;
    append_frame(out, as_bytes("abc"));
    append_frame(out, {});
    append_frame(out, Bytes(258, 7));
    CHECK(to_hex(ByteView{out}.first(16)) == "00000003616263000000000000010207");
    CHECK(out.size() == 4 + 3 + 4 + 4 + 258);
}

TEST_CASE("frames come out alike however their bytes are split") {
    REQUIRE(rc::check("any frames, any split", [](const std::vector<Bytes>& payloads, std::vector<std::uint8_t> cuts) {
        Bytes stream;
        for (const Bytes& payload : payloads) append_frame(stream, payload);
        FrameReader reader{1024};
        std::vector<Bytes> out;
        std::size_t at = 0;
        while (at < stream.size()) {
            const std::size_t size =
                cuts.empty() ? 1 : std::min<std::size_t>(stream.size() - at, 1 + cuts.back() % 32U);
            if (!cuts.empty()) cuts.pop_back();
            reader.feed(ByteView{stream}.subspan(at, size));
            at += size;
            while (true) {
                const Result<std::optional<Bytes>, Error> next = reader.next();
                RC_ASSERT(next.has_value());
                if (!*next) break;
                out.push_back(**next);
            }
        }
        RC_ASSERT(out == payloads);
    }));
}

TEST_CASE("a frame beyond the limit is refused by its length alone, and stays refused") {
    FrameReader reader{10};
    reader.feed(*from_hex("0000000a"));
    REQUIRE(reader.next().has_value());
    reader.feed(Bytes(10, 1));
    CHECK((*reader.next())->size() == 10);
    reader.feed(*from_hex("0000000b"));
    CHECK(reader.next().error() == Error::frame_must_be_within_its_limit);
    reader.feed(Bytes(100, 1));
    CHECK(reader.next().error() == Error::frame_must_be_within_its_limit);

    FrameReader other{10};
    other.feed(*from_hex("ffffff"));
    CHECK_FALSE(other.next()->has_value());
    other.feed(*from_hex("ff"));
    CHECK(other.next().error() == Error::frame_must_be_within_its_limit);
}

TEST_CASE("a limit that is raised holds for what comes after") {
    FrameReader reader{2};
    Bytes stream;
    append_frame(stream, Bytes(2, 1));
    append_frame(stream, Bytes(9, 2));
    reader.feed(stream);
    CHECK((*reader.next())->size() == 2);
    reader.set_payload_max(9);
    CHECK((*reader.next())->size() == 9);
}

}  // namespace datadeed::net
