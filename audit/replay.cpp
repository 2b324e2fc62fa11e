#include "audit/replay.h"

#include <algorithm>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "audit/block_stream.h"
#include "audit/checkpoint_check.h"
#include "audit/index_check.h"
#include "audit/replayer.h"
#include "crypto/merkle.h"

namespace datadeed::audit {
namespace {

constexpr std::uint64_t progress_blocks = 16;

// What is remembered of the blocks to hold against it what is kept beside them: some 90 bytes a transaction.
struct Replayed {
    std::vector<Digest> leaves{};
    std::vector<IndexedTransaction> index{};

    void add(const CheckedBlock& block) {
        for (std::size_t i = 0; i < block.transactions.size(); ++i) {
            index.push_back(
                {.id = block.transactions[i].id(),
                 .place = {
                     .height = block.height, .index = static_cast<std::uint32_t>(i), .log_index = leaves.size()}});
            leaves.push_back(block.leaves[i]);
        }
    }
};

std::optional<FirstBad> replay_blocks(BlockStream& stream, Height top, const ReplayOptions& options, Replayer& replayer,
                                      Replayed& replayed) {
    while (replayer.tip().height < top) {
        const CheckedBlock block = stream.next();
        if (std::optional<FirstBad> bad = replayer.apply(block)) return bad;
        stream.expect(replayer.epochs().voters());
        replayed.add(block);
        const bool show = block.height.value % progress_blocks == 0 || block.height == top;
        if (show && options.progress) options.progress(block.height, top);
    }
    return std::nullopt;
}

// The record of the last block leads to everything else: it must say what the blocks say, and not hide later ones.
std::optional<FirstBad> check_tip(const chain::ChainView& blocks, const ledger::Tip& stored,
                                  const ledger::Tip& replayed) {
    if (stored != replayed) {
        return FirstBad{
            .code = "replay.tip", .detail = "the record of the last block isn't what the blocks give", .place = "tip"};
    }
    const auto behind = blocks.header(replayed.height.next());
    if (!behind) return unreadable(behind.error(), replayed.height.next());
    if (!*behind) return std::nullopt;
    return FirstBad{.code = "replay.block_beyond_tip",
                    .detail = "there is a block behind the one that is recorded as the last",
                    .height = replayed.height.next(),
                    .place = "header"};
}

}  // namespace

ReplayReport replay(const ledger::Genesis& genesis, const ChainId& chain, const chain::ChainView& blocks,
                    const ReplayOptions& options) {
    const unsigned threads = options.threads != 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
    if (auto bad = check_chain(options.anchors, chain)) return {.chain = chain, .first_bad = std::move(bad)};
    auto replayer = Replayer::start(genesis, chain);
    if (!replayer) return {.chain = chain, .first_bad = replayer.error()};
    const auto stop = [&](const FirstBad& bad) {
        ReplayReport report = replayer->report();
        report.first_bad = bad;
        return report;
    };
    const auto tip = blocks.tip();
    if (!tip) return stop(unreadable(tip.error(), std::nullopt));
    const Height top = tip->height;

    Replayed replayed;
    {
        BlockStream stream{blocks,
                           {.chain = chain,
                            .voters = replayer->epochs().voters(),
                            .top = top,
                            .threads = threads,
                            .archive = options.archive}};
        if (auto bad = replay_blocks(stream, top, options, *replayer, replayed)) return stop(*bad);
    }
    if (const std::optional<FirstBad> bad = check_tip(blocks, *tip, replayer->tip())) return stop(*bad);
    if (auto bad = check_index(blocks, std::move(replayed.index))) return stop(*bad);
    if (const std::optional<FirstBad> bad = check_log(blocks, replayer->log(), replayed.leaves)) return stop(*bad);
    if (const std::optional<FirstBad> bad = check_checkpoints(blocks, replayer->epochs())) return stop(*bad);
    const ReplayedLog log{.blocks = blocks, .epochs = replayer->epochs(), .leaves = replayed.leaves};
    if (const std::optional<FirstBad> bad = check_anchors(options.anchors, log)) return stop(*bad);
    return replayer->report();
}

}  // namespace datadeed::audit
