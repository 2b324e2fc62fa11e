#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "client/problem.h"

// Ports of the loopback address for a network that is about to start.

namespace datadeed::cli {

// Consecutive ports, held by listening on them until this object is gone, so that no other program takes them
// meanwhile.
class PortBlock {
public:
    // Codes: dev.port_in_use (names the port), dev.port_not_allowed, dev.ports_out_of_range.
    [[nodiscard]] static client::Outcome<PortBlock> at(std::uint16_t first, std::size_t count);

    // A block that is free, below the range that the system hands to outgoing connections: a node that was killed
    // must find its port free when it comes back.
    [[nodiscard]] static client::Outcome<PortBlock> anywhere(std::size_t count);

    PortBlock(PortBlock&& other) noexcept;
    PortBlock& operator=(PortBlock&& other) noexcept;
    PortBlock(const PortBlock&) = delete;
    PortBlock& operator=(const PortBlock&) = delete;
    ~PortBlock();

    [[nodiscard]] std::uint16_t first() const { return first_; }
    void release();

private:
    explicit PortBlock(std::uint16_t first) : first_{first} {}

    std::uint16_t first_{};
    std::vector<int> sockets_;
};

}  // namespace datadeed::cli
