#pragma once

#include <cstddef>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"
#include "node/net/error.h"

// How messages stand in the stream of a link:
//
//     frame = length payload
//     length = 4 bytes, big-endian: the bytes of the payload
//
// A frame of length 0 says only "I'm here". No socket in it; not for several threads.

namespace datadeed::net {

inline constexpr std::size_t frame_head_size = 4;
inline constexpr std::size_t frame_bytes_max_default = std::size_t{8} << 20U;

// Appends a frame with this payload, which must be shorter than 2^32 bytes (asserted).
void append_frame(Bytes& out, ByteView payload);

class FrameReader {
public:
    // `payload_max` is the most bytes of one payload.
    explicit FrameReader(std::size_t payload_max) : payload_max_{payload_max} {}

    // Bytes as they come, split anywhere.
    void feed(ByteView bytes);

    // The next whole payload, perhaps empty; nothing while bytes are missing. A length above the limit is refused as
    // soon as its four bytes are here, before anything is allocated for it, and on every later call. Memory follows the
    // bytes that came, not the length that was announced.
    [[nodiscard]] Result<std::optional<Bytes>, Error> next();

    // Another limit, for all that next() hasn't taken.
    void set_payload_max(std::size_t payload_max) { payload_max_ = payload_max; }

private:
    std::size_t payload_max_;
    Bytes buffer_;
    std::size_t begin_{0};  // of what next() hasn't taken
};

}  // namespace datadeed::net
