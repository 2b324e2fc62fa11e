#pragma once

#include <cstdint>

namespace datadeed::node {

// While both wait, validators come before the others validators_part times: consensus stays ahead of observers and
// clients, and a validator that floods can't shut them out.
enum class Rank : std::uint8_t { validator, other };

}  // namespace datadeed::node
