#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/assert.h"
#include "base/bytes.h"
#include "node/config.h"

// Any bytes as a configuration: it is read, or refused with places inside the text and words that are safe to print.

namespace datadeed::node {
namespace {

bool is_printable(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F; });
}

void try_text(std::string_view text) {
    const auto config = parse_config(text, "/folder");
    if (config) {
        DATADEED_ASSERT(!config->name.empty() && config->data_dir.is_absolute() && config->peers.size() <= peers_max);
        return;
    }
    DATADEED_ASSERT(!config.error().empty());
    const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1;
    for (const ConfigError& error : config.error()) {
        DATADEED_ASSERT(error.line <= lines && error.code.starts_with("config."));
        DATADEED_ASSERT(is_printable(to_text(error, "node.toml")));
    }
}

}  // namespace
}  // namespace datadeed::node

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    datadeed::node::try_text(datadeed::as_text({data, size}));
    return 0;
}
