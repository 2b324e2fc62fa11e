#include "chain/prune.h"

#include "chain/chain_gaps.h"
#include "chain/chain_view.h"
#include "chain/keys.h"
#include "chain/records.h"

namespace datadeed::chain {

Result<void, Error> prune_blocks(KvStore& chain, Height last) {
    const Result<std::vector<ChainGap>, Error> gaps = read_gaps(chain);
    if (!gaps) return fail(gaps.error());
    const Height first = gaps->empty() ? Height{1} : gaps->back().last.next();
    if (first > last) return {};
    const Result<std::optional<StoredHeader>, Error> header = ChainView{chain}.header(last);
    if (!header) return fail(header.error());
    if (!*header) {
        return fail(damaged_value(Fault::chain_damaged, keys::of(keys::header, last.value), "the header is gone"));
    }
    // Where there's a gap already, the blocks to go begin right above it.
    ChainGap gap = gaps->empty() ? ChainGap{.first = first, .last = {}, .log_begin = 0, .log_end = 0} : gaps->back();
    gap.last = last;
    gap.log_end = (*header)->header.log_size;
    Batch batch;
    put_record(batch, keys::of(keys::gap, gap.first.value), gap);
    for (Height height = first; height <= last; height = height.next()) {
        batch.erase(keys::of(keys::block, height.value));
    }
    return chain.write(batch, Durability::synced);
}

}  // namespace datadeed::chain
