#include "chain/chain_gaps.h"

#include <string>

#include "chain/keys.h"
#include "chain/records.h"

namespace datadeed::chain {
namespace {

Error pruned(const ChainGap& gap, std::string place) {
    return {.fault = Fault::chain_pruned,
            .place = std::move(place),
            .detail = "blocks " + std::to_string(gap.first.value) + " to " + std::to_string(gap.last.value) +
                      " aren't kept here"};
}

}  // namespace

Result<std::vector<ChainGap>, Error> read_gaps(const KvReader& reader) {
    std::vector<ChainGap> gaps;
    std::optional<Error> damage;
    const Bytes prefix = keys::of(keys::gap);
    const Result<void, Error> scanned = reader.scan(
        {.prefix = prefix, .from = {}, .direction = Direction::forward}, [&](ByteView key, ByteView sealed) {
            Result<ChainGap, Error> gap = record_of<ChainGap>(key, sealed, Fault::chain_damaged);
            if (!gap) {
                damage = gap.error();
                return false;
            }
            gaps.push_back(*gap);
            return true;
        });
    if (!scanned) return fail(scanned.error());
    if (damage) return fail(*damage);
    return gaps;
}

Result<std::optional<Error>, Error> gap_at(const KvReader& reader, Height height) {
    const Result<std::vector<ChainGap>, Error> gaps = read_gaps(reader);
    if (!gaps) return fail(gaps.error());
    for (const ChainGap& gap : *gaps) {
        if (gap.first <= height && height <= gap.last) {
            return std::optional{pruned(gap, "height " + std::to_string(height.value))};
        }
    }
    return std::optional<Error>{};
}

Result<std::optional<Error>, Error> gap_in(const KvReader& reader, const LeafSpan& leaves) {
    const Result<std::vector<ChainGap>, Error> gaps = read_gaps(reader);
    if (!gaps) return fail(gaps.error());
    for (const ChainGap& gap : *gaps) {
        if (gap.log_begin < leaves.end && leaves.end <= gap.log_end) {
            return std::optional{pruned(gap, "log index " + std::to_string(leaves.begin))};
        }
    }
    return std::optional<Error>{};
}

}  // namespace datadeed::chain
