#include "node/replica/actions.h"

namespace datadeed::replica {
namespace {

constexpr const char* liars_hint =
    "don't start this node again: keep its folder, and find out with the others' operators whose signatures contradict";

}  // namespace

Halt to_halt(const chain::Error& error) {
    std::string reason{chain::describe(error.fault)};
    if (!error.place.empty()) reason += ": " + error.place;
    if (!error.detail.empty()) reason += " (" + error.detail + ")";
    return {.code = std::string{chain::code(error.fault)},
            .reason = std::move(reason),
            .hint = std::string{chain::advice(error.fault)}};
}

Halt two_certificates() {
    return {.code = "consensus.two_certificates",
            .reason = "two blocks of one height are certified: more than f validators lie",
            .hint = liars_hint};
}

Halt two_prepared() {
    return {.code = "consensus.two_prepared",
            .reason = "two blocks were prepared in one view: more than f validators lie",
            .hint = liars_hint};
}

}  // namespace datadeed::replica
