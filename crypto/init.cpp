#include "crypto/init.h"

#include <sodium.h>

#include "base/assert.h"

namespace datadeed::crypto {

void init() {
    // 0 the first time, 1 ever after, -1 when there is no source of entropy: nothing here is safe to run then.
    DATADEED_ASSERT(sodium_init() >= 0);
}

}  // namespace datadeed::crypto
