#include <algorithm>
#include <cstdlib>

#include "node/net/frame.h"
#include "node/net/hello.h"

// A stream of frames, and each payload as a greeting. The first byte says in what pieces the stream comes; the pieces
// must make no difference, and what was read must be what was there.

namespace {

namespace net = datadeed::net;
using datadeed::Bytes;
using datadeed::ByteView;

constexpr std::size_t payload_max = 300;

Bytes read(ByteView bytes, std::size_t piece, bool& refused) {
    net::FrameReader reader{payload_max};
    Bytes again;
    while (!bytes.empty()) {
        const std::size_t size = std::min(piece, bytes.size());
        reader.feed(bytes.first(size));
        bytes = bytes.subspan(size);
        while (true) {
            const auto next = reader.next();
            if (!next) {
                refused = true;
                return again;
            }
            if (!*next) break;
            if ((*next)->size() > payload_max) std::abort();
            net::append_frame(again, **next);
            if (const auto hello = net::check_hello(**next, net::Hello{}, "");
                hello && datadeed::encode(*hello) != **next)
                std::abort();
        }
    }
    return again;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const ByteView bytes{data + 1, size - 1};
    bool whole_refused = false;
    bool pieces_refused = false;
    const Bytes whole = read(bytes, bytes.size() + 1, whole_refused);
    const Bytes pieces = read(bytes, 1 + data[0] % 16U, pieces_refused);
    if (whole != pieces || whole_refused != pieces_refused || whole.size() > bytes.size()) std::abort();
    if (!std::equal(whole.begin(), whole.end(), bytes.begin())) std::abort();
    return 0;
}
