#include "chain/state_records.h"

#include <algorithm>

#include "chain/keys.h"
#include "chain/numbers.h"

namespace datadeed::chain {

namespace {

constexpr std::size_t since_size = 8;
constexpr std::uint8_t was_there = 1;

bool begins_with(ByteView key, ByteView prefix) {
    return key.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), key.begin());
}

// The least key behind `after`, without the prefix; nothing when no key of the prefix is behind it.
std::optional<Bytes> start_of(const ScanRequest& request) {
    if (begins_with(request.after, request.prefix)) {
        Bytes start = to_bytes(request.after.subspan(request.prefix.size()));
        if (!request.after.empty()) start.push_back(0);
        return start;
    }
    const bool before = std::lexicographical_compare(request.after.begin(), request.after.end(), request.prefix.begin(),
                                                     request.prefix.end());
    return before ? std::optional<Bytes>{Bytes{}} : std::nullopt;
}

// The first key from `start` on that has an old value.
Result<std::optional<Bytes>, Error> next_old(const KvReader& reader, ByteView prefix, ByteView start) {
    const Bytes kind = keys::old_values_with_prefix(prefix);
    const Bytes whole = keys::old_values_with_prefix(start);
    std::optional<Bytes> found;
    const Result<void, Error> scanned =
        reader.scan({.prefix = kind, .from = ByteView{whole}.subspan(1), .direction = Direction::forward},
                    [&found](ByteView key, ByteView) {
                        found = keys::key_in_old_value(key);
                        return false;
                    });
    if (!scanned) return fail(scanned.error());
    return found;
}

// What the key held at the height, if that was over later.
Result<std::optional<Bytes>, Error> old_at(const KvReader& reader, ByteView key, Height height) {
    const Bytes prefix = keys::old_values_of(key);
    Bytes from;
    put_u64(from, ~height.value);
    std::optional<Bytes> value;
    std::optional<Error> error;
    const Result<void, Error> scanned = reader.scan(
        {.prefix = prefix, .from = from, .direction = Direction::forward}, [&](ByteView found, ByteView sealed) {
            const std::optional<ByteView> content = check_seal(found, sealed);
            if (!content || content->empty()) {
                error = damaged_value(Fault::state_damaged, found, "the value doesn't fit its seal");
            } else if (content->front() == was_there) {
                value = to_bytes(content->subspan(1));
            }
            return false;
        });
    if (!scanned) return fail(scanned.error());
    if (error) return fail(*error);
    return value;
}

// A key that is there now, or was once, and what it held at a height.
struct PastKey {
    Bytes key{};
    std::optional<Bytes> value{};
};

// All keys under a prefix, as of a height: a list of those that are there now and one of those that have old values,
// walked side by side.
class PastKeys {
public:
    // Begins at the first key >= prefix + start. `reader` and `prefix` must outlive it.
    PastKeys(const KvReader& reader, ByteView prefix, Bytes start, Height height)
        : reader_{&reader}, prefix_{prefix}, start_{std::move(start)}, height_{height} {}

    // Nothing behind the last.
    Result<std::optional<PastKey>, Error> next() {
        if (place_ == current_.size() && !is_last_step_) {
            if (const Result<void, Error> stepped = step(); !stepped) return fail(stepped.error());
        }
        if (!knows_old_) {
            Result<std::optional<Bytes>, Error> old = next_old(*reader_, prefix_, start_);
            if (!old) return fail(old.error());
            old_ = std::move(*old);
            knows_old_ = true;
        }
        const bool has_current = place_ < current_.size();
        if (!has_current && !old_) return std::optional<PastKey>{};
        const bool is_old = old_ && (!has_current || *old_ <= current_[place_].key);
        const bool is_current = has_current && (!is_old || *old_ == current_[place_].key);
        PastKey key = is_current ? std::move(current_[place_++]) : PastKey{.key = *old_};
        start_ = to_bytes(ByteView{key.key}.subspan(prefix_.size()));
        start_.push_back(0);
        if (!is_old) return std::optional{std::move(key)};
        knows_old_ = false;
        if (!key.value) {
            Result<std::optional<Bytes>, Error> value = old_at(*reader_, key.key, height_);
            if (!value) return fail(value.error());
            key.value = std::move(*value);
        }
        return std::optional{std::move(key)};
    }

private:
    // Reads the next keys that are there now. A scan for each would cost many times as much.
    Result<void, Error> step() {
        constexpr std::size_t step_size = 64;
        current_.clear();
        place_ = 0;
        const Bytes kind = keys::of(keys::value, prefix_);
        std::optional<Error> error;
        const Result<void, Error> scanned = reader_->scan(
            {.prefix = kind, .from = start_, .direction = Direction::forward}, [&](ByteView key, ByteView sealed) {
                const std::optional<ByteView> content = check_seal(key, sealed);
                std::optional<CurrentValue> value = content ? decode_current(*content) : std::nullopt;
                if (!value) {
                    error = damaged_value(Fault::state_damaged, key, "the value doesn't fit its seal");
                    return false;
                }
                PastKey& read = current_.emplace_back(PastKey{.key = to_bytes(key.subspan(1))});
                if (value->since <= height_) read.value = std::move(value->value);
                return current_.size() < step_size;
            });
        if (!scanned) return scanned;
        if (error) return fail(*error);
        is_last_step_ = current_.size() < step_size;
        return {};
    }

