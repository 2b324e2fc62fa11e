#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/bytes.h"

// What happened in a run, for people: a line an event, or a sequence diagram.

namespace datadeed::sim {

struct TraceEvent {
    std::uint64_t at_us{};
    std::string node{};  // that it happened at, or that was sent to
    std::string from{};  // the sender of a message; empty when it isn't one
    std::string text{};
};

using Trace = std::function<void(const TraceEvent&)>;

// "12.3 ms  node-1  crashes"; a message: "12.3 ms  node-1  hears from node-0: PREPARE view 0 height 1 47f61394".
[[nodiscard]] std::string text_of(const TraceEvent& event);

// A line of a Mermaid sequence diagram whose participants are the nodes' names: an arrow for a message, else a note.
[[nodiscard]] std::string mermaid_of(const TraceEvent& event);

// What a message between nodes says, in short; "" for those that decide nothing (tips, gossip, cosignatures).
[[nodiscard]] std::string describe_message(ByteView wire);

}  // namespace datadeed::sim
