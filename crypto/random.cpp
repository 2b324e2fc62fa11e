#include "crypto/random.h"

#include <sodium.h>

#include "crypto/init.h"

namespace datadeed::crypto {

void fill(std::span<std::uint8_t> out) {
    init();
    randombytes_buf(out.data(), out.size());
}

}  // namespace datadeed::crypto
