#include <cstddef>
#include <cstdint>

#include "base/assert.h"
#include "base/bytes.h"
#include "json/json.h"

// Any text: what parses prints as JSON that parses to the same value, within the limits; the rest has a place inside.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = datadeed::as_text({data, size});
    const auto value = datadeed::json::parse(text);
    if (!value) {
        DATADEED_ASSERT(value.error().line >= 1 && value.error().column >= 1 && value.error().column <= size + 1);
        return 0;
    }
    const auto again = datadeed::json::parse(datadeed::json::dump(*value), {.size_max = SIZE_MAX, .depth_max = 32});
    DATADEED_ASSERT(again.has_value() && *again == *value);
    const auto indented =
        datadeed::json::parse(datadeed::json::dump(*value, 1), {.size_max = SIZE_MAX, .depth_max = 32});
    DATADEED_ASSERT(indented.has_value() && *indented == *value);
    return 0;
}
