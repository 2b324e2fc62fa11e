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

// The first key of the current state from `start` on.
Result<std::optional<Bytes>, Error> next_current(const KvReader& reader, ByteView prefix, ByteView start) {
    const Bytes kind = keys::of(keys::value, prefix);
    std::optional<Bytes> found;
    const Result<void, Error> scanned =
        reader.scan({.prefix = kind, .from = start, .direction = Direction::forward}, [&found](ByteView key, ByteView) {
            found = to_bytes(key.subspan(1));
            return false;
        });
    if (!scanned) return fail(scanned.error());
    return found;
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

Result<std::vector<ledger::StateReader::Entry>, Error> scan_at(const KvReader& reader, const ScanRequest& request,
                                                               Height height) {
    std::vector<ledger::StateReader::Entry> entries;
    std::optional<Bytes> start = start_of(request);
    // Keys that were there at the height are current or have an old value; walk both lists side by side.
    while (start && entries.size() < request.limit) {
        const Result<std::optional<Bytes>, Error> current = next_current(reader, request.prefix, *start);
        if (!current) return fail(current.error());
        Bytes whole = to_bytes(request.prefix);
        append(whole, *start);
        Result<std::optional<Bytes>, Error> old = next_old(reader, request.prefix, *start);
        if (!old) return fail(old.error());
        if (!*current && !*old) break;
        const bool take_old = !*current || (*old && **old < **current);
        Bytes key = take_old ? **old : **current;
        Result<std::optional<Bytes>, Error> value = read_at(reader, key, height);
        if (!value) return fail(value.error());
        start = to_bytes(ByteView{key}.subspan(request.prefix.size()));
        start->push_back(0);
        if (*value) entries.push_back({.key = std::move(key), .value = std::move(**value)});
    }
    return entries;
}

}  // namespace datadeed::chain
