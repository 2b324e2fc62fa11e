#pragma once

#include <cstdint>
#include <random>

// Random choices that a seed repeats on every machine: std::uniform_int_distribution is the library's own affair.

namespace datadeed::torture {

class Random {
public:
    explicit Random(std::uint64_t seed) : engine_{seed} {}

    // From 0 up to, and without, `end`, which is above 0.
    [[nodiscard]] std::uint64_t below(std::uint64_t end) { return engine_() % end; }

private:
    std::mt19937_64 engine_;
};

}  // namespace datadeed::torture
