#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "node/replica/events.h"
#include "tests/sim/rng.h"
#include "tests/sim/world.h"

namespace datadeed::sim {

// The clients: what they hand in where, and what they were told.
class Workload {
public:
    struct Habits {
        std::size_t owners{};
        std::uint64_t reused_nonces{};  // in thousandths: what is signed under a nonce that its owner used before
    };
    Workload(const World& world, Habits habits, Rng rng);

    struct Submission {
        replica::RequestToken token{};
        replica::TransactionPtr transaction{};
    };
    // Something new to register, an offer, an acceptance, a conflict with an earlier one, a hopeless one, or an earlier
    // one once more.
    [[nodiscard]] Submission next(std::uint64_t true_ms);
    // Something that applies for sure.
    [[nodiscard]] Submission sure(std::uint64_t true_ms);

    void note_sent(const Submission& submission, std::size_t node);
    // The process that held these requests is gone, and perhaps their transactions with it.
    void note_crash(std::size_t node);
    void note_answer(replica::RequestToken token, const replica::Outcome& outcome);

    // Requests accepted by processes that still run, and not answered for good.
    [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }
    [[nodiscard]] std::string describe_waiting() const;
    [[nodiscard]] std::uint64_t committed() const { return committed_; }
    [[nodiscard]] std::uint64_t refused() const { return refused_; }
    [[nodiscard]] std::uint64_t nonces_reused() const { return nonces_reused_; }

private:
    [[nodiscard]] Submission make(std::size_t owner, ledger::Operation operation, std::uint64_t true_ms);
    [[nodiscard]] Submission sign(Order order);
    [[nodiscard]] ledger::Operation draw(std::size_t owner);

    const World* world_;
    Habits habits_;
    Rng rng_;
    std::uint64_t tokens_{0};
    std::uint64_t nonces_{0};
    std::uint64_t names_{0};
    struct Known {
        std::string data{};
        std::size_t owner{};
    };
    std::vector<Known> registered_;
    std::vector<replica::TransactionPtr> earlier_;
    std::vector<Order> orders_;
    struct Waiting {
        std::size_t node{};
        std::string what{};
    };
    std::map<replica::RequestToken, Waiting> waiting_;
    std::uint64_t committed_{0};
    std::uint64_t refused_{0};
    std::uint64_t nonces_reused_{0};
};

}  // namespace datadeed::sim
