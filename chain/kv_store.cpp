#include "chain/kv_store.h"

#include "base/assert.h"

namespace datadeed::chain {

namespace {

constexpr std::size_t length_bytes = 4;

void put_length(Bytes& to, std::size_t length) {
    DATADEED_ASSERT(length <= UINT32_MAX);
    for (unsigned shift = 0; shift < 32; shift += 8) to.push_back(static_cast<std::uint8_t>(length >> shift));
}

std::size_t length_at(ByteView bytes) {
    std::size_t length = 0;
    for (std::size_t i = 0; i < length_bytes; ++i) length |= static_cast<std::size_t>(bytes[i]) << (8 * i);
    return length;
}

}  // namespace

void Batch::add(Kind kind, ByteView key, ByteView value) {
    bytes_.push_back(static_cast<std::uint8_t>(kind));
    put_length(bytes_, key.size());
    put_length(bytes_, value.size());
    append(bytes_, key);
    append(bytes_, value);
    ++count_;
}

Batch::Entry Batch::entry_at(std::size_t at) const {
    const ByteView rest = ByteView{bytes_}.subspan(at);
    const std::size_t key_size = length_at(rest.subspan(1));
    const std::size_t value_size = length_at(rest.subspan(1 + length_bytes));
    const std::size_t head = 1 + 2 * length_bytes;
    return {.kind = static_cast<Kind>(rest[0]),
            .key = rest.subspan(head, key_size),
            .value = rest.subspan(head + key_size, value_size),
            .end = at + head + key_size + value_size};
}

void Batch::clear() {
    bytes_.clear();
    count_ = 0;
}

}  // namespace datadeed::chain
