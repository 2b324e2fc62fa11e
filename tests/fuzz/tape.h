#pragma once

#include <cstdint>

#include "base/bytes.h"

// Bytes from the fuzzer as a list of choices, so that it writes structured inputs: zeros once it has ended.

namespace datadeed::fuzz {

class Tape {
public:
    explicit Tape(ByteView bytes) : bytes_{bytes} {}

    [[nodiscard]] bool ended() const { return at_ >= bytes_.size(); }
    std::uint8_t next() { return ended() ? std::uint8_t{0} : bytes_[at_++]; }
    // One of 0 to count - 1.
    std::size_t below(std::size_t count) { return next() % count; }
    std::uint64_t number() {
        std::uint64_t number = 0;
        for (int i = 0; i < 8; ++i) number = number << 8U | next();
        return number;
    }

private:
    ByteView bytes_;
    std::size_t at_{0};
};

}  // namespace datadeed::fuzz
