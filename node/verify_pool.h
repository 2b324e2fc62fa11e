#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "ledger/error.h"
#include "node/inbox.h"
#include "node/metrics.h"
#include "node/queue.h"
#include "node/replica/verify.h"
#include "node/senders.h"
#include "node/turns.h"

// The threads between the network and the replica: they decode messages and check every signature, the dear part of the
// work. What one peer sends has two queues, each done in the order in which it came: gossip, and all else, which
// doesn't wait for it. Clients' transactions are done in no order that anybody may rely on. Whose turn it is says
// turns.h, who may have how much waiting senders.h.

namespace datadeed::node {

// Called on a thread of the pool; must not block.
struct VerifyReports {
    // A client's transaction was refused before it got to the replica.
    std::function<void(replica::RequestToken, replica::Unusable)> on_refused{};
    // No room for it in the inbox.
    std::function<void(replica::RequestToken)> on_overload{};
    // A message broke a rule. Its sender is a member, so somebody will want to know.
    std::function<void(const std::string& peer, replica::WireError)> on_bad_message{};
    // So many did that the link to the peer must be closed; nothing more that comes over it is looked at.
    std::function<void(const std::string& peer)> on_misconduct{};
};

// What checking needs to know, in the present epoch.
using ContextPicture = Shared<std::shared_ptr<const replica::VerifyContext>>;

class VerifyPool {
public:
    // Starts `threads` threads, and one for small messages of validators alone: votes don't wait until a large message
    // is done. All that is borrowed must outlive it.
    VerifyPool(std::size_t threads, ContextPicture& context, Inbox& inbox, Senders& senders, Metrics& metrics,
               VerifyReports reports);
    // Stops as stop() does.
    ~VerifyPool();
    VerifyPool(const VerifyPool&) = delete;
    VerifyPool& operator=(const VerifyPool&) = delete;

    // All of these: any thread. A message for which its sender has no room is dropped and counted; links going up and
    // down never are. False when it was dropped, so that its link is read slowly.
    bool message(const std::string& peer, Bytes bytes);
    void link(const std::string& peer, bool up);
    // This node asks the peer for blocks, or for a snapshot: the answer is no imposition.
    void expect_answer(const std::string& peer);
    // False when there is no room.
    [[nodiscard]] bool transaction(Bytes bytes, replica::RequestToken token);

    // Others serve from now on; the context is already theirs. Any thread.
    void begin_epoch(const ledger::ValidatorSet& nodes);

    // Takes nothing more, finishes what waits and ends the threads.
    void stop();

private:
    struct Message {
        Bytes bytes{};
        std::uint64_t link{};  // over which it came
        ByteBudget::Lease lease{};
    };
    struct Link {
        bool up{};
    };
    struct Submission {
        Bytes bytes{};
        replica::RequestToken token{};
        ByteBudget::Lease lease{};
    };
    using Work = std::variant<Message, Link, Submission>;
    using Turn = Turns<Work>::Turn;
    using Clock = std::chrono::steady_clock;

    // Each sender has these; turns_ numbers them one sender after the other.
    enum class Queue : std::uint8_t { all_else, gossip, count };

    [[nodiscard]] static std::size_t queue_number_of(std::size_t sender, Queue which);
    [[nodiscard]] Sender& sender_of(std::size_t queue) const;
    [[nodiscard]] bool push(std::size_t queue, std::size_t cost, Work work);
    // One thread's life, with what it takes and what wakes it.
    void run(const std::function<std::optional<Turn>()>& take, std::condition_variable& arrived);
    void know_senders();
    void wait(std::unique_lock<std::mutex>& lock, std::condition_variable& arrived);
    void finish(std::size_t queue, Clock::time_point not_before);
    void release_due();
    // Does it; until when what comes next in its queue has to wait.
    [[nodiscard]] Clock::time_point work_on(Turn turn, replica::CheckedBefore& before);
    // How many transactions of gossip were in it.
    std::size_t check(Sender& sender, Message work, replica::CheckedBefore& before);
    void check(const Sender& sender, Link work);
    void check(Sender& sender, Submission work);
    void count_bad(Sender& sender, std::uint64_t link, std::size_t bad, replica::WireError error);

    ContextPicture* context_;
    Inbox* inbox_;
    Senders* senders_;
    Metrics* metrics_;
    VerifyReports reports_;

    std::mutex mutex_;
    std::condition_variable arrived_;
    std::condition_variable small_arrived_;
    Turns<Work> turns_;             // by queue; under mutex_
    std::size_t known_senders_{0};  // to it; under mutex_
    bool closed_{false};            // under mutex_
    // Queues that have used up their time, by when they have some again; under mutex_.
    std::multimap<Clock::time_point, std::size_t> resting_;
    std::vector<std::jthread> threads_;
};

}  // namespace datadeed::node
