#pragma once

#include <cstdint>
#include <string>

namespace datadeed::sim {

// How often things happened that a good set of seeds must have.
struct Sights {
    std::uint64_t blocks{};
    std::uint64_t transactions{};
    std::uint64_t committed_answers{};
    std::uint64_t refused_answers{};
    std::uint64_t nonces_reused{};  // by clients, for other transactions
    std::uint64_t crashes{};
    std::uint64_t crashes_in_write{};
    std::uint64_t disks_full{};  // of these
    std::uint64_t views{};
    std::uint64_t carried{};      // blocks, by NEW-VIEWs,
    std::uint64_t carried_far{};  // and over a view or more
    std::uint64_t caught_up{};    // blocks fetched
    std::uint64_t silenced{};
    std::uint64_t rolled_back{};   // nodes set back to an older copy,
    std::uint64_t wiped{};         // or to nothing
    std::uint64_t votes_lost{};    // whole files of votes,
    std::uint64_t votes_rotten{};  // or a bit of one
    std::uint64_t recognised{};    // those with lost votes that had to notice, and did
    std::uint64_t writes_lost{};   // to a vote file,
    std::uint64_t misdirected{};   // or done at another place
    std::uint64_t chains_lost{};   // by nodes that kept their votes
    std::uint64_t differed{};      // states that were found not to be what the chain gives
    std::uint64_t refused_proposals{};
    std::uint64_t backdated{};  // blocks proposed by a liar with a time long gone
    std::uint64_t evidence{};
    std::uint64_t convicted{};  // validators, by evidence on the chain
    std::uint64_t checkpoints{};
    std::uint64_t epochs{};           // that began
    std::uint64_t epochs_amid{};      // on a node, while somebody changed its view
    std::uint64_t snapshots{};        // written,
    std::uint64_t taken_over{};       // and gone on from,
    std::uint64_t taken_over_amid{};  // while somebody changed its view
    std::uint64_t archived{};         // files of blocks that were pruned then
    std::uint64_t voices{};           // given up for a snapshot
    std::uint64_t poisoned{};         // snapshots or parts that were found to be wrong
    std::uint64_t made_up{};          // blocks and snapshots by keys of past epochs

    void add(const Sights& other);
    // All of them, in words.
    [[nodiscard]] std::string text() const;
    // Those that were seen less than so many times, in words, but for the rarest.
    [[nodiscard]] std::string below(std::uint64_t least) const;
};

}  // namespace datadeed::sim
