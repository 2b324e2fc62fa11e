#include "chain/vote_frame.h"

#include <algorithm>

#include "base/cbor.h"
#include "chain/numbers.h"
#include "crypto/hash.h"

namespace datadeed::chain {

namespace {

constexpr ByteArray<4> magic{'v', 'o', 't', 'e'};
constexpr std::size_t length_at = 4;
constexpr std::size_t sequence_at = 8;
constexpr std::size_t before_at = 16;
constexpr std::size_t payload_at = 32;

FrameCheck check_of(ByteView frame) {
    const Digest hash = crypto::sha256(frame);
    FrameCheck check{};
    std::copy_n(hash.begin(), check.size(), check.begin());
    return check;
}

FrameCheck check_at(ByteView bytes) {
    FrameCheck check{};
    std::copy_n(bytes.begin(), check.size(), check.begin());
    return check;
}

}  // namespace

std::optional<VoteFrame> read_frame(ByteView bytes) {
    if (bytes.size() < frame_overhead || !std::equal(magic.begin(), magic.end(), bytes.begin())) return std::nullopt;
    const std::size_t length = u32_at(bytes.subspan(length_at));
    if (length > frame_payload_max || length > bytes.size() - frame_overhead) return std::nullopt;
    const std::size_t checked = payload_at + length;
    VoteFrame frame{.sequence = u64_at(bytes.subspan(sequence_at)),
                    .before = check_at(bytes.subspan(before_at)),
                    .payload = bytes.subspan(payload_at, length),
                    .check = check_at(bytes.subspan(checked)),
                    .size = checked + frame_overhead - payload_at};
    if (check_of(bytes.first(checked)) != frame.check) return std::nullopt;
    return frame;
}

std::optional<std::size_t> find_frame(ByteView bytes, std::size_t from) {
    while (from < bytes.size()) {
        const auto found =
            std::search(bytes.begin() + static_cast<std::ptrdiff_t>(from), bytes.end(), magic.begin(), magic.end());
        if (found == bytes.end()) return std::nullopt;
        const auto at = static_cast<std::size_t>(found - bytes.begin());
        if (read_frame(bytes.subspan(at))) return at;
        from = at + 1;
    }
    return std::nullopt;
}

FrameCheck write_frame_to(Bytes& out, const FrameContent& content) {
    const std::size_t start = out.size();
    append(out, magic);
    put_u32(out, static_cast<std::uint32_t>(content.payload.size()));
    put_u64(out, content.sequence);
    append(out, content.before);
    append(out, content.payload);
    const FrameCheck check = check_of(ByteView{out}.subspan(start));
    append(out, check);
    return check;
}

Bytes encode_records(std::span<const Bytes> records) {
    cbor::Writer writer;
    writer.array(records.size());
    for (const Bytes& record : records) writer.bytes(record);
    return writer.take();
}

std::optional<std::vector<Bytes>> decode_records(ByteView payload) {
    cbor::Reader reader{payload};
    const std::size_t count = reader.array(frame_records_max);
    std::vector<Bytes> records;
    for (std::size_t i = 0; i < count && !reader.failed(); ++i) {
        records.push_back(to_bytes(reader.bytes(frame_payload_max)));
    }
    if (!reader.finish()) return std::nullopt;
    return records;
}

}  // namespace datadeed::chain
