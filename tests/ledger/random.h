#pragma once

#include <rapidcheck.h>

#include <cstdint>
#include <vector>

// What random histories choose from.

namespace datadeed::ledger::test {

// A number of [0, bound).
inline std::uint64_t below(std::uint64_t bound) {
    return *rc::gen::inRange<std::uint64_t>(0, bound);
}

template <class T>
T one_of(const std::vector<T>& values) {
    return values[below(values.size())];
}

}  // namespace datadeed::ledger::test
