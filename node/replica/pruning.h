#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/result.h"
#include "base/types.h"
#include "chain/error.h"
#include "chain/kv_store.h"
#include "ledger/types.h"
#include "node/replica/actions.h"
#include "node/replica/events.h"
#include "node/replica/outbox.h"

namespace datadeed::replica {

// Which old blocks leave this node, and when: those that are more than so many below its newest snapshot; that both of
// its snapshots cover, so that whoever starts on either finds all blocks behind it; and that no validator lacks, since
// one of them may have to see them (skipping.h). They go together, as far as that was so when the newest snapshot was
// written: files of the archive aren't to be small. The host archives them first, on another thread, one file at a
// time; what is archived is erased here (chain::prune_blocks). One thread.
class Pruning {
public:
    // `keep` blocks below the newest snapshot stay, and all above it; 0 for all. From `first_block` on all are here.
    // The database is borrowed.
    struct Options {
        std::uint64_t keep{};
        Height first_block{};
        chain::KvStore* chain{};
    };
    Pruning(const Options& options, Outbox& outbox) : options_{options}, outbox_{&outbox} {}

    [[nodiscard]] Height first_block() const { return options_.first_block; }

    // Of this node's snapshots: 0 for one that it doesn't have.
    struct Moment {
        Height newest_snapshot{};
        Height older_snapshot{};
        std::uint64_t now_ms{};
    };
    // The validators that don't say to have this block.
    using Lacking = std::function<std::vector<ledger::MemberId>(Height)>;
    // Has archived what may go, if nothing is under way; to be called at every tick.
    void consider(const Moment& moment, const Lacking& lacking);
    [[nodiscard]] bool keeps_all() const { return options_.keep == 0; }
    // Errors are those of the store: the node must end.
    [[nodiscard]] Result<void, chain::Error> note(const BlocksArchived& archived);
    void note(const BlocksCompacted& compacted);

private:
    void set_goal(const Moment& moment);
    void tell_who_lacks(std::vector<ledger::MemberId> lacking, std::uint64_t now_ms);
    void archive_next();
    void compact();

    Options options_;
    Outbox* outbox_;
    Height goal_{};                         // blocks go up to here
    std::vector<ledger::MemberId> told_{};  // who was said to lack them
    std::uint64_t not_told_before_ms_{0};
    std::uint64_t not_before_ms_{0};
    bool failed_{false};
    bool busy_{false};
    bool erased_{false};  // blocks whose room isn't free yet
};

}  // namespace datadeed::replica
