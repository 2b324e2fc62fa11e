#include "chain/sealed.h"

#include <algorithm>

#include "crypto/hash.h"

namespace datadeed::chain {

void put_sealed(Batch& batch, ByteView key, ByteView value) {
    const Digest hash = crypto::sha256({key, value});
    Bytes sealed;
    sealed.reserve(value.size() + seal_size);
    append(sealed, value);
    append(sealed, ByteView{hash}.first(seal_size));
    batch.put(key, sealed);
}

std::optional<ByteView> check_seal(ByteView key, ByteView sealed) {
    if (sealed.size() < seal_size) return std::nullopt;
    const ByteView value = sealed.first(sealed.size() - seal_size);
    const Digest hash = crypto::sha256({key, value});
    if (!std::equal(hash.begin(), hash.begin() + seal_size, sealed.last(seal_size).begin())) return std::nullopt;
    return value;
}

Error damaged_value(Fault damaged, ByteView key, std::string detail) {
    return {.fault = damaged, .place = "key " + to_hex(key), .detail = std::move(detail)};
}

Result<std::optional<Bytes>, Error> get_sealed(const KvReader& reader, ByteView key, Fault damaged) {
    Result<std::optional<Bytes>, Error> sealed = reader.get(key);
    if (!sealed || !*sealed) return sealed;
    if (!check_seal(key, **sealed)) return fail(damaged_value(damaged, key, "the value doesn't fit its seal"));
    (*sealed)->resize((*sealed)->size() - seal_size);
    return sealed;
}

}  // namespace datadeed::chain
