#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"

// The frames of the vote file (grammar in vote_file.h): bytes in, bytes out, no file.

namespace datadeed::chain {

using FrameCheck = ByteArray<16>;

struct VoteFrame {
    std::uint64_t sequence{};
    FrameCheck before{};
    // Borrows what it was read from.
    ByteView payload{};
    FrameCheck check{};
    // Bytes of the whole frame.
    std::size_t size{};
};

// The frame that begins at the first byte, if it's whole and its check fits. Any input is safe.
[[nodiscard]] std::optional<VoteFrame> read_frame(ByteView bytes);

// The offset of the first whole frame that begins at or after `from`.
[[nodiscard]] std::optional<std::size_t> find_frame(ByteView bytes, std::size_t from);

struct FrameContent {
    std::uint64_t sequence{};
    FrameCheck before{};
    ByteView payload{};
};

// Appends the frame and returns its check.
FrameCheck write_frame_to(Bytes& out, const FrameContent& content);

[[nodiscard]] Bytes encode_records(std::span<const Bytes> records);
[[nodiscard]] std::optional<std::vector<Bytes>> decode_records(ByteView payload);

// A frame's bytes beside its payload.
inline constexpr std::size_t frame_overhead = 4 + 4 + 8 + 16 + 16;
inline constexpr std::size_t frame_payload_max = 64U << 20U;
inline constexpr std::size_t frame_records_max = 1U << 20U;

}  // namespace datadeed::chain
