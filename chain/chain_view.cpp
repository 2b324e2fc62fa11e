#include "chain/chain_view.h"

#include <algorithm>

#include "chain/chain_gaps.h"
#include "chain/keys.h"
#include "chain/numbers.h"
#include "chain/records.h"
#include "crypto/hash.h"

namespace datadeed::chain {

namespace {

Error not_found(const std::string& what) {
    return {.fault = Fault::chain_not_found, .place = what, .detail = {}};
}

Result<std::optional<HeaderRecord>, Error> header_record(const KvReader& reader, Height height) {
    const Bytes key = keys::of(keys::header, height.value);
    Result<std::optional<HeaderRecord>, Error> record = get_record<HeaderRecord>(reader, key, Fault::chain_damaged);
    if (!record || !*record) return record;
    if ((*record)->header.height != height || ledger::hash((*record)->header) != (*record)->hash) {
        return fail(damaged_value(Fault::chain_damaged, key, "the header doesn't fit its hash or height"));
    }
    return record;
}

// "Nothing", unless what was at this height lies in a gap.
template <class T>
Result<std::optional<T>, Error> nothing_at(const KvReader& reader, Height height) {
    Result<std::optional<Error>, Error> gap = gap_at(reader, height);
    if (!gap) return fail(gap.error());
    if (*gap) return fail(std::move(**gap));
    return std::optional<T>{};
}

// The leaves below a tile; up to the end of all numbers for one that no log reaches, which no gap holds.
LeafSpan leaves_below(unsigned level, std::uint64_t index) {
    const unsigned shift = tile_height * (level + 1);
    if (shift >= 63 || index >= (std::uint64_t{1} << (63 - shift))) return {.begin = 0, .end = UINT64_MAX};
    return {.begin = index << shift, .end = (index + 1) << shift};
}

// What is said of a leaf of the log that no block here has: it lies in a gap, or the damage that this is.
Error without_leaf(const KvReader& reader, std::uint64_t log_index, Error damage) {
    Result<std::optional<Error>, Error> gap = gap_in(reader, {.begin = log_index, .end = log_index + 1});
    if (!gap) return gap.error();
    return *gap ? std::move(**gap) : std::move(damage);
}

// A pair of keys that a scan came by.
struct Found {
    Bytes key{};
    Bytes value{};
};

// The first pair of a range, seal checked and cut off.
Result<std::optional<Found>, Error> first_of(const KvReader& reader, const Range& range) {
    std::optional<Found> found;
    const Result<void, Error> scanned = reader.scan(range, [&found](ByteView key, ByteView value) {
        found = Found{.key = to_bytes(key), .value = to_bytes(value)};
        return false;
    });
    if (!scanned) return fail(scanned.error());
    if (!found) return std::optional<Found>{};
    if (!check_seal(found->key, found->value)) {
        return fail(damaged_value(Fault::chain_damaged, found->key, "the value doesn't fit its seal"));
    }
    found->value.resize(found->value.size() - seal_size);
    return found;
}

struct LogStart {
    std::uint64_t first{};
    Height height{};
};

// The last block that begins at or before this leaf.
Result<std::optional<LogStart>, Error> log_start(const KvReader& reader, std::uint64_t log_index) {
    const Bytes prefix = keys::of(keys::log_start);
    Bytes from;
    put_u64(from, log_index);
    const Result<std::optional<Found>, Error> found =
        first_of(reader, {.prefix = prefix, .from = from, .direction = Direction::backward});
    if (!found) return fail(found.error());
    if (!*found || (*found)->key.size() != 9 || (*found)->value.size() != 8) return std::optional<LogStart>{};
    return std::optional<LogStart>{
        LogStart{.first = u64_at(ByteView{(*found)->key}.subspan(1)), .height = Height{u64_at((*found)->value)}}};
}

// A key that isn't one of ours must not hide the checkpoints behind it.
Result<std::optional<StoredCheckpoint>, Error> checkpoint_of(const std::optional<Found>& found) {
    if (!found) return std::optional<StoredCheckpoint>{};
    if (found->key.size() != 9) {
        return fail(damaged_value(Fault::chain_damaged, found->key, "the key isn't that of a checkpoint"));
    }
    return std::optional<StoredCheckpoint>{
        StoredCheckpoint{.size = u64_at(ByteView{found->key}.subspan(1)), .note = std::string{as_text(found->value)}}};
}

Digest digest_at(ByteView hashes, std::size_t number) {
    Digest digest{};
    std::copy_n(hashes.subspan(number * digest.size()).begin(), digest.size(), digest.begin());
    return digest;
}

}  // namespace

Digest certificate_hash(const consensus::CommitCertificate& certificate) {
    cbor::Writer writer;
    writer.array(2);
    writer.text("datadeed/certificate/1");
    encode_to(writer, certificate);
    return crypto::sha256(writer.data());
}

Result<ledger::Tip, Error> ChainView::tip() const {
    const Bytes key = keys::of(keys::meta);
    const Result<std::optional<ChainMeta>, Error> meta = get_record<ChainMeta>(*reader_, key, Fault::chain_damaged);
    if (!meta) return fail(meta.error());
    if (!*meta) return fail(damaged_value(Fault::chain_damaged, key, "the chain was never begun"));
    return ledger::Tip{.height = (*meta)->height,
                       .hash = (*meta)->hash,
                       .time = (*meta)->time,
                       .log_size = (*meta)->log_size,
                       .cert_hash = (*meta)->cert_hash};
}

Result<Height, Error> ChainView::first_block() const {
    const Result<std::vector<ChainGap>, Error> gaps = read_gaps(*reader_);
    if (!gaps) return fail(gaps.error());
    return gaps->empty() ? Height{1} : gaps->back().last.next();
}

Result<std::optional<StoredHeader>, Error> ChainView::header(Height height) const {
    Result<std::optional<HeaderRecord>, Error> record = header_record(*reader_, height);
    if (!record) return fail(record.error());
    if (!*record) return nothing_at<StoredHeader>(*reader_, height);
    return std::optional<StoredHeader>{StoredHeader{.hash = (*record)->hash,
                                                    .header = std::move((*record)->header),
                                                    .certificate = std::move((*record)->certificate)}};
}

Result<std::optional<StoredBlock>, Error> ChainView::block(Height height) const {
    Result<std::optional<HeaderRecord>, Error> record = header_record(*reader_, height);
    if (!record) return fail(record.error());
    const Bytes key = keys::of(keys::block, height.value);
    Result<std::optional<ledger::Block>, Error> block = get_record<ledger::Block>(*reader_, key, Fault::chain_damaged);
    if (!block) return fail(block.error());
    if (!*block) {
        const Result<std::optional<StoredBlock>, Error> nothing = nothing_at<StoredBlock>(*reader_, height);
        if (!nothing || !*record) return nothing;
    }
    if (!*record || !*block || (*block)->header != (*record)->header) {
        return fail(damaged_value(Fault::chain_damaged, key, "the block doesn't fit its header"));
    }
    return std::optional<StoredBlock>{StoredBlock{
        .hash = (*record)->hash, .block = std::move(**block), .certificate = std::move((*record)->certificate)}};
}

Result<std::optional<TxPlace>, Error> ChainView::find(const ledger::TxId& id) const {
    return get_record<TxPlace>(*reader_, keys::of(keys::place, id.value), Fault::chain_damaged);
}

Result<void, Error> ChainView::places(const PlaceVisitor& visit) const {
    std::optional<Error> damage;
    const Bytes prefix = keys::of(keys::place);
    const Result<void, Error> scanned = reader_->scan(
        {.prefix = prefix, .from = {}, .direction = Direction::forward}, [&](ByteView key, ByteView sealed) {
            ledger::TxId id{};
            if (key.size() != 1 + id.value.size()) {
                damage = damaged_value(Fault::chain_damaged, key, "the key isn't that of a transaction");
                return false;
            }
            std::copy(key.begin() + 1, key.end(), id.value.begin());
            visit(id, record_of<TxPlace>(key, sealed, Fault::chain_damaged));
            return true;
        });
    if (!scanned) return scanned;
    if (damage) return fail(*damage);
    return {};
}

Result<std::optional<Bytes>, Error> ChainView::leaf(std::uint64_t log_index) const {
    Result<std::vector<Bytes>, Error> one = leaves(log_index, 1);
    if (!one) return fail(one.error());
    if (one->empty()) return std::optional<Bytes>{};
    return std::optional<Bytes>{std::move(one->front())};
}

Result<std::vector<Bytes>, Error> ChainView::leaves(std::uint64_t first, std::size_t count) const {
    const Result<ledger::Tip, Error> tip = this->tip();
    if (!tip) return fail(tip.error());
    std::vector<Bytes> leaves;
    while (leaves.size() < count && first + leaves.size() < tip->log_size) {
        const std::uint64_t next = first + leaves.size();
        const Result<std::optional<LogStart>, Error> start = log_start(*reader_, next);
        if (!start) return fail(start.error());
        if (!*start) {
            return fail(without_leaf(*reader_, next,
                                     damaged_value(Fault::chain_damaged, keys::of(keys::log_start, next),
                                                   "no block begins at or before this leaf")));
        }
        Result<std::optional<StoredBlock>, Error> block = this->block((*start)->height);
        if (!block) return fail(block.error());
        const std::uint64_t skip = next - (*start)->first;
        if (!*block || (*block)->block.transactions.size() <= skip) {
            return fail(without_leaf(*reader_, next,
                                     damaged_value(Fault::chain_damaged, keys::of(keys::block, (*start)->height.value),
                                                   "the block lacks a leaf of the log")));
        }
        std::vector<ledger::RawTransaction>& transactions = (*block)->block.transactions;
        for (std::size_t i = static_cast<std::size_t>(skip); i < transactions.size() && leaves.size() < count; ++i) {
            leaves.push_back(std::move(transactions[i].bytes));
        }
    }
    return leaves;
}

Result<std::optional<Bytes>, Error> ChainView::tile(unsigned level, std::uint64_t index, std::uint64_t width) const {
    const Bytes key = keys::tile_of(level, index);
    Result<std::optional<Bytes>, Error> hashes = get_sealed(*reader_, key, Fault::chain_damaged);
    if (!hashes) return hashes;
    if (!*hashes || (*hashes)->size() < width * sizeof(Digest)) {
        Result<std::optional<Error>, Error> gap = gap_in(*reader_, leaves_below(level, index));
        if (!gap) return fail(gap.error());
        if (*gap) return fail(std::move(**gap));
        return std::optional<Bytes>{};
    }
    (*hashes)->resize(static_cast<std::size_t>(width) * sizeof(Digest));
    return hashes;
}

Result<Digest, Error> ChainView::node(unsigned level, std::uint64_t index) const {
    // A tile of level L holds nodes of tree level 8*L; those between are made from 2^r of them.
    const std::uint64_t count = std::uint64_t{1} << (level % tile_height);
    const std::uint64_t first = index * count;
    const std::uint64_t offset = first % tile_width;
    const Result<std::optional<Bytes>, Error> hashes = tile(level / tile_height, first / tile_width, offset + count);
    if (!hashes) return fail(hashes.error());
    if (!*hashes) return fail(not_found("node " + std::to_string(index) + " of level " + std::to_string(level)));
    std::vector<Digest> nodes;
    for (std::uint64_t i = 0; i < count; ++i)
        nodes.push_back(digest_at(**hashes, static_cast<std::size_t>(offset + i)));
    for (; nodes.size() > 1; nodes.resize(nodes.size() / 2)) {
        for (std::size_t i = 0; i < nodes.size() / 2; ++i) nodes[i] = crypto::node_hash(nodes[2 * i], nodes[2 * i + 1]);
    }
    return nodes.front();
}

template <class Make>
auto ChainView::with_nodes(std::uint64_t size, Make&& make) const
    -> Result<decltype(make(crypto::NodeReader{})), Error> {
    const Result<ledger::Tip, Error> tip = this->tip();
    if (!tip) return fail(tip.error());
    if (size > tip->log_size) return fail(not_found("log size " + std::to_string(size)));
    std::optional<Error> error;
    auto result = make([this, &error](unsigned level, std::uint64_t index) {
        const Result<Digest, Error> hash = node(level, index);
        if (!hash && !error) error = hash.error();
        return hash ? *hash : Digest{};
    });
    if (error) return fail(*error);
    return result;
}

Result<Digest, Error> ChainView::root(std::uint64_t size) const {
    return with_nodes(size, [size](const crypto::NodeReader& read) { return crypto::root_of(read, size); });
}

Result<std::vector<Digest>, Error> ChainView::inclusion(const crypto::LeafPlace& place) const {
    if (place.index >= place.size) return fail(not_found("log index " + std::to_string(place.index)));
    return with_nodes(place.size,
                      [&place](const crypto::NodeReader& read) { return crypto::inclusion_path(read, place); });
}

Result<std::optional<StoredCheckpoint>, Error> ChainView::latest_checkpoint() const {
    const Bytes prefix = keys::of(keys::checkpoint);
    const Result<std::optional<Found>, Error> found =
        first_of(*reader_, {.prefix = prefix, .from = {}, .direction = Direction::backward});
    if (!found) return fail(found.error());
    return checkpoint_of(*found);
}

Result<std::optional<StoredCheckpoint>, Error> ChainView::checkpoint_of_at_least(std::uint64_t size) const {
    const Bytes prefix = keys::of(keys::checkpoint);
    Bytes from;
    put_u64(from, size);
    const Result<std::optional<Found>, Error> found =
        first_of(*reader_, {.prefix = prefix, .from = from, .direction = Direction::forward});
    if (!found) return fail(found.error());
    return checkpoint_of(*found);
}

}  // namespace datadeed::chain
