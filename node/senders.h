#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger/validators.h"
#include "node/conduct.h"
#include "node/inbox.h"
#include "node/replica/wire.h"
#include "node/turns.h"

// Who gives this node work: every other node of the chain, and all clients together. Each has a share of memory of its
// own, from the network until the replica is done with the message, so that nobody can take another's place.

namespace datadeed::node {

// What a piece of work counts beyond its bytes: the memory around it, and the trouble with small ones.
inline constexpr std::size_t work_overhead = 1024;

// Divided among those who have it; but each has room for the largest message.
inline constexpr std::size_t validators_bytes = std::size_t{64} << 20U;
inline constexpr std::size_t observers_bytes = std::size_t{16} << 20U;
inline constexpr std::size_t clients_bytes = std::size_t{16} << 20U;
inline constexpr std::size_t peer_bytes_min = replica::wire_size_max + work_overhead;

// The part of a peer's share that its gossip may take: the rest is for votes and blocks, which come only after it.
inline constexpr std::size_t gossip_part = 2;  // one half

struct Sender {
    Sender(std::string id, Rank position, std::size_t bytes) : name{std::move(id)}, rank{position}, share{bytes} {}

    std::string name;  // empty: the clients
    Rank rank;
    ByteBudget share;
    // Of a peer; touched by nobody but who checks its message, which is one thread at a time.
    Conduct conduct{};
    bool shunned{false};  // what came over the present link is dropped
};

// Fixed once made, but for what a Sender holds.
class Senders {
public:
    static constexpr std::size_t clients = 0;

    explicit Senders(const ledger::ValidatorSet& nodes);

    // The number of a peer; nothing when the chain doesn't name it.
    [[nodiscard]] std::optional<std::size_t> find(const std::string& peer) const;
    [[nodiscard]] Sender& at(std::size_t number) { return *senders_.at(number); }
    [[nodiscard]] std::size_t size() const { return senders_.size(); }

    // As many events as all shares together have room for.
    [[nodiscard]] std::size_t events_max() const;

private:
    void add(std::string name, Rank rank, std::size_t bytes);

    std::vector<std::unique_ptr<Sender>> senders_;
    std::map<std::string, std::size_t> numbers_;
};

}  // namespace datadeed::node
