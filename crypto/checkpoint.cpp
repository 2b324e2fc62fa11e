#include "crypto/checkpoint.h"

#include <algorithm>

#include "base/assert.h"
#include "crypto/text.h"

namespace datadeed::crypto {

std::string format_checkpoint(const Checkpoint& checkpoint) {
    DATADEED_ASSERT(is_plain_line(checkpoint.origin) && std::ranges::all_of(checkpoint.extensions, is_plain_line));
    std::string text =
        checkpoint.origin + "\n" + std::to_string(checkpoint.size) + "\n" + to_base64(checkpoint.root) + "\n";
    for (const std::string& line : checkpoint.extensions) text += line + "\n";
    return text;
}

Result<Checkpoint, Error> parse_checkpoint(std::string_view text) {
    const std::optional<std::string_view> origin = take_line(text);
    const std::optional<std::string_view> size_line = take_line(text);
    const std::optional<std::string_view> root_line = take_line(text);
    if (!origin || !size_line || !root_line) return fail(Error::checkpoint_must_be_well_formed);
    const std::optional<std::uint64_t> size = parse_decimal(*size_line);
    const std::optional<Digest> root = parse_digest(*root_line);
    if (!is_plain_line(*origin) || !size || !root) return fail(Error::checkpoint_must_be_well_formed);

    Checkpoint checkpoint{.origin = std::string{*origin}, .size = *size, .root = *root};
    while (!text.empty()) {
        const std::optional<std::string_view> line = take_line(text);
        if (!line || !is_plain_line(*line)) return fail(Error::checkpoint_must_be_well_formed);
        checkpoint.extensions.emplace_back(*line);
    }
    return checkpoint;
}

}  // namespace datadeed::crypto
