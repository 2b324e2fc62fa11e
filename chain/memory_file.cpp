#include "chain/memory_file.h"

#include <algorithm>

namespace datadeed::chain {

namespace {

Error gone(const std::string& path) {
    return {.fault = Fault::file_io, .place = path, .detail = "the machine crashed since this was opened"};
}

Error missing(const std::string& path) {
    return {.fault = Fault::file_not_found, .place = path, .detail = "No such file or directory"};
}

bool is_in(const std::string& folder, const std::string& path) {
    return folder_of(path) == folder;
}

}  // namespace

class MemoryFile final : public File {
public:
    MemoryFile(MemoryFileSystem& files, std::shared_ptr<MemoryFileSystem::Node> node, std::string path)
        : files_{&files}, node_{std::move(node)}, path_{std::move(path)}, generation_{files.generation_} {}

    Result<std::uint64_t, Error> size() const override {
        if (generation_ != files_->generation_) return fail(gone(path_));
        return static_cast<std::uint64_t>(node_->now.size());
    }

    Result<Bytes, Error> read(std::uint64_t offset, std::size_t size) const override {
        if (generation_ != files_->generation_) return fail(gone(path_));
        if (offset >= node_->now.size()) return Bytes{};
        const auto from = static_cast<std::size_t>(offset);
        const ByteView all{node_->now};
        return to_bytes(all.subspan(from, std::min(size, all.size() - from)));
    }

    Result<void, Error> append(ByteView bytes) override {
        if (Result<void, Error> allowed = change(); !allowed) {
            if (generation_ == files_->generation_) datadeed::append(node_->now, bytes.first(bytes.size() / 2));
            return allowed;
        }
        const std::size_t fitting = files_->take_room(bytes.size());
        datadeed::append(node_->now, bytes.first(fitting));
        if (fitting == bytes.size()) return {};
        return fail(Error{.fault = Fault::file_disk_full, .place = path_, .detail = "made full"});
    }

    Result<void, Error> truncate(std::uint64_t size) override {
        if (Result<void, Error> allowed = change(); !allowed) return allowed;
        node_->now.resize(static_cast<std::size_t>(size));
        node_->same = std::min(node_->same, node_->now.size());
        return {};
    }

    Result<void, Error> sync() override {
        if (Result<void, Error> allowed = change(); !allowed) return allowed;
        node_->durable.resize(node_->same);
        datadeed::append(node_->durable, ByteView{node_->now}.subspan(node_->same));
        node_->same = node_->now.size();
        return {};
    }

private:
    Result<void, Error> change() {
        if (generation_ != files_->generation_) return fail(gone(path_));
        return files_->count_operation(path_);
    }

