#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "json/json.h"

// A process of its own that a test looks after, with both streams in one file. Killed with the object.

namespace datadeed::support {

struct Launch {
    std::vector<std::string> words{};        // the program, then its arguments
    std::string output{};                    // the file for both streams, emptied first
    std::vector<std::string> environment{};  // "NAME=value", in front of those that this process has
    std::optional<uid_t> user{};             // when root is to run it as somebody else
};

class Child {
public:
    explicit Child(Launch launch);
    ~Child();
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    // How it ended, once it has: the exit status, or 128 and the signal as a shell has it.
    [[nodiscard]] std::optional<int> status() const;
    // The same, waiting at most that long; nothing when it still runs.
    std::optional<int> wait_exit(std::chrono::milliseconds at_most = std::chrono::seconds{60}) const;
    // The first line of its output with this event, once it's there, unless it ends before or the time is over.
    [[nodiscard]] std::optional<json::Value> wait_for(const std::string& event,
                                                      std::chrono::milliseconds at_most = std::chrono::seconds{
                                                          60}) const;
    [[nodiscard]] std::string output() const;

    // False when there is no such process any more.
    bool send(int signal) const;
    [[nodiscard]] pid_t pid() const { return pid_; }
    // Nanoseconds that its thread of this name has run; "" is the first thread. Nothing when it has no such thread.
    [[nodiscard]] std::optional<std::uint64_t> thread_time(const std::string& name) const;

private:
    std::string output_;
    pid_t pid_{-1};
    mutable std::optional<int> status_{};
};

// The first line of a log with this event.
[[nodiscard]] std::optional<json::Value> find_event(const std::string& log, const std::string& event);

}  // namespace datadeed::support
