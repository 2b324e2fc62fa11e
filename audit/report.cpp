#include "audit/report.h"

namespace datadeed::audit {

FirstBad unreadable(const chain::Error& error, std::optional<Height> height) {
    return {.code = std::string{chain::code(error.fault)},
            .detail = std::string{chain::describe(error.fault)} + (error.detail.empty() ? "" : ": " + error.detail),
            .height = height,
            .place = error.place};
}

}  // namespace datadeed::audit
