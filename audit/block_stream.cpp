#include "audit/block_stream.h"

#include <utility>

#include "base/assert.h"

namespace datadeed::audit {
namespace {

// What may lie ready or in work: bounds the memory of a replay.
constexpr std::uint64_t blocks_ahead_max = 64;
constexpr std::size_t transactions_ahead_max = 4096;

// A header that the copy kept of a block must be that block's.
Result<chain::StoredBlock, FirstBad> read_archived(const chain::ChainView& blocks, chain::Archive& archive,
                                                   Height height) {
    auto block = archive.block(height);
    if (!block) return fail(unreadable(block.error(), height));
    if (!*block) {
        return fail(FirstBad{.code = "replay.block_missing",
                             .detail = "the block is neither in the copy nor in the archive",
                             .height = height,
                             .place = "block"});
    }
    const auto kept = blocks.header(height);
    const bool is_pruned = !kept && kept.error().fault == chain::Fault::chain_pruned;
    if (!kept && !is_pruned) return fail(unreadable(kept.error(), height));
    // Not by its certificate: any quorum's will do at the end of a skipped epoch, and the next header binds the right
    // one.
    const bool is_same = is_pruned || (*kept && (*kept)->hash == (*block)->hash);
    if (!is_same) {
        return fail(FirstBad{.code = "replay.archive_differs",
                             .detail = "the archive has another block than the copy has a header of",
                             .height = height,
                             .place = "archive"});
    }
    return std::move(**block);
}

Result<chain::StoredBlock, FirstBad> read_block(const chain::ChainView& blocks, chain::Archive* archive,
                                                Height height) {
    auto block = blocks.block(height);
    const bool is_pruned = !block && block.error().fault == chain::Fault::chain_pruned;
    if (is_pruned && archive != nullptr) return read_archived(blocks, *archive, height);
    if (is_pruned) block.error().detail += "; give the archive of the node that the copy is of, with --archive";
    if (!block) return fail(unreadable(block.error(), height));
    if (!*block) {
        return fail(FirstBad{.code = "replay.block_missing",
                             .detail = "the block isn't there, though later ones are",
                             .height = height,
                             .place = "block"});
    }
    return std::move(**block);
}

}  // namespace

BlockStream::BlockStream(const chain::ChainView& blocks, Plan plan)
    : blocks_{blocks}, archive_{plan.archive}, chain_{plan.chain}, top_{plan.top}, voters_{std::move(plan.voters)} {
    for (unsigned i = 0; i < plan.threads; ++i) workers_.emplace_back([this] { work(); });
}

BlockStream::~BlockStream() {
    {
        const std::scoped_lock guard{mutex_};
        stop_ = true;
    }
    changed_.notify_all();
}

// Nothing in work counts against a worker that has a block already, so the block that the caller waits for always
// comes.
bool BlockStream::may_read() const {
    return read_.value - taken_.value < blocks_ahead_max && transactions_ahead_ < transactions_ahead_max;
}

BlockStream::Found BlockStream::read_next() {
    read_ = read_.next();
    Found found{.height = read_, .block = read_block(blocks_, archive_, read_), .voters = voters_};
    if (found.block) {
        transactions_ahead_ += found.block->block.transactions.size();
    } else {
        top_ = read_;  // what comes behind it isn't wanted
    }
    return found;
}

void BlockStream::work() {
    std::unique_lock lock{mutex_};
    while (true) {
        changed_.wait(lock, [this] { return stop_ || read_ >= top_ || may_read(); });
        if (stop_ || read_ >= top_) return;
        Found found = read_next();
        lock.unlock();
        CheckedBlock checked = found.block
                                   ? check_block(chain_, *found.voters, found.height, std::move(*found.block))
                                   : CheckedBlock{.height = found.height, .bad = std::move(found.block.error())};
        lock.lock();
        ready_.emplace(found.height, std::move(checked));
        changed_.notify_all();
    }
}

CheckedBlock BlockStream::next() {
    std::unique_lock lock{mutex_};
    const Height wanted = taken_.next();
    DATADEED_ASSERT(wanted <= top_);
    changed_.wait(lock, [&] { return ready_.contains(wanted); });
    CheckedBlock block = std::move(ready_.extract(wanted).mapped());
    taken_ = wanted;
    transactions_ahead_ -= block.block.transactions.size();
    changed_.notify_all();
    return block;
}

void BlockStream::expect(const Voters& voters) {
    const std::scoped_lock guard{mutex_};
    voters_ = voters;
}

}  // namespace datadeed::audit
