#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "chain/archive.h"
#include "chain/memory_file.h"
#include "chain/memory_store.h"
#include "node/replica/replica.h"
#include "tests/sim/rng.h"
#include "tests/sim/world.h"

namespace datadeed::sim {

// One machine: disks that outlive the process, and the process, a shipped Replica.
class Node {
public:
    // How far a clock is off the true time: at first, and so many millionths more as time passes.
    struct Clock {
        std::int64_t off_ms{};
        std::int64_t drift{};
    };
    Node(const World& world, ledger::MemberId name, Clock clock);
    Node(const World& world, ledger::MemberId name) : Node{world, std::move(name), Clock{}} {}

    // A new process on the disks as they are. An error is a violation, since nothing here damages what was durable.
    [[nodiscard]] Result<void, std::string> start();
    // The power goes: what wasn't synced survives as `rng` likes.
    void crash(Rng& rng);
    // A bit turns in its vote file, before the last frame; false when there is nothing before that.
    [[nodiscard]] bool rot_votes(Rng& rng);
    // Its last writes to the vote file, up to four, were never done, though it was told so; false when there are none.
    [[nodiscard]] bool lose_writes(Rng& rng);
    // The last one landed at an earlier place of that file, and frames behind that are whole; false when it can't.
    [[nodiscard]] bool misdirect_write(Rng& rng);
    // A record of its state changes as a bug of its machine would change it, seal and all; false when there is none.
    [[nodiscard]] bool change_state();
    // The vote file is gone too; the chain isn't.
    void lose_votes();
    // Copies the whole machine as it is; later, while it's down, it is set back to the copy.
    void take_copy();
    void roll_back();
    // Chain and state are gone, or the state alone; the vote file isn't.
    void lose_chain();
    void lose_state();
    // All disks are replaced by empty ones.
    void wipe();
    // The snapshot that the present process began with, if it did.
    [[nodiscard]] const std::optional<Height>& taken_over() const { return taken_over_; }
    // Whether its chain ever lacked blocks that it skipped so.
    [[nodiscard]] bool has_skipped() const { return has_skipped_; }
    // The height of the copy, 0 after a wipe; nothing when there's none.
    [[nodiscard]] const std::optional<Height>& copied() const { return copied_; }
    // The write number `after` from now on fails; the step in which that happens ends in a Halt.
    enum class Failure : std::uint8_t { broken, full };  // EIO, or no room
    void fail_at_write(std::uint64_t after, Failure failure, Rng& rng);
    // Whether a Halt with this code is what the failure that it was armed with leads to.
    [[nodiscard]] bool explains(std::string_view code) const;

    [[nodiscard]] bool up() const { return replica_ != nullptr; }
    [[nodiscard]] bool armed() const { return armed_.has_value(); }
    [[nodiscard]] replica::Replica& replica() { return *replica_; }
    // What messages to it are checked with, as its host would do.
    [[nodiscard]] const replica::VerifyContext& context() const { return context_; }
    [[nodiscard]] replica::CheckedBefore& checked_before() { return checked_before_; }
    void begin_epoch(const replica::Epochs& epochs) { context_ = world_->context_of(epochs); }
    [[nodiscard]] const ledger::MemberId& name() const { return name_; }
    // This machine's clock at a true time.
    [[nodiscard]] TimeMs clock(std::uint64_t true_ms) const;
    // Its clock that only rises, so long after the beginning.
    [[nodiscard]] replica::MonotonicMs monotonic(std::uint64_t true_us) const;
    // Its clock is set: so far off what it would be otherwise.
    void set_clock(std::int64_t step_ms) { step_ms_ = step_ms; }
    // Writes a snapshot as its host would; what came of it.
    [[nodiscard]] replica::SnapshotWritten write_snapshot(const replica::WriteSnapshot& what);
    // Archives blocks as its host would; what came of it.
    [[nodiscard]] replica::BlocksArchived archive(const replica::ArchiveBlocks& what);
    // What its archive has of this height.
    [[nodiscard]] std::optional<chain::StoredBlock> archived(Height height);
    // What its chain database holds; opened by start().
    [[nodiscard]] const chain::KvStore& chain_store() const { return *chain_; }
    [[nodiscard]] const chain::KvStore& state_store() const { return *state_; }
    // What would survive if the power went now: the vote file (null when it wouldn't), the height of the chain.
    [[nodiscard]] const Bytes* durable_votes() const { return files_.durable_content("node/votes"); }
    [[nodiscard]] Height durable_height() const;

    // The last byte of every file of its own snapshots but the manifests changes.
    void damage_snapshots();
    // To be damaged.
    [[nodiscard]] chain::MemoryDisk& chain_disk() { return chain_disk_; }

    // Events that wait for the process to take them, all at once.
    std::vector<replica::Event> inbox{};
    bool wake_scheduled{false};
    // Until when (virtual us) the process is stopped.
    std::uint64_t paused_until{0};
    std::uint64_t starts{0};
    // Configured so: it is to join, whatever the chain says of it; without the keys that the genesis names.
    bool joins{false};
    bool has_new_keys_only{false};
    // What checks votes in the process, if it isn't what it always is.
    const consensus::VoteVerifier* verifier{nullptr};

private:
    class NextState;
    [[nodiscard]] Result<void, std::string> take_over();
    void make_folder();

    const World* world_;
    ledger::MemberId name_;
    Clock clock_;
    std::int64_t step_ms_{0};
    chain::MemoryDisk chain_disk_{};
    chain::MemoryDisk values_disk_{};
    chain::MemoryDisk tree_disk_{};
    chain::MemoryFileSystem files_{};
    std::unique_ptr<chain::KvStore> chain_{};
    std::unique_ptr<chain::KvStore> state_{};
    std::unique_ptr<replica::Replica> replica_{};
    replica::VerifyContext context_{};
    replica::CheckedBefore checked_before_{};
    std::optional<Failure> armed_{};
    std::optional<Height> taken_over_{};
    bool has_skipped_{false};
    std::optional<Height> copied_{};
    chain::MemoryDisk chain_copy_{};
    chain::MemoryDisk values_copy_{};
    chain::MemoryDisk tree_copy_{};
    std::optional<Bytes> votes_copy_{};
};

// Where each node that runs stands: " node-0 h=3 v=1* pool=2", * while it changes its view.
[[nodiscard]] std::string standing_of(const std::vector<std::unique_ptr<Node>>& nodes);

}  // namespace datadeed::sim
