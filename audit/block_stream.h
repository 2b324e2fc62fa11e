#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "audit/checked_block.h"
#include "audit/epochs.h"
#include "chain/archive.h"
#include "chain/chain_view.h"

namespace datadeed::audit {

// The blocks 1 to `top` in order, each read and checked before it's asked for: threads of its own work ahead, so that
// signatures are verified while the caller executes what came before. Bounded: they stop when enough lies ready.
// Borrows what it's made with. Whoever takes the blocks is one thread.
class BlockStream {
public:
    struct Plan {
        ChainId chain{};
        Voters voters{};  // who are taken to have certified the blocks, until expect() says otherwise
        Height top{};
        unsigned threads{1};
        chain::Archive* archive{nullptr};  // for blocks that the copy doesn't keep; may be null
    };
    BlockStream(const chain::ChainView& blocks, Plan plan);
    BlockStream(const BlockStream&) = delete;
    BlockStream& operator=(const BlockStream&) = delete;
    ~BlockStream();

    // The next block; call `top` times at most. One that can't be read or doesn't hold says so in `bad`, and is the
    // last that may be taken.
    [[nodiscard]] CheckedBlock next();

    // Certificates of blocks that are read from now on are checked with these. Those that lie ready were checked with
    // the ones before, and say so.
    void expect(const Voters& voters);

private:
    // A block as it was found, or what kept it from being read.
    struct Found {
        Height height{};
        Result<chain::StoredBlock, FirstBad> block;
        Voters voters{};
    };

    void work();
    [[nodiscard]] bool may_read() const;
    [[nodiscard]] Found read_next();

    const chain::ChainView& blocks_;
    chain::Archive* archive_;
    ChainId chain_;
    Height top_;

    std::mutex mutex_{};
    std::condition_variable changed_{};
    // Guarded by mutex_. Blocks are read under it too, strictly in order: after its first error the database answers
    // nothing else, and that error must meet the first block that it hits.
    Height read_{};   // the last height that was read
    Height taken_{};  // the last height that the caller took
    std::size_t transactions_ahead_{0};
    bool stop_{false};
    Voters voters_;
    std::map<Height, CheckedBlock> ready_{};

    std::vector<std::jthread> workers_{};  // last: they use all of the above
};

}  // namespace datadeed::audit
