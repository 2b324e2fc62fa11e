#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "chain/file.h"

namespace datadeed::chain {

// Files in memory that know what is durable and what isn't, so that a machine can lose its power at any point. For
// tests and the simulator; one thread.
//
// The model: a file's content is durable after sync() on it; a name (made, renamed, removed) after sync_folder() on its
// folder. What isn't durable may or may not survive crash(): of a file's unsynced appends any prefix, byte-wise, and
// behind it, as torn pages do, perhaps zeros; each unsynced name either as it was or as it is.
class MemoryFileSystem final : public FileSystem {
public:
    // Gives a number in [0, bound); bound is at least 1.
    using Choose = std::function<std::uint64_t(std::uint64_t bound)>;

    [[nodiscard]] Result<std::unique_ptr<File>, Error> open(const std::string& path, OpenMode mode) override;
    [[nodiscard]] Result<bool, Error> exists(const std::string& path) const override;
    [[nodiscard]] Result<void, Error> rename(const std::string& from, const std::string& to) override;
    [[nodiscard]] Result<void, Error> remove(const std::string& path) override;
    [[nodiscard]] Result<void, Error> sync_folder(const std::string& folder) override;
    [[nodiscard]] Result<void, Error> create_folder(const std::string& folder) override;
    [[nodiscard]] Result<std::vector<std::string>, Error> list(const std::string& folder) const override;
    [[nodiscard]] Result<std::unique_ptr<FileLock>, Error> lock(const std::string& path,
                                                                std::string_view owner) override;

    // The power goes: what wasn't durable is lost, all of it.
    void crash();
    // As above, but `choose` decides what of it survives.
    void crash(const Choose& choose);

    // From now on the operation number `after` that changes something (0 is the next one) fails with this fault, and so
    // does every one behind it, until heal(). A failing append still writes half of its bytes.
    void fail_after(std::uint64_t after, Fault fault);
    // From now on the disk takes so many more bytes and then no more: appends beyond them write what fits and fail with
    // file_disk_full. All else works on, as on a real disk; what is removed makes no room.
    void fill_after(std::uint64_t bytes) { room_ = bytes; }
    void heal();
    // How many changing operations there have been: to fail at each of them in turn.
    [[nodiscard]] std::uint64_t operations() const { return operations_; }

    // The content as it is now, durable or not, or nothing; and a way to damage it for good.
    [[nodiscard]] std::optional<Bytes> content(const std::string& path) const;
    void set_content(const std::string& path, Bytes content);
    // What would be there after a crash that loses all it can; null for nothing. Until the next change.
    [[nodiscard]] const Bytes* durable_content(const std::string& path) const;

private:
    friend class MemoryFile;
    friend class MemoryLock;

    struct Node {
        Bytes now{};
        Bytes durable{};
        std::size_t same{};  // so many bytes at their begin don't differ
    };
    using Names = std::map<std::string, std::shared_ptr<Node>>;

    [[nodiscard]] Result<void, Error> count_operation(const std::string& path);
    // How many of so many bytes the disk takes.
    [[nodiscard]] std::size_t take_room(std::size_t wanted);

    Names names_;
    Names durable_names_;
    std::set<std::string> folders_;
    std::map<std::string, std::string> locks_;
    // Files opened before a crash are dead after it.
    std::uint64_t generation_{0};
    std::uint64_t operations_{0};
    std::optional<std::uint64_t> fail_from_;
    std::optional<std::uint64_t> room_;
    Fault fault_{Fault::file_io};
};

}  // namespace datadeed::chain
