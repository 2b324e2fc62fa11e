#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "base/bytes.h"
#include "chain/error.h"

// An ordered map of bytes on disk: the small part of LevelDB that the ledger needs, so that tests and the simulator can
// bring their own. Keys are ordered bytewise.

namespace datadeed::chain {

enum class Durability : std::uint8_t {
    // Survives the end of the process, not of the machine; durable with the next synced write.
    buffered,
    // Durable before write() returns.
    synced,
};

// Puts and erasures that happen together or not at all, later ones over earlier. One flat buffer, so that a block of
// some thousand keys costs few allocations.
class Batch {
public:
    void put(ByteView key, ByteView value) { add(Kind::put, key, value); }
    void erase(ByteView key) { add(Kind::erase, key, {}); }
    void clear();

    [[nodiscard]] std::size_t count() const { return count_; }

    // Calls put(key, value) or erase(key) for each, in order. The views live as long as the batch is unchanged.
    template <class Put, class Erase>
    void for_each(Put&& put, Erase&& erase) const {
        for (std::size_t at = 0; at < bytes_.size();) {
            const Entry entry = entry_at(at);
            if (entry.kind == Kind::put) {
                put(entry.key, entry.value);
            } else {
                erase(entry.key);
            }
            at = entry.end;
        }
    }

private:
    enum class Kind : std::uint8_t { put, erase };
    struct Entry {
        Kind kind{};
        ByteView key{};
        ByteView value{};
        std::size_t end{};
    };
    void add(Kind kind, ByteView key, ByteView value);
    [[nodiscard]] Entry entry_at(std::size_t at) const;

    Bytes bytes_;
    std::size_t count_{0};
};

enum class Direction : std::uint8_t { forward, backward };

// The keys with this prefix. Forward from the first key >= prefix + from; backward from the last key <= prefix + from,
// or from the last key of all with the prefix when `from` is empty. `from` doesn't repeat the prefix.
struct Range {
    ByteView prefix{};
    ByteView from{};
    Direction direction{Direction::forward};
};

// Looks at one pair; false ends the scan. The views live for the call only.
using Visitor = std::function<bool(ByteView key, ByteView value)>;

// Reading. Safe from any number of threads, while another one writes: each get sees one state between two batches, and
// each scan one state from its begin to its end.
class KvReader {
public:
    virtual ~KvReader() = default;

    // The value, or nothing when there's none.
    [[nodiscard]] virtual Result<std::optional<Bytes>, Error> get(ByteView key) const = 0;
    [[nodiscard]] virtual Result<void, Error> scan(const Range& range, const Visitor& visit) const = 0;
};

// The map as it was when the snapshot was taken: several reads that must fit together. It must end before its store
// does.
class KvSnapshot : public KvReader {};

// One thread writes, any may read and take snapshots. After the first error every call returns that same error: the
// caller ends the process and starts again from what is durable.
class KvStore : public KvReader {
public:
    [[nodiscard]] virtual Result<void, Error> write(const Batch& batch, Durability durability) = 0;
    [[nodiscard]] virtual std::unique_ptr<KvSnapshot> snapshot() const = 0;

    // These two from any thread, while others read and write; they may take seconds. Their errors are as those of
    // write().
    // When it returns, all that was written before is durable.
    [[nodiscard]] virtual Result<void, Error> flush() = 0;
    // Gives the room of what was erased under this prefix back to the disk.
    [[nodiscard]] virtual Result<void, Error> compact(ByteView prefix) = 0;
};

}  // namespace datadeed::chain
