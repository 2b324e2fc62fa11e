#pragma once

#include <cstdint>

namespace datadeed::sim {

// Our own generator (splitmix64), so that a seed means the same run on every machine and standard library.
class Rng {
public:
    explicit Rng(std::uint64_t seed) : state_{seed * 0x9E3779B97F4A7C15U + 0x1234567U} {}

    [[nodiscard]] std::uint64_t next() {
        state_ += 0x9E3779B97F4A7C15U;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
        return z ^ (z >> 31U);
    }

    // In [0, bound); bound is at least 1.
    [[nodiscard]] std::uint64_t below(std::uint64_t bound) { return next() % bound; }
    // In [low, high].
    [[nodiscard]] std::uint64_t between(std::uint64_t low, std::uint64_t high) { return low + below(high - low + 1); }
    // True so many times in a thousand.
    [[nodiscard]] bool chance(std::uint64_t per_mille) { return below(1000) < per_mille; }

    // A generator of its own, so that one part drawing more doesn't change what another draws.
    [[nodiscard]] Rng split() { return Rng{next()}; }

private:
    std::uint64_t state_;
};

}  // namespace datadeed::sim
