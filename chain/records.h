#pragma once

#include <vector>

#include "base/fields.h"
#include "chain/kv_store.h"
#include "chain/sealed.h"
#include "consensus/certificate.h"
#include "crypto/merkle.h"
#include "ledger/block.h"

// The values of both databases that are records (keys.h). Inside this room only.

namespace datadeed::chain {

struct ChainMeta {
    ChainId chain{};
    Height height{};
    Digest hash{};
    TimeMs time{};
    std::uint64_t log_size{};
    Digest cert_hash{};
    std::uint64_t votes_durable{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("chain", self.chain);
        visit("height", self.height);
        visit("hash", self.hash);
        visit("time_ms", self.time);
        visit("log_size", self.log_size);
        visit("cert_hash", self.cert_hash);
        visit("votes_durable", self.votes_durable);
    }
};

struct HeaderRecord {
    Digest hash{};
    ledger::BlockHeader header{};
    consensus::CommitCertificate certificate{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("hash", self.hash);
        visit("header", self.header);
        visit("certificate", self.certificate);
    }
};

struct StateMeta {
    ChainId chain{};
    Height height{};
    Digest block_hash{};
    Height oldest{};
    crypto::CompactRange log{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("chain", self.chain);
        visit("height", self.height);
        visit("block_hash", self.block_hash);
        visit("oldest", self.oldest);
        visit("log", self.log);
    }
};

// Keys of the state database that no height from this record's on needs.
struct PruneRecord {
    std::vector<Bytes> keys{};

    static constexpr void fields(auto& self, auto&& visit) { visit("keys", self.keys, Limit{1U << 24U}); }
};

// The record in a sealed value.
template <class T>
[[nodiscard]] Result<T, Error> record_of(ByteView key, ByteView sealed, Fault damaged) {
    const std::optional<ByteView> value = check_seal(key, sealed);
    if (!value) return fail(damaged_value(damaged, key, "the value doesn't fit its seal"));
    Result<T, cbor::DecodeError> record = decode<T>(*value);
    if (!record) return fail(damaged_value(damaged, key, std::string{cbor::describe(record.error().rule)}));
    return std::move(*record);
}

// The record under a key; nothing when there's none.
template <class T>
[[nodiscard]] Result<std::optional<T>, Error> get_record(const KvReader& reader, ByteView key, Fault damaged) {
    const Result<std::optional<Bytes>, Error> bytes = get_sealed(reader, key, damaged);
    if (!bytes) return fail(bytes.error());
    if (!*bytes) return std::optional<T>{};
    Result<T, cbor::DecodeError> record = decode<T>(**bytes);
    if (!record) return fail(damaged_value(damaged, key, std::string{cbor::describe(record.error().rule)}));
    return std::optional<T>{std::move(*record)};
}

template <class T>
void put_record(Batch& batch, ByteView key, const T& record) {
    put_sealed(batch, key, encode(record));
}

}  // namespace datadeed::chain
