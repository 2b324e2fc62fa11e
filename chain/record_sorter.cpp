#include "chain/record_sorter.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/assert.h"
#include "chain/numbers.h"
#include "crypto/hash.h"

namespace datadeed::chain {

namespace {

// Of a record in a run: size of its key, size of its value, check. The check is the first 8 bytes of the SHA-256 over
// the sizes, the key and the value: a disk that changes what it keeps must not look like a damaged state.
constexpr std::size_t sizes_size = 8;
constexpr std::size_t check_size = 8;
constexpr std::size_t head_size = sizes_size + check_size;

Digest check_of(ByteView sizes, ByteView key, ByteView value) {
    return crypto::sha256({sizes, key, value});
}

void append_record(Bytes& bytes, const ledger::StateRecord& record) {
    Bytes sizes;
    put_u32(sizes, static_cast<std::uint32_t>(record.key.size()));
    put_u32(sizes, static_cast<std::uint32_t>(record.value.size()));
    append(bytes, sizes);
    append(bytes, ByteView{check_of(sizes, record.key, record.value)}.first(check_size));
    append(bytes, record.key);
    append(bytes, record.value);
}

// What is read from the file isn't what was written to it.
Error changed_file(const std::string& path, std::string detail) {
    return {.fault = Fault::file_io, .place = path, .detail = std::move(detail)};
}

}  // namespace

// One run, from its front, some of it in memory.
class RecordSorter::RunReader {
public:
    RunReader(const RecordSorter& sorter, const Run& run) : sorter_{&sorter}, rest_{run} {}

    // The next record; nothing behind the last one.
    Result<std::optional<Entry>, Error> next() {
        if (at_ == buffer_.size() && rest_.begin == rest_.end) return std::optional<Entry>{};
        if (const Result<void, Error> filled = need(head_size); !filled) return fail(filled.error());
        const Bytes head = to_bytes(take(head_size));
        const std::size_t key_size = u32_at(head);
        const std::size_t value_size = u32_at(ByteView{head}.subspan(4));
        if (key_size > ledger::record_key_max || value_size > ledger::record_value_max) {
            return fail(changed_file(sorter_->path_, "a record in it has another size than was written"));
        }
        if (const Result<void, Error> filled = need(key_size + value_size); !filled) return fail(filled.error());
        Entry entry;
        entry.record.key = to_bytes(take(key_size));
        entry.record.value = to_bytes(take(value_size));
        const Digest check = check_of(ByteView{head}.first(sizes_size), entry.record.key, entry.record.value);
        if (!std::equal(check.begin(), check.begin() + check_size, head.begin() + sizes_size)) {
            return fail(changed_file(sorter_->path_, "a record in it isn't what was written"));
        }
        entry.key_hash = crypto::sha256(entry.record.key);
        return std::optional{std::move(entry)};
    }

private:
    Result<void, Error> need(std::size_t size) {
        if (buffer_.size() - at_ >= size) return {};
        buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(at_));
        at_ = 0;
        const std::uint64_t wanted = std::max(size - buffer_.size(), sorter_->options_.buffer);
        const auto count = static_cast<std::size_t>(std::min(wanted, rest_.end - rest_.begin));
        const Result<Bytes, Error> more = sorter_->file_->read(rest_.begin, count);
        if (!more) return fail(more.error());
        append(buffer_, *more);
        rest_.begin += more->size();
        if (buffer_.size() < size) return fail(changed_file(sorter_->path_, "it ends before what was written to it"));
        return {};
    }

    ByteView take(std::size_t size) {
        at_ += size;
        return ByteView{buffer_}.subspan(at_ - size, size);
    }

    const RecordSorter* sorter_;
    Run rest_;
    Bytes buffer_{};
    std::size_t at_{0};
};

void RecordSorter::sort() {
    std::ranges::sort(entries_, {}, &Entry::key_hash);
}

Result<void, Error> RecordSorter::add(ledger::StateRecord record) {
    DATADEED_ASSERT(record.key.size() <= ledger::record_key_max && record.value.size() <= ledger::record_value_max);
    size_ += record.key.size() + record.value.size() + sizeof(Entry);
    const Digest key_hash = crypto::sha256(record.key);
    entries_.push_back({.key_hash = key_hash, .record = std::move(record)});
    if (size_ < options_.memory) return {};
    return spill();
}

Result<void, Error> RecordSorter::spill() {
    if (!file_) {
        Result<std::unique_ptr<File>, Error> opened = files_->open(path_, OpenMode::create_if_missing);
        if (!opened) return fail(opened.error());
        file_ = std::move(*opened);
        if (Result<void, Error> emptied = file_->truncate(0); !emptied) return emptied;
    }
    sort();
    Run run{.begin = file_size_, .end = file_size_};
    Bytes bytes;
    const auto write = [&]() -> Result<void, Error> {
        run.end += bytes.size();
        Result<void, Error> written = file_->append(bytes);
        bytes.clear();
        return written;
    };
    for (const Entry& entry : entries_) {
        append_record(bytes, entry.record);
        if (bytes.size() < options_.buffer) continue;
        if (Result<void, Error> written = write(); !written) return written;
    }
    if (Result<void, Error> written = write(); !written) return written;
    file_size_ = run.end;
    runs_.push_back(run);
    entries_.clear();
    size_ = 0;
    return {};
}

Result<void, Error> RecordSorter::merge(const Visitor& visit) {
    struct Front {
        Entry entry{};
        std::size_t run{};
    };
    const auto later = [](const Front& a, const Front& b) { return a.entry.key_hash > b.entry.key_hash; };
    std::vector<Front> fronts;  // a heap, the lowest key hash on top
    std::vector<RunReader> readers;
    const auto advance = [&](std::size_t run) -> Result<void, Error> {
        Result<std::optional<Entry>, Error> entry = readers[run].next();
        if (!entry) return fail(entry.error());
        if (!*entry) return {};
        fronts.push_back({.entry = std::move(**entry), .run = run});
        std::ranges::push_heap(fronts, later);
        return {};
    };
    for (std::size_t run = 0; run < runs_.size(); ++run) {
        readers.emplace_back(*this, runs_[run]);
        if (Result<void, Error> begun = advance(run); !begun) return begun;
    }
    std::optional<Digest> before;
    while (!fronts.empty()) {
        std::ranges::pop_heap(fronts, later);
        Front front = std::move(fronts.back());
        fronts.pop_back();
        // One record in another's place fits its check.
        if (before && *before >= front.entry.key_hash) {
            return fail(changed_file(path_, "its records aren't in the order in which they were written"));
        }
        before = front.entry.key_hash;
        if (Result<void, Error> seen = visit(std::move(front.entry.record)); !seen) return seen;
        if (Result<void, Error> advanced = advance(front.run); !advanced) return advanced;
    }
    file_.reset();
    return files_->remove(path_);
}

Result<void, Error> RecordSorter::visit(const Visitor& visit) {
    if (!runs_.empty()) {
        if (Result<void, Error> last = spill(); !last) return last;
        return merge(visit);
    }
    sort();
    for (Entry& entry : entries_) {
        if (Result<void, Error> seen = visit(std::move(entry.record)); !seen) return seen;
    }
    entries_.clear();
    return {};
}

}  // namespace datadeed::chain
