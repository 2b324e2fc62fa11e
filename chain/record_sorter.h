#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/types.h"
#include "chain/file.h"
#include "ledger/state_parts.h"

namespace datadeed::chain {

// Brings the records of a state, which come in the order of their keys, into the order of their key hashes, in which
// they are cut into parts. What doesn't fit into memory is sorted in runs, which lie in one file and are merged. One
// thread.
class RecordSorter {
public:
    struct Options {
        // Records in memory, in bytes; each run is as large. Merging takes `buffer` for each run.
        std::size_t memory{std::size_t{64} << 20U};
        std::size_t buffer{std::size_t{64} << 10U};
    };

    // The file is made when it's needed; nothing in it outlives a crash.
    RecordSorter(FileSystem& files, std::string path, Options options)
        : files_{&files}, path_{std::move(path)}, options_{options} {}

    // Keys must differ (asserted where they are cut), sizes be those of a record (asserted). Errors: file_*.
    [[nodiscard]] Result<void, Error> add(ledger::StateRecord record);

    using Visitor = std::function<Result<void, Error>(ledger::StateRecord record)>;
    // All of them in strictly rising order, once; the first error ends it. Removes the file. What the disk changed is
    // file_io with the file's path.
    [[nodiscard]] Result<void, Error> visit(const Visitor& visit);

private:
    struct Entry {
        Digest key_hash{};
        ledger::StateRecord record{};
    };
    struct Run {
        std::uint64_t begin{};
        std::uint64_t end{};
    };
    class RunReader;

    void sort();
    [[nodiscard]] Result<void, Error> spill();
    [[nodiscard]] Result<void, Error> merge(const Visitor& visit);

    FileSystem* files_;
    std::string path_;
    Options options_;
    std::vector<Entry> entries_{};
    std::size_t size_{0};
    std::unique_ptr<File> file_{};
    std::uint64_t file_size_{0};
    std::vector<Run> runs_{};
};

}  // namespace datadeed::chain
