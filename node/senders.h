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
#include "node/turns.h"

// Who gives this node work: every other node of the chain, and all clients together. Each has a share of memory of its
// own, from the network until the replica is done with the message, so that nobody can take another's place.

namespace datadeed::node {

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
