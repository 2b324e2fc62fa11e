#include "node/fault.h"

#include <array>
#include <utility>

namespace datadeed::node {

std::string to_text(const Fault& fault) {
    std::string text = "error: " + fault.detail + " [" + fault.code + "]\n";
    if (!fault.hint.empty()) text += "  try: " + fault.hint + "\n";
    return text;
}

Exit exit_for(std::string_view code) {
    // Longer codes before the rooms they belong to: the first that fits counts.
    constexpr std::array<std::pair<std::string_view, Exit>, 16> table = {{
        {"store.disk_full", Exit::disk_full},
        {"file.disk_full", Exit::disk_full},
        {"file.not_found", Exit::missing},
        {"file.too_large", Exit::usage},
        {"folder.other_chain", Exit::wrong_chain},
        {"store.damaged", Exit::verification},
        {"store.", Exit::store},
        {"file.", Exit::store},
        {"folder.", Exit::folder},
        {"chain.", Exit::verification},
        {"state.", Exit::verification},
        {"snapshot.", Exit::verification},
        {"votes.", Exit::verification},
        {"consensus.", Exit::verification},
        {"keys.", Exit::keys},
        {"crypto.", Exit::cryptography},
    }};
    for (const auto& [prefix, exit] : table) {
        if (code.starts_with(prefix)) return exit;
    }
    return Exit::internal;
}

}  // namespace datadeed::node
