#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "node/config.h"
#include "tests/sim/plan.h"

namespace datadeed::torture {

// From now on the node with this configuration, which runs in this process, says what a liar of the simulator makes of
// its messages: datadeed-liar is linked so that node::Node's links go through here (lying_links.cpp). Call before
// Node::start(), once a process. The error is for people.
[[nodiscard]] Result<void, std::string> begin_to_lie(const node::NodeConfig& config, std::vector<sim::Lie> lies,
                                                     std::uint64_t seed);
// Nothing more is said: call before the node goes, whose links are borrowed.
void fall_silent();
// Messages that went out otherwise than the node said them, not at all, or beside them; and those that it didn't let
// the node see.
[[nodiscard]] std::uint64_t lies_told();

}  // namespace datadeed::torture
