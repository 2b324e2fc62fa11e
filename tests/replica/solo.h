#pragma once

#include <string>
#include <vector>

#include "base/assert.h"
#include "tests/sim/node.h"
#include "tests/sim/world.h"

// A chain with one validator, stepped by hand: whatever is submitted is decided within the step.

namespace datadeed::replica::testing {

class Solo {
public:
    explicit Solo(std::size_t observers = 0, std::size_t owners = 3)
        : world{sim::make_world(1, observers, owners)}, node{world, sim::validator_name(0)} {
        restart();
    }

    void restart() {
        const Result<void, std::string> started = node.start();
        DATADEED_ASSERT(started.has_value());
        (void)tick(20);
    }
    std::vector<Action> tick(std::uint64_t ms) {
        now_ms += ms;
        return node.replica().step(time());
    }
    [[nodiscard]] Event time() const {
        return Tick{.now = MonotonicMs{now_ms}, .wall = TimeMs{sim::epoch_ms + now_ms}};
    }
    TransactionPtr make(std::size_t owner, std::vector<ledger::Operation> operations, std::uint64_t lives_ms = 60'000) {
        const Bytes raw = sim::sign_order(world, {.owner = owner,
                                                  .nonce_us = (sim::epoch_ms + now_ms) * 1000 + nonce++,
                                                  .expires_ms = sim::epoch_ms + now_ms + lives_ms,
                                                  .operations = std::move(operations)});
        return sim::checked(world, raw);
    }
    TransactionPtr registration(std::size_t owner, const std::string& name) {
        return make(owner, {ledger::RegisterData{
                               .data = ledger::DatasetId{name}, .title = "T", .type = "table", .commitment = {}}});
    }
    TransactionPtr offer(std::size_t owner, const std::string& name, std::size_t to) {
        return make(owner,
                    {ledger::TransferOffer{
                        .data = ledger::DatasetId{name}, .to = sim::owner_name(to), .share = ledger::ShareBp{100}}});
    }
    std::vector<Action> submit(const TransactionPtr& transaction) {
        return node.replica().step(
            Event{SubmitTransaction{.transaction = transaction, .token = RequestToken{++tokens}}});
    }

    sim::World world;
    sim::Node node;
    std::uint64_t now_ms{1'000};
    std::uint64_t nonce{0};
    std::uint64_t tokens{0};
};

template <class T>
std::vector<T> all_of(const std::vector<Action>& actions) {
    std::vector<T> found;
    for (const Action& action : actions) {
        if (const T* known = std::get_if<T>(&action)) found.push_back(*known);
    }
    return found;
}

template <class T>
std::vector<T> answers(const std::vector<Action>& actions) {
    std::vector<T> found;
    for (const Reply& reply : all_of<Reply>(actions)) {
        if (const T* known = std::get_if<T>(&reply.outcome)) found.push_back(*known);
    }
    return found;
}

}  // namespace datadeed::replica::testing
