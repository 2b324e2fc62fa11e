#include <algorithm>

#include "node/api/handlers.h"

// The C2SP tlog-tiles layout (c2sp.org/tlog-tiles): /checkpoint, /tile/<level>/<index>[.p/<width>] and
// /tile/entries/<index>[.p/<width>]. An index is written in groups of three digits, all but the last after an x:
// 1234067 is x001/x234/067.

namespace datadeed::api {
namespace {

struct TileName {
    std::uint64_t index{};
    std::uint64_t width{chain::tile_width};
};

bool is_digits(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// Three digits, after an x or not. Nothing for anything else.
std::optional<std::uint64_t> group_of(std::string_view text, bool last) {
    if (!last) {
        if (!text.starts_with('x')) return std::nullopt;
        text.remove_prefix(1);
    }
    if (text.size() != 3 || !is_digits(text)) return std::nullopt;
    return static_cast<std::uint64_t>((text[0] - '0') * 100 + (text[1] - '0') * 10 + (text[2] - '0'));
}

// The segments from `first` on.
std::optional<TileName> parse_tile_name(const std::vector<std::string>& path, std::size_t first) {
    TileName name;
    std::size_t end = path.size();
    constexpr std::string_view partial = ".p";
    const bool is_partial = end - first >= 2 && path[end - 2].ends_with(partial);
    if (is_partial) {
        const std::optional<std::uint64_t> width = parse_number(path[end - 1]);
        if (!width || *width == 0 || *width >= chain::tile_width) return std::nullopt;
        name.width = *width;
        --end;
    }
    // Five groups hold more than any log, and can't overflow.
    if (end - first > 5) return std::nullopt;
    for (std::size_t i = first; i < end; ++i) {
        std::string_view text = path[i];
        const bool last = i + 1 == end;
        if (last && is_partial) text.remove_suffix(partial.size());
        const std::optional<std::uint64_t> group = group_of(text, last);
        // One spelling of an index: no leading group of zeros.
        if (!group || (i == first && !last && *group == 0)) return std::nullopt;
        name.index = name.index * 1000 + *group;
    }
    return name;
}

// Whether the log has as many complete subtrees of 256^level leaves as this tile, or bundle at level 0, needs.
Result<bool, Problem> is_in_log(const chain::ChainView& chain, std::uint64_t level, const TileName& name) {
    const auto tip = chain.tip();
    if (!tip) return problem(tip.error());
    const std::uint64_t complete = tip->log_size >> (chain::tile_height * level);
    return name.index * chain::tile_width + name.width <= complete;
}

Answer tile_answer(std::string bytes, std::string type) {
    Answer made = answer_text(std::move(bytes), std::move(type));
    // What a name stands for never changes.
    made->headers.emplace_back("Cache-Control", "public, max-age=31536000, immutable");
    return made;
}

}  // namespace

Answer get_checkpoint(const Reading& reading) {
    const auto checkpoint = reading.backend.chain().latest_checkpoint();
    if (!checkpoint) return problem(checkpoint.error());
    if (!*checkpoint) return problem(ApiError::checkpoint_must_exist);
    Answer made = answer_text((*checkpoint)->note);
    made->headers.emplace_back("Cache-Control", "no-cache");
    return made;
}

Answer get_tile(const Reading& reading) {
    const std::optional<std::uint64_t> level = parse_number(reading.request.path[1]);
    const std::optional<TileName> name = parse_tile_name(reading.request.path, 2);
    if (!level || *level > 7 || !name) return problem(ApiError::tile_must_exist);
    const auto there = is_in_log(reading.backend.chain(), *level, *name);
    if (!there) return fail(there.error());
    if (!*there) return problem(ApiError::tile_must_exist);
    const auto tile = reading.backend.chain().tile(static_cast<unsigned>(*level), name->index, name->width);
    if (!tile) return problem(tile.error());
    if (!*tile) return problem(ApiError::tile_must_exist);
    return tile_answer(std::string{as_text(**tile)}, "application/octet-stream");
}

Answer get_entries(const Reading& reading) {
    const std::optional<TileName> name = parse_tile_name(reading.request.path, 2);
    if (!name) return problem(ApiError::tile_must_exist);
    const auto there = is_in_log(reading.backend.chain(), 0, *name);
    if (!there) return fail(there.error());
    if (!*there) return problem(ApiError::tile_must_exist);
    const auto width = static_cast<std::size_t>(name->width);
    const auto leaves = reading.backend.chain().leaves(name->index * chain::tile_width, width);
    if (!leaves) return problem(leaves.error());
    if (leaves->size() < width) return problem(ApiError::tile_must_exist);
    std::string bundle;
    for (const Bytes& leaf : *leaves) {
        // A leaf is a transaction, whose size fits 16 bits.
        bundle.push_back(static_cast<char>(leaf.size() >> 8U));
        bundle.push_back(static_cast<char>(leaf.size() & 0xFFU));
        bundle += as_text(leaf);
    }
    return tile_answer(std::move(bundle), "application/octet-stream");
}

}  // namespace datadeed::api
