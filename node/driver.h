#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "node/inbox.h"
#include "node/log.h"
#include "node/metrics.h"
#include "node/replica/replica.h"

namespace datadeed::node {

using StatusPicture = Shared<std::shared_ptr<const replica::Status>>;

// What the replica's actions become. All are called on the replica thread and must not block.
struct DriverEffects {
    std::function<void(replica::SendTo)> send{};
    // All replies of one turn.
    std::function<void(std::vector<replica::Reply>)> reply{};
    std::function<void(const replica::Epochs&)> begin_epoch{};
    std::function<void(replica::ReadyAnswer)> ready{};
    std::function<void(replica::EvidenceFound)> evidence{};
    std::function<void(const replica::StoreWork&)> store_work{};
    // A snapshot has come whole: the replica has ended, and the node is to start again.
    std::function<void(const replica::StartAgain&)> start_again{};
    // Ends the process: must not return.
    std::function<void(const replica::Halt&)> halt{};
};

// The replica thread: the only one that touches the replica. It takes what has queued up, steps, performs the actions
// in order and publishes a picture of the status.
class Driver {
public:
    // All that is borrowed must outlive it. Publishes the first status before it returns; the thread starts with
    // start().
    Driver(std::unique_ptr<replica::Replica> replica, Inbox& inbox, Metrics& metrics, const Log& log,
           StatusPicture& status, DriverEffects effects);
    // Ends the thread as stop() does.
    ~Driver();
    Driver(const Driver&) = delete;
    Driver& operator=(const Driver&) = delete;

    void start();
    // Who serves as it begins. Before start() only.
    [[nodiscard]] const replica::Epochs& epochs() const { return replica_->epochs(); }
    // Ends the thread after the turn that it is in. What waits in the inbox is dropped: nothing was promised of it.
    void stop();

private:
    void run();
    void turn(std::vector<InboxItem> items);
    void perform(std::vector<replica::Action> actions);
    void on_block(const replica::BlockCommitted& block);
    void publish();

    std::unique_ptr<replica::Replica> replica_;
    Inbox* inbox_;
    Metrics* metrics_;
    const Log* log_;
    StatusPicture* status_;
    DriverEffects effects_;
    std::atomic<bool> stopping_{false};
    bool changed_{true};
    replica::MonotonicMs published_{};
    std::pair<std::uint32_t, std::uint32_t> view_{};  // epoch, and view in it
    std::thread thread_;
};

}  // namespace datadeed::node
