#pragma once

#include <cstddef>
#include <string_view>

namespace datadeed {

// The bytes of the character that `text` begins with, if it's one that steers a terminal or shows a reader something
// else than what is there: a control character (U+0000 to U+001F, U+007F to U+009F), a separator of lines or paragraphs
// (U+2028, U+2029), or one that turns the direction of a text around (U+202A to U+202E, U+2066 to U+2069). Otherwise 0.
// Pure; any thread.
[[nodiscard]] std::size_t steering_size(std::string_view text);

}  // namespace datadeed
