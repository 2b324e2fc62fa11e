#include "base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace datadeed {

void assertion_failed(const char* condition, const char* file, int line) noexcept {
    static_cast<void>(std::fprintf(
        stderr, "datadeed: internal error: '%s' does not hold at %s:%d; please report this\n", condition, file, line));
    std::abort();
}

}  // namespace datadeed
