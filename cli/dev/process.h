#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "client/problem.h"

// Processes of the development network: started so that they outlive the program that starts them, and signalled only
// when they are surely the ones that were started. Linux alone: it reads /proc.

namespace datadeed::cli {

using client::Outcome;
using client::Problem;

// A process that won't be mistaken for a later one with the same number.
struct ProcessId {
    pid_t pid{};
    std::uint64_t start_ticks{};  // when it began, in clock ticks after boot: field 22 of /proc/PID/stat
    std::string config{};         // the configuration file that stands on its command line

    friend bool operator==(const ProcessId&, const ProcessId&) = default;
};

enum class ProcessState : std::uint8_t {
    stopped,  // there is no such process, or another one has its number
    running,
    paused,  // by SIGSTOP
};

struct Launch {
    std::string program{};
    std::vector<std::string> arguments{};
    std::string log{};     // standard output and standard error are appended here
    std::string config{};  // one of the arguments
};

// Starts the program in a session of its own, with nothing on standard input. Code: dev.spawn_failed.
[[nodiscard]] Outcome<ProcessId> spawn_detached(const Launch& launch);

[[nodiscard]] ProcessState state_of(const ProcessId& process);

// Sends the signal if the process is still the one that was started. Codes: dev.not_running, dev.signal_failed.
[[nodiscard]] Outcome<void> send_signal(const ProcessId& process, int signal);

// Whether the process ended within this time.
[[nodiscard]] bool wait_until_stopped(const ProcessId& process, std::chrono::milliseconds at_most);

// A program that was installed or built beside this one. Code: dev.program_missing.
[[nodiscard]] Outcome<std::string> program_beside_this(const std::string& name);

}  // namespace datadeed::cli
