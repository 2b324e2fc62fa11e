#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace datadeed::sim {

// What the Byzantine validators of a run do.
enum class Lie : std::uint8_t {
    none,
    silent,       // vote for nothing, propose nothing
    two_stories,  // propose and vote two blocks at once, to different peers
    wrong_roots,  // propose blocks with a state root that execution doesn't give
    selective,    // talk to some peers only
    boastful,     // claim to be ahead of everybody, by more than there is
    backdated,    // propose a first block of minutes ago
};

// How far the clock of a node that isn't faulty is off, either way.
inline constexpr std::uint64_t clock_off_max_ms = 500;

// What one run is like; everything follows from the seed. Chances are in thousandths.
struct Plan {
    std::uint64_t seed{};
    std::size_t validators{4};
    std::size_t observers{0};
    std::size_t byzantine{0};  // at most f
    Lie lie{Lie::none};

    // The network.
    std::uint64_t delay_us{1'000};   // of most messages, at most
    std::uint64_t slow_us{400'000};  // of a slow one, at most
    std::uint64_t loss{0};
    std::uint64_t twice{0};
    std::uint64_t slow{0};
    std::uint64_t partition{0};  // that one begins; asked every 100 ms

    // The machines; each is asked for every node every 100 ms.
    std::uint64_t crash{0};
    std::uint64_t crash_in_write{0};  // at some write of a step to come
    std::uint64_t pause{0};
    std::uint64_t crash_all{0};          // the power goes everywhere at once
    bool loses_votes{false};             // one node comes back once without its vote file
    bool rolls_back{false};              // one node is set back once to a copy of all that it holds
    std::vector<std::int64_t> clocks{};  // of each node, ms off the true time

    // The clients.
    std::size_t clients{3};
    std::uint64_t submissions{40};  // before healing
    std::uint64_t faulty_ms{5'000};

    [[nodiscard]] std::string text() const;
};

[[nodiscard]] Plan make_plan(std::uint64_t seed);

}  // namespace datadeed::sim
