#include "cli/dev/process.h"

#include <signal.h>

#include "tests/support/catch.h"
#include "tests/support/folder.h"

namespace datadeed::cli {
namespace {

using std::chrono::milliseconds;

// A process that does nothing, with a "configuration" on its command line.
ProcessId spawn_sleeper(const support::Folder& folder) {
    const std::string config = folder / "node.toml";
    const Outcome<ProcessId> process = spawn_detached({.program = "/bin/sh",
                                                       .arguments = {"-c", "while :; do sleep 1; done", config},
                                                       .log = folder / "log",
                                                       .config = config});
    REQUIRE(process);
    return *process;
}

bool becomes(const ProcessId& process, ProcessState state) {
    for (int i = 0; i < 400 && state_of(process) != state; ++i) (void)wait_until_stopped(process, milliseconds{5});
    return state_of(process) == state;
}

}  // namespace

TEST_CASE("a process is started, paused, resumed and killed") {
    const support::Folder folder;
    const ProcessId process = spawn_sleeper(folder);
    CHECK(becomes(process, ProcessState::running));
    REQUIRE(send_signal(process, SIGSTOP));
    CHECK(becomes(process, ProcessState::paused));
    REQUIRE(send_signal(process, SIGCONT));
    CHECK(becomes(process, ProcessState::running));
    REQUIRE(send_signal(process, SIGKILL));
    CHECK(wait_until_stopped(process, milliseconds{5000}));
    CHECK(send_signal(process, SIGKILL).error().code == "dev.not_running");
}

TEST_CASE("a process that only has the number of ours is never signalled") {
    const support::Folder folder;
    const ProcessId process = spawn_sleeper(folder);
    REQUIRE(becomes(process, ProcessState::running));
    ProcessId later = process;
    later.start_ticks += 1;
    CHECK(state_of(later) == ProcessState::stopped);
    CHECK(send_signal(later, SIGKILL).error().code == "dev.not_running");
    ProcessId other = process;
    other.config = "/another/node.toml";
    CHECK(send_signal(other, SIGKILL).error().code == "dev.not_running");
    CHECK(state_of({.pid = 0, .start_ticks = 0, .config = {}}) == ProcessState::stopped);
    CHECK(state_of(process) == ProcessState::running);
    REQUIRE(send_signal(process, SIGKILL));
    CHECK(wait_until_stopped(process, milliseconds{5000}));
}

TEST_CASE("a process that was just started runs, also before the kernel has set up its command line") {
    const support::Folder folder;
    int thought_stopped = 0;
    for (int i = 0; i < 300; ++i) {
        const ProcessId process = spawn_sleeper(folder);
        if (state_of(process) == ProcessState::stopped) ++thought_stopped;
        REQUIRE(::kill(process.pid, SIGKILL) == 0);
        REQUIRE(wait_until_stopped(process, milliseconds{5'000}));
    }
    CHECK(thought_stopped == 0);
}

TEST_CASE("a program that can't be started is said to be so") {
    const support::Folder folder;
    const Outcome<ProcessId> process =
        spawn_detached({.program = folder / "missing", .arguments = {}, .log = folder / "log", .config = {}});
    REQUIRE_FALSE(process);
    CHECK(process.error().code == "dev.spawn_failed");
    CHECK(program_beside_this("no-such-program").error().code == "dev.program_missing");
}

}  // namespace datadeed::cli
