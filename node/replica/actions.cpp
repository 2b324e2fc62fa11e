#include "node/replica/actions.h"

namespace datadeed::replica {

Halt to_halt(const chain::Error& error) {
    std::string reason{chain::describe(error.fault)};
    if (!error.place.empty()) reason += ": " + error.place;
    if (!error.detail.empty()) reason += " (" + error.detail + ")";
    return {.code = std::string{chain::code(error.fault)},
            .reason = std::move(reason),
            .hint = std::string{chain::advice(error.fault)}};
}

}  // namespace datadeed::replica
