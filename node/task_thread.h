#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <thread>

#include "node/inbox.h"

namespace datadeed::node {

// Whole milliseconds.
[[nodiscard]] std::uint64_t ms_since(std::chrono::steady_clock::time_point begin);

// A thread for what the replica has done elsewhere, one piece of work at a time, and the way back into its inbox.
// start() on the replica thread; ends with the work that is under way.
class TaskThread {
public:
    explicit TaskThread(Inbox& inbox) : inbox_{&inbox} {}
    ~TaskThread();
    TaskThread(const TaskThread&) = delete;
    TaskThread& operator=(const TaskThread&) = delete;

    // The work before has told what came of it, so this doesn't wait for long. `name`: as name_thread() has it.
    void start(const char* name, std::function<void()> work);
    // On that thread. The replica must hear of it, or it never asks for more: while its inbox is full, it is told
    // again.
    void tell(const std::function<replica::Event()>& event) const;

private:
    Inbox* inbox_;
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

}  // namespace datadeed::node
