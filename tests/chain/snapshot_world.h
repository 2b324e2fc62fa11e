#pragma once

#include <memory>
#include <string>

#include "chain/committer.h"
#include "chain/memory_file.h"
#include "chain/memory_store.h"
#include "chain/snapshot_manifest.h"
#include "chain/snapshot_writer.h"
#include "consensus/signing.h"
#include "tests/audit/made_chain.h"

// A certified chain whose validators change twice, with its state, and snapshots of it in files in memory.

namespace datadeed::chain::test {

inline constexpr std::size_t small_part = 600;  // bytes, so that a small state has some dozen parts

class SnapshotWorld {
public:
    explicit SnapshotWorld(std::uint64_t blocks = 8, const audit::Spoil& spoil = {},
                           std::vector<audit::MadeChange> changes = SnapshotWorld::changes())
        : made_{blocks, spoil, std::move(changes)}, chain_{made_.store()}, state_{open_memory_store(state_disk_)} {
        committer_ = Committer::open({.chain = *chain_, .state = *state_}, made_.genesis(), {}).value();
        if (!files_.create_folder("snapshots")) std::abort();
    }

    [[nodiscard]] audit::MadeChain& made() { return made_; }
    [[nodiscard]] MemoryFileSystem& files() { return files_; }
    [[nodiscard]] MemoryDisk& state_disk() { return state_disk_; }
    [[nodiscard]] KvStore& state() { return *state_; }
    [[nodiscard]] ChainView chain() const { return ChainView{*chain_}; }
    [[nodiscard]] ChainRoot root() const { return {.genesis = made_.genesis(), .id = made_.id()}; }

    [[nodiscard]] Result<SnapshotManifest, Error> write(std::size_t memory = std::size_t{1} << 20U,
                                                        std::size_t part_bytes = small_part) {
        const auto state = StateSnapshot::open(*state_).value();
        return write_snapshot(files_, folder(), {.state = *state, .chain = chain()},
                              {.sorting = {.memory = memory, .buffer = 64}, .part_bytes = part_bytes});
    }
    [[nodiscard]] Result<CheckedManifest, Error> check(SnapshotManifest manifest) const {
        return check_manifest(std::move(manifest), root(), consensus::Ed25519Verifier{});
    }

    [[nodiscard]] static std::string folder() { return "snapshots/8"; }

    static std::vector<audit::MadeChange> changes() {
        return {{.at = Height{2}, .kind = ledger::NodeChangeKind::replace_keys, .node = 0},
                {.at = Height{5}, .kind = ledger::NodeChangeKind::replace_keys, .node = 1}};
    }

private:
    audit::MadeChain made_;
    MemoryDisk state_disk_;
    std::unique_ptr<KvStore> chain_;
    std::unique_ptr<KvStore> state_;
    std::unique_ptr<Committer> committer_{};
    MemoryFileSystem files_;
};

}  // namespace datadeed::chain::test
