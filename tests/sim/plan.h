#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "consensus/votes.h"

namespace datadeed::sim {

// What a Byzantine validator does; docs/testing.md says which faults of the list that covers.
enum class Lie : std::uint8_t {
    none,
    silent,            // votes for nothing, proposes nothing
    stalls,            // proposes nothing, but keeps talking
    slow,              // holds its proposals back for nearly as long as a view is given
    censors,           // proposes nothing that its peers' clients handed in
    two_stories,       // proposes and votes two blocks at once, to different peers
    wrong_roots,       // proposes blocks with a state root that execution doesn't give
    swaps_bodies,      // sends other transactions than the hash binds
    withholds,         // answers nobody who lacks a block
    selective,         // talks to some peers only
    boastful,          // claims to be ahead of everybody, by more than there is, or to have another last block
    backdated,         // proposes a first block of minutes ago
    hides_prepared,    // changes the view without what it has prepared
    forges,            // changes the view with certificates that nobody signed
    opens_falsely,     // opens a view without what must be carried
    opens_twice,       // opens a view in two ways, each of them well-formed
    mutates,           // changes views, heights and hashes of its votes by a little
    votes_as_primary,  // sends PREPARE for its own proposals
    votes_for_all,     // votes for whatever it hears of, in views that it has left, too
    impersonates,      // votes in the names of others, with its own key
    reuses,            // sends others' PREPAREs on as COMMITs
    floods,            // votes for far heights and views
    parrots,           // says again what others said long ago, final blocks unasked among it
    stuffs,            // certifies blocks by its own votes, as many as it takes
    trims,             // sends certificates of f + 1 votes
    other_chain,       // certifies blocks by votes of another chain
    poisons,           // offers snapshots that don't exist, and spoils parts of those that do
    old_keys,          // makes up blocks and snapshots by keys of past epochs
};
// Of those that every plan draws from. old_keys stands behind it: it came later, and is drawn where validators change.
inline constexpr auto last_drawn_lie = static_cast<std::uint64_t>(Lie::poisons);
[[nodiscard]] std::string_view name(Lie lie);

// How far the clock of a node that isn't faulty is off, either way, and how far it may be set back while it runs.
inline constexpr std::uint64_t clock_off_max_ms = 500;
inline constexpr std::uint64_t clock_step_max_ms = 10'000;

// What one run is like; everything follows from the seed. Chances are in thousandths.
struct Plan {
    std::uint64_t seed{};
    std::size_t validators{4};
    std::size_t observers{0};
    std::size_t byzantine{0};          // at most f
    std::vector<Lie> lies{};           // of each of them
    std::vector<Lie> observer_lies{};  // of the first observer, which isn't among `byzantine`

    // The network.
    std::uint64_t delay_us{1'000};   // of most messages, at most
    std::uint64_t slow_us{400'000};  // of a slow one, at most
    std::uint64_t loss{0};
    std::optional<consensus::MessageKind> rare_kind{};  // of whose messages half are lost
    std::uint64_t twice{0};
    std::uint64_t slow{0};
    std::uint64_t partition{0};  // that one begins; asked every 100 ms
    std::uint64_t clog{0};       // that some links hold all back for a while; asked as often

    // The machines; each is asked for every node every 100 ms.
    std::uint64_t tick_us{20'000};  // between ticks of one node: as the program does, or later
    std::uint64_t crash{0};
    std::uint64_t crash_in_write{0};  // at some write of a step to come
    bool fills_disks{false};          // which fails for want of room then, one time in two
    std::uint64_t pause{0};
    std::uint64_t crash_all{0};          // the power goes everywhere at once
    bool loses_votes{false};             // one node comes back once without its vote file
    bool rots_votes{false};              // a bit of one node's vote file turns while it is down
    bool loses_writes{false};            // the last writes to one node's vote file never reached the disk
    bool misdirects{false};              // the last one landed at an earlier place of that file
    bool diverges{false};                // one node's state comes to differ from what the chain gives
    bool wrong_clock{false};             // of one validator, by an hour
    bool wipes{false};                   // one node's disks are replaced once by empty ones
    bool loses_chain{false};             // one node comes back once with its vote file alone
    bool rolls_back{false};              // one node is set back once to a copy of all that it holds
    std::vector<std::int64_t> clocks{};  // of each node, ms off the true time
    std::vector<std::int64_t> drifts{};  // of each node's clocks, millionths; none when empty
    std::uint64_t clock_steps{0};        // that a node's clock is set; asked like `crash`
    bool clocks_go_back{false};  // they are set back, else forwards; never further apart than blocks' times may be

    // The members: how often they change who votes, while everything goes wrong.
    std::uint64_t changes{0};

    // Transactions between two snapshots; 0 for none.
    std::uint64_t snapshots{0};
    // Blocks below the newest snapshot that nodes keep when two snapshots stand for them; 0 for all.
    std::uint64_t keep_blocks{0};

    // The clients.
    std::size_t clients{3};
    std::uint64_t reused_nonces{0};  // that a client signs another transaction under a nonce that it used
    std::uint64_t submissions{40};   // before healing
    std::uint64_t faulty_ms{5'000};
    std::uint64_t healed_us{2'000};  // of a message after that, at most

    [[nodiscard]] bool has(Lie lie) const;
    // Whether one more validator, not a liar, can't be counted on for what it has signed, or to have what it decided.
    [[nodiscard]] bool hurts() const {
        return loses_votes || rots_votes || rolls_back || wipes || loses_chain || loses_writes || misdirects ||
               diverges;
    }
    // Whether what was taken from it is its chain: it has all its votes, and is no reason to fall silent.
    [[nodiscard]] bool keeps_votes() const { return loses_chain || diverges; }
    // Validators of which any of these is true.
    [[nodiscard]] std::size_t faulty() const { return byzantine + (hurts() ? 1U : 0U) + (wrong_clock ? 1U : 0U); }
    [[nodiscard]] std::string text() const;
};

[[nodiscard]] Plan make_plan(std::uint64_t seed);

}  // namespace datadeed::sim
