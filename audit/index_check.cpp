#include "audit/index_check.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/assert.h"

namespace datadeed::audit {
namespace {

std::string tile_name(unsigned level, std::uint64_t index) {
    return "tile " + std::to_string(level) + "/" + std::to_string(index);
}

// Compares one tile with the hashes that it must hold.
std::optional<FirstBad> check_tile(const chain::ChainView& blocks, unsigned level, std::uint64_t index,
                                   std::span<const Digest> hashes) {
    const auto tile = blocks.tile(level, index, hashes.size());
    if (!tile) return unreadable(tile.error());
    const bool equal = *tile && (*tile)->size() == hashes.size() * sizeof(Digest) &&
                       std::ranges::equal(**tile, ByteView{hashes.front().data(), hashes.size() * sizeof(Digest)});
    if (equal) return std::nullopt;
    return FirstBad{.code = "replay.log_hash",
                    .detail = "a stored hash of the log isn't that of the blocks' transactions",
                    .place = tile_name(level, index)};
}

// Goes along the chain's transactions by id while the index is walked by id: both meet, or one lacks an entry.
class IndexWalk {
public:
    explicit IndexWalk(std::span<const IndexedTransaction> transactions) : rest_{transactions} {}

    void meet(const ledger::TxId& id, const Result<chain::TxPlace, chain::Error>& place) {
        while (!rest_.empty() && rest_.front().id < id) miss();
        if (rest_.empty() || rest_.front().id != id) {
            if (!stray_) stray_ = id;
            return;
        }
        const IndexedTransaction& wanted = rest_.front();
        if (!place) {
            blame(wanted, unreadable(place.error()));
        } else if (*place != wanted.place) {
            blame(wanted, leads_elsewhere(wanted.id));
        }
        rest_ = rest_.subspan(1);
    }

    std::optional<FirstBad> finish() {
        while (!rest_.empty()) miss();
        if (bad_ || !stray_) return std::move(bad_);
        return FirstBad{.code = "replay.index_stray",
                        .detail = "the index has a transaction that isn't on the chain",
                        .place = place_of(*stray_)};
    }

private:
    static std::string place_of(const ledger::TxId& id) { return "index of " + to_hex(id.value); }
    static FirstBad leads_elsewhere(const ledger::TxId& id) {
        return {.code = "replay.index", .detail = "the index doesn't lead to the transaction", .place = place_of(id)};
    }
    void miss() {
        blame(rest_.front(), leads_elsewhere(rest_.front().id));
        rest_ = rest_.subspan(1);
    }
    void blame(const IndexedTransaction& transaction, FirstBad bad) {
        if (bad_ && log_index_ < transaction.place.log_index) return;
        bad.height = transaction.place.height;
        bad.transaction = transaction.place.index;
        bad_ = std::move(bad);
        log_index_ = transaction.place.log_index;
    }

    std::span<const IndexedTransaction> rest_;
    std::optional<FirstBad> bad_{};  // the first of the log so far
    std::uint64_t log_index_{};
    std::optional<ledger::TxId> stray_{};
};

}  // namespace

std::optional<FirstBad> check_index(const chain::ChainView& blocks, std::vector<IndexedTransaction> transactions) {
    std::ranges::sort(transactions, {}, &IndexedTransaction::id);
    IndexWalk walk{transactions};
    const auto walked = blocks.places([&walk](const ledger::TxId& id, const auto& place) { walk.meet(id, place); });
    if (!walked) return unreadable(walked.error());
    return walk.finish();
}

std::optional<FirstBad> check_log(const chain::ChainView& blocks, const crypto::CompactRange& log,
                                  std::span<const Digest> leaves) {
    DATADEED_ASSERT(log.size() == leaves.size());
    std::vector<Digest> level{leaves.begin(), leaves.end()};
    for (unsigned number = 0; !level.empty(); ++number) {
        std::vector<Digest> above;
        for (std::size_t from = 0; from < level.size(); from += chain::tile_width) {
            const std::size_t width = std::min<std::size_t>(chain::tile_width, level.size() - from);
            const std::span<const Digest> hashes{level.data() + from, width};
            if (auto bad = check_tile(blocks, number, from / chain::tile_width, hashes)) return bad;
            if (width == chain::tile_width) above.push_back(crypto::root_of(hashes));
        }
        level = std::move(above);
    }
    return std::nullopt;
}

}  // namespace datadeed::audit
