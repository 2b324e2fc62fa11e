#include "chain/chain_store.h"

#include <algorithm>

#include "base/assert.h"
#include "chain/keys.h"
#include "chain/numbers.h"
#include "chain/records.h"

namespace datadeed::chain {

namespace {

// As encode(ledger::Block), without making one.
Bytes encode_block(const NewBlock& block) {
    cbor::Writer writer;
    writer.array(2);
    encode_to(writer, block.header);
    writer.array(block.transactions.size());
    for (const ByteView raw : block.transactions) {
        writer.array(1);
        writer.bytes(raw);
    }
    return writer.take();
}

Bytes number_bytes(std::uint64_t number) {
    Bytes bytes;
    put_u64(bytes, number);
    return bytes;
}

}  // namespace

Result<ChainStore, Error> ChainStore::open(KvStore& store, const ChainStart& start) {
    ChainStore chain{store};
    if (const Result<void, Error> loaded = chain.load(start); !loaded) return fail(loaded.error());
    return chain;
}

Result<void, Error> ChainStore::load(const ChainStart& start) {
    const Bytes key = keys::of(keys::meta);
    Result<std::optional<ChainMeta>, Error> meta = get_record<ChainMeta>(*store_, key, Fault::chain_damaged);
    if (!meta) return fail(meta.error());
    if (!*meta) {
        bool empty = true;
        const Result<void, Error> scanned = store_->scan({}, [&empty](ByteView, ByteView) { return empty = false; });
        if (!scanned) return scanned;
        if (!empty) return fail(damaged_value(Fault::chain_damaged, key, "the record of the tip is gone"));
        const ChainMeta first{.chain = start.chain,
                              .height = Height{0},
                              .hash = start.chain.value,
                              .time = start.time,
                              .log_size = 0,
                              .cert_hash = {},
                              .votes_durable = 0};
        Batch batch;
        put_record(batch, key, first);
        if (Result<void, Error> written = store_->write(batch, Durability::synced); !written) return written;
        *meta = first;
    }
    const ChainMeta& found = **meta;
    if (found.chain != start.chain) {
        return fail(
            Error{.fault = Fault::folder_other_chain,
                  .place = "chain",
                  .detail = "it holds " + to_hex(found.chain.value) + ", expected " + to_hex(start.chain.value)});
    }
    chain_ = found.chain;
    tip_ = {.height = found.height,
            .hash = found.hash,
            .time = found.time,
            .log_size = found.log_size,
            .cert_hash = found.cert_hash};
    votes_durable_ = found.votes_durable;
    if (Result<void, Error> loaded = load_edge(); !loaded) return loaded;
    return load_checkpoints();
}

Result<void, Error> ChainStore::load_edge() {
    std::uint64_t count = tip_.log_size;
    for (unsigned level = 0; count > 0; ++level, count /= tile_width) {
        edge_.emplace_back();
        const std::uint64_t width = count % tile_width;
        if (width == 0) continue;
        const std::uint64_t index = count / tile_width;
        Result<std::optional<Bytes>, Error> hashes = view().tile(level, index, width);
        if (!hashes) return fail(hashes.error());
        if (!*hashes) {
            return fail(damaged_value(Fault::chain_damaged, keys::tile_of(level, index), "hashes of the log are gone"));
        }
        edge_.back() = std::move(**hashes);
    }
    return {};
}

Result<void, Error> ChainStore::load_checkpoints() {
    std::optional<Error> damage;
    const Bytes prefix = keys::of(keys::checkpoint);
    const Result<void, Error> scanned =
        store_->scan({.prefix = prefix, .from = {}, .direction = Direction::forward}, [&](ByteView key, ByteView) {
            if (key.size() != 9) {
                damage = damaged_value(Fault::chain_damaged, key, "the key isn't that of a checkpoint");
                return false;
            }
            checkpoints_.push_back(u64_at(key.subspan(1)));
            return true;
        });
    if (!scanned) return scanned;
    if (damage) return fail(*damage);
    return {};
}

Result<void, Error> ChainStore::check_next(const NewBlock& block) const {
    const std::uint64_t count = block.transactions.size();
    const bool lists_fit = block.ids.size() == count && block.leaf_hashes.size() == count;
    const bool links = block.header.height == tip_.height.next() && block.header.prev == tip_.hash &&
                       block.header.log_size == tip_.log_size + count;
    const bool first = tip_.height == Height{0};
    const bool names_certificate = first
                                       ? block.header.prev_cert_hash == Digest{}
                                       : block.prev_certificate != nullptr &&
                                             certificate_hash(*block.prev_certificate) == block.header.prev_cert_hash &&
                                             block.prev_certificate->hash == tip_.hash;
    if (lists_fit && links && names_certificate && block.certificate.height == block.header.height) return {};
    return fail(Error{.fault = Fault::chain_block_not_next,
                      .place = "height " + std::to_string(block.header.height.value),
                      .detail = "the tip is at height " + std::to_string(tip_.height.value)});
}

void ChainStore::add_hash(Batch& batch, std::size_t level, std::uint64_t number, const Digest& hash) {
    if (level == edge_.size()) edge_.emplace_back();
    datadeed::append(edge_[level], hash);
    if (edge_[level].size() < tile_width * sizeof(Digest)) return;
    const std::uint64_t index = number / tile_width;
    put_sealed(batch, keys::tile_of(static_cast<unsigned>(level), index), edge_[level]);
    std::vector<Digest> nodes(tile_width);
    for (std::size_t i = 0; i < tile_width; ++i) {
        std::copy_n(edge_[level].begin() + static_cast<std::ptrdiff_t>(i * sizeof(Digest)), sizeof(Digest),
                    nodes[i].begin());
    }
    edge_[level].clear();
    add_hash(batch, level + 1, index, crypto::root_of(nodes));
}

void ChainStore::put_hashes(Batch& batch, std::span<const Digest> leaf_hashes) {
    std::uint64_t number = tip_.log_size;
    for (const Digest& hash : leaf_hashes) add_hash(batch, 0, number++, hash);
    // The partial tiles again, as far up as they may have changed.
    std::uint64_t before = tip_.log_size;
    std::uint64_t count = number;
    for (std::size_t level = 0; level < edge_.size() && before != count; ++level) {
        const Bytes key = keys::tile_of(static_cast<unsigned>(level), count / tile_width);
        if (!edge_[level].empty()) put_sealed(batch, key, edge_[level]);
        before /= tile_width;
        count /= tile_width;
    }
}

Result<void, Error> ChainStore::put_prev_certificate(Batch& batch, const NewBlock& block) const {
    if (block.prev_certificate == nullptr || tip_.height == Height{0}) return {};
    if (certificate_hash(*block.prev_certificate) == tip_.cert_hash) return {};
    const Bytes key = keys::of(keys::header, tip_.height.value);
    Result<std::optional<HeaderRecord>, Error> record = get_record<HeaderRecord>(*store_, key, Fault::chain_damaged);
    if (!record) return fail(record.error());
    if (!*record) return fail(damaged_value(Fault::chain_damaged, key, "the header of the tip is gone"));
    (*record)->certificate = *block.prev_certificate;
    put_record(batch, key, **record);
    return {};
}

void ChainStore::put_block(Batch& batch, const NewBlock& block, const Digest& hash) const {
    const std::uint64_t height = block.header.height.value;
    put_record(batch, keys::of(keys::header, height),
               HeaderRecord{.hash = hash, .header = block.header, .certificate = block.certificate});
    put_sealed(batch, keys::of(keys::block, height), encode_block(block));
    for (std::size_t i = 0; i < block.ids.size(); ++i) {
        put_record(
            batch, keys::of(keys::place, block.ids[i].value),
            TxPlace{
                .height = block.header.height, .index = static_cast<std::uint32_t>(i), .log_index = tip_.log_size + i});
    }
    if (!block.ids.empty()) put_sealed(batch, keys::of(keys::log_start, tip_.log_size), number_bytes(height));
}

Result<void, Error> ChainStore::append(const NewBlock& block) {
    if (Result<void, Error> next = check_next(block); !next) return next;
    const Digest hash = ledger::hash(block.header);
    Batch batch;
    if (Result<void, Error> put = put_prev_certificate(batch, block); !put) return put;
    put_block(batch, block, hash);
    put_hashes(batch, block.leaf_hashes);
    const ledger::Tip tip{.height = block.header.height,
                          .hash = hash,
                          .time = block.header.time,
                          .log_size = block.header.log_size,
                          .cert_hash = certificate_hash(block.certificate)};
    const std::uint64_t votes = std::max(votes_durable_, block.votes_durable);
    put_record(batch, keys::of(keys::meta),
               ChainMeta{.chain = chain_,
                         .height = tip.height,
                         .hash = tip.hash,
                         .time = tip.time,
                         .log_size = tip.log_size,
                         .cert_hash = tip.cert_hash,
                         .votes_durable = votes});
    if (Result<void, Error> written = store_->write(batch, Durability::synced); !written) return written;
    tip_ = tip;
    votes_durable_ = votes;
    return {};
}

Result<void, Error> ChainStore::put_checkpoint(std::uint64_t size, std::string_view note) {
    Batch batch;
    put_sealed(batch, keys::of(keys::checkpoint, size), as_bytes(note));
    const auto place = std::lower_bound(checkpoints_.begin(), checkpoints_.end(), size);
    if (place == checkpoints_.end() || *place != size) checkpoints_.insert(place, size);
    while (checkpoints_.size() > checkpoints_kept) {
        batch.erase(keys::of(keys::checkpoint, checkpoints_.front()));
        checkpoints_.pop_front();
    }
    return store_->write(batch, Durability::buffered);
}

}  // namespace datadeed::chain
