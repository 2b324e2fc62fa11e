#include "node/net/frame.h"

#include <limits>

#include "base/assert.h"

namespace datadeed::net {
namespace {

// A buffer that grew for one large frame isn't kept between frames.
constexpr std::size_t idle_bytes_max = std::size_t{1} << 20U;

}  // namespace

void append_frame(Bytes& out, ByteView payload) {
    DATADEED_ASSERT(payload.size() <= std::numeric_limits<std::uint32_t>::max());
    const auto size = static_cast<std::uint32_t>(payload.size());
    for (unsigned shift = 32; shift > 0; shift -= 8) {
        out.push_back(static_cast<std::uint8_t>((size >> (shift - 8U)) & 0xFFU));
    }
    append(out, payload);
}

void FrameReader::feed(ByteView bytes) {
    // What was taken goes first, so that the buffer holds one unfinished frame and what one read brought.
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(begin_));
    begin_ = 0;
    if (buffer_.empty() && buffer_.capacity() > idle_bytes_max) buffer_.shrink_to_fit();
    append(buffer_, bytes);
}

Result<std::optional<Bytes>, Error> FrameReader::next() {
    const ByteView left = ByteView{buffer_}.subspan(begin_);
    if (left.size() < frame_head_size) return std::nullopt;
    std::size_t size = 0;
    for (std::size_t i = 0; i < frame_head_size; ++i) size = (size << 8U) | left[i];
    if (size > payload_max_) return fail(Error::frame_must_be_within_its_limit);
    if (left.size() - frame_head_size < size) return std::nullopt;
    begin_ += frame_head_size + size;
    return std::optional{to_bytes(left.subspan(frame_head_size, size))};
}

}  // namespace datadeed::net
