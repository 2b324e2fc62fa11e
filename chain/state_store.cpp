#include "chain/state_store.h"

#include <algorithm>
#include <limits>

#include "chain/keys.h"
#include "chain/state_records.h"

namespace datadeed::chain {

namespace {

// Heights whose leftovers one block drops at most, so that a history cut short is worked off bit by bit.
constexpr std::uint64_t drops_per_block = 8;

Bytes encode_old(ByteView value) {
    Bytes bytes{1};
    append(bytes, value);
    return bytes;
}

Error of_other_chain(const ChainId& found, const ChainId& expected) {
    return {.fault = Fault::folder_other_chain,
            .place = "state",
            .detail = "it holds " + to_hex(found.value) + ", expected " + to_hex(expected.value)};
}

}  // namespace

StateStore::StateStore(KvStore& store, const ChainId& chain, StateOptions options)
    : store_{&store},
      chain_{chain},
      options_{std::move(options)},
      values_{options_.value_cache_bytes},
      nodes_{options_.node_cache_bytes} {}

Result<std::unique_ptr<StateStore>, Error> StateStore::open(KvStore& store, const ChainId& chain,
                                                            StateOptions options) {
    std::unique_ptr<StateStore> state{new StateStore{store, chain, std::move(options)}};
    if (const Result<void, Error> loaded = state->load(); !loaded) return fail(loaded.error());
    return state;
}

Result<void, Error> StateStore::load() {
    Result<std::optional<StateMeta>, Error> meta = read_state_meta(*store_);
    if (!meta) return fail(meta.error());
    if (!*meta) {
        bool empty = true;
        const Result<void, Error> scanned = store_->scan({}, [&empty](ByteView, ByteView) { return empty = false; });
        if (!scanned) return scanned;
        if (!empty) {
            return fail(damaged_value(Fault::state_damaged, keys::of(keys::meta), "the record of the height is gone"));
        }
        return {};
    }
    if ((*meta)->chain != chain_) return fail(of_other_chain((*meta)->chain, chain_));
    if (!(*meta)->log.is_well_formed()) {
        return fail(damaged_value(Fault::state_damaged, keys::of(keys::meta), "the range of the log is malformed"));
    }
    has_state_ = true;
    height_ = (*meta)->height;
    oldest_ = (*meta)->oldest;
    block_hash_ = (*meta)->block_hash;
    log_ = std::move((*meta)->log);
    return {};
}

std::optional<Height> StateStore::applied() const {
    return has_state_ ? std::optional<Height>{height_} : std::nullopt;
}

void StateStore::note(const Error& error) const {
    if (error_) return;
    error_ = error;
    if (options_.on_error) options_.on_error(error);
}

// That a key is absent is kept as well: new ids are looked up at admission, in the block and when it's written.
Result<const Bytes*, Error> StateStore::current(ByteView key) const {
    if (const Bytes* cached = values_.find(key)) return cached;
    Result<std::optional<Bytes>, Error> bytes = get_sealed(*store_, keys::of(keys::value, key), Fault::state_damaged);
    if (!bytes) return fail(bytes.error());
    if (*bytes && !decode_current(**bytes)) {
        return fail(damaged_value(Fault::state_damaged, key, "the value is too short"));
    }
    return &values_.put(key, std::move(*bytes).value_or(Bytes{}));
}

std::optional<Bytes> StateStore::get(ByteView key) const {
    const Result<const Bytes*, Error> bytes = current(key);
    if (!bytes) {
        note(bytes.error());
        return std::nullopt;
    }
    std::optional<CurrentValue> found = decode_current(**bytes);
    if (!found) return std::nullopt;
    return std::move(found->value);
}

std::vector<ledger::StateReader::Entry> StateStore::scan(ByteView prefix, ByteView after, std::size_t limit) const {
    Result<std::vector<Entry>, Error> entries =
        scan_current(*store_, {.prefix = prefix, .after = after, .limit = limit});
    if (entries) return std::move(*entries);
    note(entries.error());
    return {};
}

std::optional<Bytes> StateStore::node(const ledger::NodeKey& key) const {
    const Bytes name = key.bytes();
    if (const Bytes* cached = nodes_.find(name)) return *cached;
    Result<std::optional<Bytes>, Error> bytes = read_node(*store_, key);
    if (!bytes) {
        note(bytes.error());
        return std::nullopt;
    }
    // Nobody asks for a node that no other names: it was there.
    if (!*bytes) {
        note(damaged_value(Fault::state_damaged, keys::of(keys::tree_node, name), "the tree node is gone"));
        return std::nullopt;
    }
    nodes_.put(name, **bytes);
    return std::move(*bytes);
}

Result<StateStore::Written, Error> StateStore::put_values(Batch& batch, const StateUpdate& update) const {
    Written written;
    for (const auto& [key, value] : update.changes) {
        const Result<const Bytes*, Error> before = current(key);
        if (!before) return fail(before.error());
        const std::optional<CurrentValue> old = decode_current(**before);
        if (!old && !value) continue;
        if (old) {
            if (value && *value == old->value) continue;
            written.leftovers.push_back(keys::old_value_of(key, old->since));
            put_sealed(batch, written.leftovers.back(), encode_old(old->value));
        }
        const Bytes whole = keys::of(keys::value, key);
        Bytes now;
        if (value) {
            now = encode_current(update.height, *value);
            put_sealed(batch, whole, now);
        } else {
            batch.erase(whole);
            written.leftovers.push_back(keys::old_value_of(key, update.height));
            put_sealed(batch, written.leftovers.back(), Bytes{0});
        }
        written.values.emplace_back(key, std::move(now));
    }
    return written;
}

Result<Height, Error> StateStore::drop_old(Batch& batch, Height height) const {
    if (options_.history == 0 || height.value <= options_.history) return oldest_;
    const std::uint64_t aim = height.value - options_.history;
    Height oldest = oldest_;
    for (std::uint64_t i = 0; i < drops_per_block && oldest.value < aim; ++i) {
        oldest = oldest.next();
        const Bytes key = keys::of(keys::prune, oldest.value);
        const Result<std::optional<PruneRecord>, Error> record =
            get_record<PruneRecord>(*store_, key, Fault::state_damaged);
        if (!record) return fail(record.error());
        if (!*record) continue;
        for (const Bytes& leftover : (*record)->keys) batch.erase(leftover);
        batch.erase(key);
    }
    return oldest;
}

Result<void, Error> StateStore::apply(const StateUpdate& update) {
    if (error_) return fail(*error_);
    const Height next = has_state_ ? height_.next() : Height{0};
    if (update.height != next) {
        return fail(Error{.fault = Fault::state_block_not_next,
                          .place = "height " + std::to_string(update.height.value),
                          .detail = "expected height " + std::to_string(next.value)});
    }
    Batch batch;
    Result<Written, Error> values = put_values(batch, update);
    if (!values) return fail(values.error());
    for (const ledger::TreeUpdate::Node& node : update.tree.nodes) {
        put_sealed(batch, keys::of(keys::tree_node, node.key.bytes()), node.bytes);
    }
    for (const ledger::NodeKey& stale : update.tree.stale) {
        values->leftovers.push_back(keys::of(keys::tree_node, stale.bytes()));
    }
    // Without a bound on history nothing is ever dropped, so nobody needs to know what could be.
    if (options_.history > 0 && !values->leftovers.empty()) {
        put_record(batch, keys::of(keys::prune, update.height.value),
                   PruneRecord{.keys = std::move(values->leftovers)});
    }
    const Result<Height, Error> oldest = drop_old(batch, update.height);
    if (!oldest) return fail(oldest.error());
    put_record(batch, keys::of(keys::meta),
               StateMeta{.chain = chain_,
                         .height = update.height,
                         .block_hash = update.block_hash,
                         .oldest = *oldest,
                         .log = update.log});
    if (Result<void, Error> written = store_->write(batch, Durability::synced); !written) return written;
    has_state_ = true;
    height_ = update.height;
    oldest_ = *oldest;
    block_hash_ = update.block_hash;
    log_ = update.log;
    refresh_caches(update, std::move(*values));
    return {};
}

void StateStore::refresh_caches(const StateUpdate& update, Written written) {
    for (auto& [key, value] : written.values) values_.put(key, std::move(value));
    for (const ledger::TreeUpdate::Node& node : update.tree.nodes) nodes_.put(node.key.bytes(), node.bytes);
    for (const ledger::NodeKey& stale : update.tree.stale) nodes_.erase(stale.bytes());
}

Result<std::unique_ptr<StateSnapshot>, Error> StateSnapshot::open(const KvStore& store, std::optional<Height> at,
                                                                  OnStateError on_error) {
    std::unique_ptr<StateSnapshot> state{new StateSnapshot};
    state->reader_ = store.snapshot();
    const Result<std::optional<StateMeta>, Error> meta = read_state_meta(*state->reader_);
    if (!meta) return fail(meta.error());
    const std::string asked = at ? "height " + std::to_string(at->value) : "the last height";
    if (!*meta)
        return fail(Error{.fault = Fault::state_height_not_kept, .place = asked, .detail = "there's no state yet"});
    const Height last = (*meta)->height;
    const Height height = at.value_or(last);
    if (height > last || height < (*meta)->oldest) {
        return fail(Error{.fault = Fault::state_height_not_kept,
                          .place = asked,
                          .detail = "kept are heights " + std::to_string((*meta)->oldest.value) + " to " +
                                    std::to_string(last.value)});
    }
    state->height_ = height;
    state->is_last_ = height == last;
    state->on_error_ = std::move(on_error);
    return state;
}

template <class T>
T StateSnapshot::good(Result<T, Error> result) const {
    if (result) return std::move(*result);
    if (!error_) {
        error_ = result.error();
        if (on_error_) on_error_(*error_);
    }
    return {};
}

std::optional<Bytes> StateSnapshot::get(ByteView key) const {
    return good(read_at(*reader_, key, height_));
}

std::vector<ledger::StateReader::Entry> StateSnapshot::scan(ByteView prefix, ByteView after, std::size_t limit) const {
    if (is_last_) return good(scan_current(*reader_, {.prefix = prefix, .after = after, .limit = limit}));
    return walk(prefix, after, limit, std::numeric_limits<std::size_t>::max()).entries;
}

ledger::StateReader::Walk StateSnapshot::walk(ByteView prefix, ByteView after, std::size_t limit,
                                              std::size_t looks) const {
    if (is_last_) return StateReader::walk(prefix, after, limit, looks);
    const ScanRequest request{.prefix = prefix, .after = after, .limit = limit};
    return good(walk_at(*reader_, request, {.height = height_, .looks = looks}));
}

std::optional<Bytes> StateSnapshot::node(const ledger::NodeKey& key) const {
    return good(read_node(*reader_, key));
}

}  // namespace datadeed::chain
