#include "chain/keys.h"

#include "chain/numbers.h"

namespace datadeed::chain::keys {

namespace {

void put_escaped(Bytes& to, ByteView key) {
    for (const std::uint8_t byte : key) {
        to.push_back(byte);
        if (byte == 0) to.push_back(0xFF);
    }
}

}  // namespace

Bytes of(std::uint8_t kind) {
    return {kind};
}

Bytes of(std::uint8_t kind, std::uint64_t number) {
    Bytes key;
    key.reserve(9);
    key.push_back(kind);
    put_u64(key, number);
    return key;
}

Bytes of(std::uint8_t kind, ByteView rest) {
    Bytes key;
    key.reserve(1 + rest.size());
    key.push_back(kind);
    append(key, rest);
    return key;
}

Bytes tile_of(unsigned level, std::uint64_t index) {
    Bytes key{tile, static_cast<std::uint8_t>(level)};
    put_u64(key, index);
    return key;
}

Bytes old_values_with_prefix(ByteView prefix) {
    Bytes key{old_value};
    put_escaped(key, prefix);
    return key;
}

Bytes old_values_of(ByteView key) {
    Bytes all = old_values_with_prefix(key);
    all.push_back(0);
    all.push_back(1);
    return all;
}

Bytes old_value_of(ByteView key, Height since) {
    Bytes one = old_values_of(key);
    put_u64(one, ~since.value);
    return one;
}

Bytes key_in_old_value(ByteView old_key) {
    Bytes key;
    for (std::size_t i = 1; i + 1 < old_key.size(); ++i) {
        if (old_key[i] != 0) {
            key.push_back(old_key[i]);
        } else if (old_key[i + 1] == 0xFF) {
            key.push_back(0);
            ++i;
        } else {
            break;
        }
    }
    return key;
}

}  // namespace datadeed::chain::keys
