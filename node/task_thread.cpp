#include "node/task_thread.h"

#include <utility>

#include "node/process.h"

namespace datadeed::node {

std::uint64_t ms_since(std::chrono::steady_clock::time_point begin) {
    const auto took = std::chrono::steady_clock::now() - begin;
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(took).count());
}

TaskThread::~TaskThread() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
}

void TaskThread::start(const char* name, std::function<void()> work) {
    if (thread_.joinable()) thread_.join();
    thread_ = std::thread{[name, work = std::move(work)] {
        name_thread(name);
        work();
    }};
}

void TaskThread::tell(const std::function<replica::Event()>& event) const {
    const auto push = [&] { return inbox_->push(InboxItem{.event = event(), .lease = {}}); };
    while (!stopping_ && !push()) std::this_thread::sleep_for(std::chrono::milliseconds{100});
}

}  // namespace datadeed::node