    MemoryFileSystem* files_;
    std::shared_ptr<MemoryFileSystem::Node> node_;
    std::string path_;
    std::uint64_t generation_;
};

class MemoryLock final : public FileLock {
public:
    MemoryLock(MemoryFileSystem& files, std::string path)
        : files_{&files}, path_{std::move(path)}, generation_{files.generation_} {}
    MemoryLock(const MemoryLock&) = delete;
    MemoryLock& operator=(const MemoryLock&) = delete;
    ~MemoryLock() override {
        if (generation_ == files_->generation_) files_->locks_.erase(path_);
    }

private:
    MemoryFileSystem* files_;
    std::string path_;
    std::uint64_t generation_;
};

Result<void, Error> MemoryFileSystem::count_operation(const std::string& path) {
    const std::uint64_t number = operations_++;
    if (!fail_from_ || number < *fail_from_) return {};
    return fail(Error{.fault = fault_, .place = path, .detail = "made to fail"});
}

Result<std::unique_ptr<File>, Error> MemoryFileSystem::open(const std::string& path, OpenMode mode) {
    const auto found = names_.find(path);
    if (found != names_.end()) {
        if (mode == OpenMode::create_new) {
            return fail(Error{.fault = Fault::file_io, .place = path, .detail = "File exists"});
        }
        return std::make_unique<MemoryFile>(*this, found->second, path);
    }
    if (mode == OpenMode::must_exist) return fail(missing(path));
    if (Result<void, Error> allowed = count_operation(path); !allowed) return fail(allowed.error());
    const auto node = std::make_shared<Node>();
    names_[path] = node;
    return std::make_unique<MemoryFile>(*this, node, path);
}

Result<bool, Error> MemoryFileSystem::exists(const std::string& path) const {
    return names_.contains(path) || folders_.contains(path);
}

Result<void, Error> MemoryFileSystem::rename(const std::string& from, const std::string& to) {
    const auto found = names_.find(from);
    if (found == names_.end()) return fail(missing(from));
    if (Result<void, Error> allowed = count_operation(from); !allowed) return allowed;
    const std::shared_ptr<Node> node = found->second;
    names_.erase(found);
    names_[to] = node;
    return {};
}

Result<void, Error> MemoryFileSystem::remove(const std::string& path) {
    if (!names_.contains(path)) return fail(missing(path));
    if (Result<void, Error> allowed = count_operation(path); !allowed) return allowed;
    names_.erase(path);
    return {};
}

Result<void, Error> MemoryFileSystem::sync_folder(const std::string& folder) {
    if (Result<void, Error> allowed = count_operation(folder); !allowed) return allowed;
    std::erase_if(durable_names_, [&](const auto& entry) { return is_in(folder, entry.first); });
    for (const auto& [path, node] : names_) {
        if (is_in(folder, path)) durable_names_[path] = node;
    }
    return {};
}

Result<void, Error> MemoryFileSystem::create_folder(const std::string& folder) {
    // Folders are durable at once: nothing of ours depends on one being lost.
    if (folders_.contains(folder)) return {};
    if (names_.contains(folder)) return fail(Error{.fault = Fault::folder_is_a_file, .place = folder, .detail = {}});
    if (Result<void, Error> allowed = count_operation(folder); !allowed) return allowed;
    folders_.insert(folder);
    return {};
}

Result<std::vector<std::string>, Error> MemoryFileSystem::list(const std::string& folder) const {
    if (!folders_.contains(folder)) return fail(missing(folder));
    std::vector<std::string> names;
    for (const auto& [path, node] : names_) {
        if (is_in(folder, path)) names.push_back(path.substr(folder.size() + 1));
    }
    return names;
}

Result<std::unique_ptr<FileLock>, Error> MemoryFileSystem::lock(const std::string& path, std::string_view owner) {
    const auto [place, fresh] = locks_.emplace(path, owner);
    if (!fresh) return fail(Error{.fault = Fault::folder_locked, .place = path, .detail = place->second});
    return std::make_unique<MemoryLock>(*this, path);
}

void MemoryFileSystem::crash() {
    crash([](std::uint64_t) { return std::uint64_t{0}; });
}

void MemoryFileSystem::crash(const Choose& choose) {
    ++generation_;
    locks_.clear();
    Names survivors = durable_names_;
    // Each name that was made, renamed or removed and not synced is as it was or as it is.
    for (const auto& [path, node] : names_) {
        const auto before = durable_names_.find(path);
        if ((before == durable_names_.end() || before->second != node) && choose(2) == 1) survivors[path] = node;
    }
    for (const auto& [path, node] : durable_names_) {
        if (!names_.contains(path) && choose(2) == 1) survivors.erase(path);
    }
    std::set<Node*> seen;
    for (const auto& [path, node] : survivors) {
        if (!seen.insert(node.get()).second) continue;
        Bytes after = node->durable;
        // Only what was appended to the durable content can be torn; a truncation happens or doesn't.
        if (node->now.size() > after.size() && std::equal(after.begin(), after.end(), node->now.begin())) {
            const std::size_t fresh = node->now.size() - after.size();
            const auto kept = static_cast<std::size_t>(choose(fresh + 1));
            const auto from = node->now.begin() + static_cast<std::ptrdiff_t>(after.size());
            after.insert(after.end(), from, from + static_cast<std::ptrdiff_t>(kept));
            if (kept < fresh && choose(2) == 1) after.resize(node->now.size(), 0);
        } else if (node->now != after && choose(2) == 1) {
            after = node->now;
        }
        node->now = after;
        node->durable = after;
        node->same = after.size();
    }
    names_ = survivors;
    durable_names_ = std::move(survivors);
}

std::size_t MemoryFileSystem::take_room(std::size_t wanted) {
    if (!room_) return wanted;
    const std::size_t taken = static_cast<std::size_t>(std::min<std::uint64_t>(wanted, *room_));
    *room_ -= taken;
    return taken;
}

void MemoryFileSystem::fail_after(std::uint64_t after, Fault fault) {
    fail_from_ = operations_ + after;
    fault_ = fault;
}

void MemoryFileSystem::heal() {
    fail_from_.reset();
    room_.reset();
}

std::optional<Bytes> MemoryFileSystem::content(const std::string& path) const {
    const auto found = names_.find(path);
    if (found == names_.end()) return std::nullopt;
    return found->second->now;
}

const Bytes* MemoryFileSystem::durable_content(const std::string& path) const {
    const auto found = durable_names_.find(path);
    return found == durable_names_.end() ? nullptr : &found->second->durable;
}

void MemoryFileSystem::set_content(const std::string& path, Bytes content) {
    const auto node = std::make_shared<Node>();
    node->now = content;
    node->durable = std::move(content);
    names_[path] = node;
    durable_names_[path] = node;
}

}  // namespace datadeed::chain
