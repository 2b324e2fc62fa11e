#include "audit/replay.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <future>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "audit/checkpoint_check.h"
#include "audit/index_check.h"
#include "audit/replayer.h"
#include "audit/trust.h"
#include "crypto/merkle.h"

namespace datadeed::audit {
namespace {

// Blocks that are read and checked while the ones before are executed: bounds the memory of a replay.
constexpr std::size_t chunk_blocks = 64;
constexpr std::size_t chunk_transactions_max = 4096;

struct Chunk {
    std::vector<CheckedBlock> blocks{};
    std::optional<FirstBad> unreadable{};  // comes after the blocks
};

struct Found {
    Height height{};
    chain::StoredBlock block{};
};

Result<chain::StoredBlock, FirstBad> read_block(const chain::ChainView& blocks, Height height) {
    auto block = blocks.block(height);
    if (!block) return fail(unreadable(block.error(), height));
    if (!*block) {
        return fail(FirstBad{.code = "replay.block_missing",
                             .detail = "the block isn't there, though later ones are",
                             .height = height,
                             .place = "block"});
    }
    return std::move(**block);
}

std::vector<CheckedBlock> check_all(const Trust& trust, std::vector<Found>& found, unsigned threads) {
    std::vector<CheckedBlock> checked(found.size());
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
        for (std::size_t i = next.fetch_add(1); i < found.size(); i = next.fetch_add(1)) {
            checked[i] = check_block(trust, found[i].height, std::move(found[i].block));
        }
    };
    std::vector<std::jthread> workers;
    for (unsigned i = 1; i < threads; ++i) workers.emplace_back(work);
    work();
    workers.clear();
    return checked;
}

Chunk read_chunk(const Trust& trust, const chain::ChainView& blocks, Height from, Height tip, unsigned threads) {
    Chunk chunk;
    std::vector<Found> found;
    std::size_t transactions = 0;
    for (Height height = from; height <= tip && found.size() < chunk_blocks && transactions < chunk_transactions_max;
         height = height.next()) {
        auto read = read_block(blocks, height);
        if (!read) {
            chunk.unreadable = read.error();
            break;
        }
        transactions += read->block.transactions.size();
        found.push_back({height, std::move(*read)});
    }
    chunk.blocks = check_all(trust, found, threads);
    return chunk;
}

std::optional<FirstBad> apply_all(Replayer& replayer, const chain::ChainView& blocks, const Chunk& chunk,
                                  std::vector<Digest>& leaves) {
    for (const CheckedBlock& block : chunk.blocks) {
        if (std::optional<FirstBad> bad = replayer.apply(block)) return bad;
        if (std::optional<FirstBad> bad = check_index(blocks, block, leaves.size())) return bad;
        for (const auto& transaction : block.transactions) leaves.push_back(crypto::leaf_hash(transaction.raw()));
    }
    return chunk.unreadable;
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
    const Trust trust = trust_of(genesis, chain);
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

    const auto fetch = [&](Height from) {
        return std::async(std::launch::async, read_chunk, std::cref(trust), std::cref(blocks), from, top, threads);
    };
    std::vector<Digest> leaves;
    Height next{1};
    std::future<Chunk> coming = fetch(next);
    while (next <= top) {
        const Chunk chunk = coming.get();
        next = Height{next.value + chunk.blocks.size()};
        const bool more = !chunk.unreadable && next <= top;
        if (more) coming = fetch(next);
        if (const std::optional<FirstBad> bad = apply_all(*replayer, blocks, chunk, leaves)) return stop(*bad);
        if (options.progress) options.progress(replayer->report().height, top);
    }
    if (const std::optional<FirstBad> bad = check_tip(blocks, *tip, replayer->tip())) return stop(*bad);
    if (const std::optional<FirstBad> bad = check_log(blocks, replayer->log(), leaves)) return stop(*bad);
    if (const std::optional<FirstBad> bad = check_checkpoints(blocks, trust.cosigners)) return stop(*bad);
    const ReplayedLog log{.blocks = blocks, .cosigners = trust.cosigners, .leaves = leaves};
    if (const std::optional<FirstBad> bad = check_anchors(options.anchors, log)) return stop(*bad);
    return replayer->report();
}

}  // namespace datadeed::audit
