#pragma once

#include <cstdint>
#include <string_view>

namespace datadeed::audit {

// Why there is nothing to look at, or nothing to check it by. What is found wrong in a copy is no error of this kind
// but a FirstBad (report.h).
enum class Error : std::uint8_t {
    folder_not_found,
    chain_not_in_folder,
    archive_not_found,
    epochs_malformed,
    epochs_other_chain,
    epochs_not_certified,
    receipt_by_strangers,
};

// Stable and dotted: "audit.folder_not_found".
[[nodiscard]] std::string_view code(Error error);
// What happened, as a sentence without a place.
[[nodiscard]] std::string_view describe(Error error);
// What a person can do about it.
[[nodiscard]] std::string_view advice(Error error);

}  // namespace datadeed::audit
