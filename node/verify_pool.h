#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "ledger/error.h"
#include "node/inbox.h"
#include "node/metrics.h"
#include "node/replica/verify.h"

// The threads between the network and the replica: they decode messages and check every signature, the dear part of the
// work. What belongs to one peer is done by one thread, so it arrives in the order in which it came; clients'
// transactions are spread over all threads, in no order that anybody may rely on.

namespace datadeed::node {

// Called on a thread of the pool; must not block.
struct VerifyReports {
    // A client's transaction was refused before it got to the replica.
    std::function<void(replica::RequestToken, ledger::Refusal)> on_refused{};
    // No room for it in the inbox.
    std::function<void(replica::RequestToken)> on_overload{};
    // A message broke a rule. Its sender is a member, so somebody will want to know.
    std::function<void(const std::string& peer, replica::WireError)> on_bad_message{};
};

class VerifyPool {
public:
    // Starts the threads. All that is borrowed must outlive it.
    VerifyPool(std::size_t threads, const replica::VerifyContext& context, Inbox& inbox, ByteBudget& budget,
               Metrics& metrics, VerifyReports reports);
    // Stops as stop() does.
    ~VerifyPool();
    VerifyPool(const VerifyPool&) = delete;
    VerifyPool& operator=(const VerifyPool&) = delete;

    // All three: any thread. A message for which there's no room is dropped and counted; links going up and down never
    // are.
    void message(const std::string& peer, Bytes bytes);
    void link(const std::string& peer, bool up);
    // False when there is no room.
    [[nodiscard]] bool transaction(Bytes bytes, replica::RequestToken token);

    // Takes nothing more, finishes what waits and ends the threads.
    void stop();

private:
    struct Message {
        std::string peer{};
        Bytes bytes{};
        ByteBudget::Lease lease{};
    };
    struct Link {
        std::string peer{};
        bool up{};
    };
    struct Submission {
        Bytes bytes{};
        replica::RequestToken token{};
        ByteBudget::Lease lease{};
    };
    using Work = std::variant<Message, Link, Submission>;

    void run(Queue<Work>& queue);
    void check(Message work);
    void check(Link work);
    void check(Submission work);
    [[nodiscard]] Queue<Work>& queue_of(const std::string& peer);

    const replica::VerifyContext* context_;
    Inbox* inbox_;
    ByteBudget* budget_;
    Metrics* metrics_;
    VerifyReports reports_;
    std::vector<std::unique_ptr<Queue<Work>>> queues_;
    std::atomic<std::size_t> next_{0};
    std::vector<std::jthread> threads_;
};

}  // namespace datadeed::node