    const KvReader* reader_;
    ByteView prefix_;
    Bytes start_;  // the least that the next key can be, without the prefix
    Height height_;
    std::vector<PastKey> current_{};
    std::size_t place_{0};
    bool is_last_step_{false};
    std::optional<Bytes> old_{};
    bool knows_old_{false};
};

}  // namespace

Bytes encode_current(Height since, ByteView value) {
    Bytes bytes;
    bytes.reserve(since_size + value.size());
    put_u64(bytes, since.value);
    append(bytes, value);
    return bytes;
}

std::optional<CurrentValue> decode_current(ByteView bytes) {
    if (bytes.size() < since_size) return std::nullopt;
    return CurrentValue{.since = Height{u64_at(bytes)}, .value = to_bytes(bytes.subspan(since_size))};
}

Result<std::optional<StateMeta>, Error> read_state_meta(const KvReader& reader) {
    return get_record<StateMeta>(reader, keys::of(keys::meta), Fault::state_damaged);
}

Result<std::optional<CurrentValue>, Error> read_current(const KvReader& reader, ByteView key) {
    const Bytes whole = keys::of(keys::value, key);
    const Result<std::optional<Bytes>, Error> bytes = get_sealed(reader, whole, Fault::state_damaged);
    if (!bytes) return fail(bytes.error());
    if (!*bytes) return std::optional<CurrentValue>{};
    std::optional<CurrentValue> current = decode_current(**bytes);
    if (!current) return fail(damaged_value(Fault::state_damaged, whole, "the value is too short"));
    return current;
}

Result<std::optional<Bytes>, Error> read_at(const KvReader& reader, ByteView key, Height height) {
    Result<std::optional<CurrentValue>, Error> current = read_current(reader, key);
    if (!current) return fail(current.error());
    if (*current && (*current)->since <= height) return std::optional<Bytes>{std::move((*current)->value)};
    return old_at(reader, key, height);
}

Result<std::optional<Bytes>, Error> read_node(const KvReader& reader, const ledger::NodeKey& key) {
    return get_sealed(reader, keys::of(keys::tree_node, key.bytes()), Fault::state_damaged);
}

Result<std::vector<ledger::StateReader::Entry>, Error> scan_current(const KvReader& reader,
                                                                    const ScanRequest& request) {
    std::vector<ledger::StateReader::Entry> entries;
    const std::optional<Bytes> start = start_of(request);
    if (!start || request.limit == 0) return entries;
    const Bytes kind = keys::of(keys::value, request.prefix);
    std::optional<Error> error;
    const Result<void, Error> scanned = reader.scan(
        {.prefix = kind, .from = *start, .direction = Direction::forward}, [&](ByteView key, ByteView sealed) {
            const std::optional<ByteView> content = check_seal(key, sealed);
            if (!content || content->size() < since_size) {
                error = damaged_value(Fault::state_damaged, key, "the value doesn't fit its seal");
                return false;
            }
            entries.push_back({.key = to_bytes(key.subspan(1)), .value = to_bytes(content->subspan(since_size))});
            return entries.size() < request.limit;
        });
    if (!scanned) return fail(scanned.error());
    if (error) return fail(*error);
    return entries;
}

Result<ledger::StateReader::Walk, Error> walk_at(const KvReader& reader, const ScanRequest& request, const Past& past) {
    ledger::StateReader::Walk walk;
    std::optional<Bytes> start = start_of(request);
    if (!start || request.limit == 0) return walk;
    PastKeys keys{reader, request.prefix, std::move(*start), past.height};
    while (true) {
        Result<std::optional<PastKey>, Error> key = keys.next();
        if (!key) return fail(key.error());
        if (!*key) return walk;
        ++walk.looked;
        const bool is_last_look = walk.looked >= past.looks;
        if (is_last_look) walk.stopped = (*key)->key;
        if ((*key)->value) walk.entries.push_back({.key = std::move((*key)->key), .value = std::move(*(*key)->value)});
        if (walk.entries.size() == request.limit) walk.stopped.reset();
        if (is_last_look || walk.entries.size() == request.limit) return walk;
    }
}

}  // namespace datadeed::chain
