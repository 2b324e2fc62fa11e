#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "ledger/validators.h"
#include "node/conduct.h"
#include "node/inbox.h"
#include "node/limits.h"
#include "node/rank.h"
#include "node/time_share.h"

// Who gives this node work: every other node of the chain, and all clients together. Each has a share of memory of its
// own, from the network until the replica is done with the message, so that nobody can take another's place.

namespace datadeed::node {

struct Sender {
    Sender(std::string id, Rank position, std::size_t bytes) : name{std::move(id)}, rank{position}, share{bytes} {}

    std::string name;  // empty: the clients
    std::atomic<Rank> rank;
    ByteBudget share;
    // Of a peer, any thread. Its links are numbered as they go up (1: before any); nothing more is looked at of those
    // up to shunned_link.
    std::atomic<std::uint64_t> link{1};
    std::atomic<std::uint64_t> shunned_link{0};
    // Blocks or snapshots that were asked of it and haven't come.
    std::atomic<std::size_t> answers_due{0};
    Conduct conduct{};
    // Each touched by nobody but who checks a message of its queue, which is one thread at a time.
    TimeShare small_time{small_time_parts, time_saved_max};
    TimeShare large_time{large_time_parts, time_saved_max};
    TimeShare gossip_time{gossip_time_parts, time_saved_max};
};

// Any thread. Once here a sender stays, with no room for its messages while the chain doesn't name it.
class Senders {
public:
    static constexpr std::size_t clients = 0;

    // `others`: peers that the configuration knows, and the chain, as this node has it, perhaps not.
    explicit Senders(const ledger::ValidatorSet& nodes, std::vector<std::string> others = {});
    // Others serve from now on. The shares are divided anew.
    void begin_epoch(const ledger::ValidatorSet& nodes);

    // The number of a peer; nothing when neither the chain nor the configuration has ever named it.
    [[nodiscard]] std::optional<std::size_t> find(const std::string& peer) const;
    [[nodiscard]] Sender& at(std::size_t number);
    [[nodiscard]] std::size_t size() const;

    // As many events as all shares together have room for.
    [[nodiscard]] std::size_t events_max() const;

private:
    void put(const std::string& name, Rank rank, std::size_t bytes);

    const std::vector<std::string> others_;
    mutable std::mutex mutex_;
    std::vector<std::unique_ptr<Sender>> senders_;
    std::map<std::string, std::size_t> numbers_;
};

}  // namespace datadeed::node
