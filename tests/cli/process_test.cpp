#include "cli/dev/process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

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

TEST_CASE("a process that was killed has stopped when its locks are free") {
    const support::Folder folder;
    const std::string lock = folder / "lock";
    const std::string config = folder / "node.toml";
    // It holds much memory, which the kernel takes back before it closes the files.
    const std::string script = "exec 9>" + lock + "; flock 9; x=$(head -c 60000000 /dev/zero | tr '\\0' x); echo >" +
                               (folder / "holds") + "; kill -STOP $$";  // no child that would have the lock, too
    for (int i = 0; i < 5; ++i) {
        std::filesystem::remove(folder / "holds");
        const Outcome<ProcessId> process = spawn_detached(
            {.program = "/bin/sh", .arguments = {"-c", script, config}, .log = folder / "log", .config = config});
        REQUIRE(process);
        for (int wait = 0; wait < 4'000 && !std::filesystem::exists(folder / "holds"); ++wait) {
            std::this_thread::sleep_for(milliseconds{5});
        }
        REQUIRE(std::filesystem::exists(folder / "holds"));
        REQUIRE(::kill(process->pid, SIGKILL) == 0);
        REQUIRE(wait_until_stopped(*process, milliseconds{5'000}));
        const int file = ::open(lock.c_str(), O_RDWR | O_CLOEXEC);
        REQUIRE(file >= 0);
        CHECK(::flock(file, LOCK_EX | LOCK_NB) == 0);
        ::close(file);
    }
}

TEST_CASE("a process whose first thread has ended runs on while another one does") {
    int ready[2]{};
    REQUIRE(::pipe(ready) == 0);
    const pid_t pid = ::fork();
    REQUIRE(pid >= 0);
    if (pid == 0) {
        std::thread{[fd = ready[1]] {
            (void)!::write(fd, "x", 1);
            while (true) ::pause();
        }}.detach();
        ::syscall(SYS_exit, 0);  // of this thread alone
    }
    char byte = 0;
    REQUIRE(::read(ready[0], &byte, 1) == 1);
    ::close(ready[0]);
    ::close(ready[1]);
    // What /proc says of it: the word that stands first on its command line, and when it began.
    std::string program;
    std::getline(std::ifstream{"/proc/" + std::to_string(pid) + "/cmdline"}, program, '\0');
    std::ifstream stat{"/proc/" + std::to_string(pid) + "/stat"};
    std::string text{std::istreambuf_iterator<char>{stat}, {}};
    std::istringstream fields{text.substr(text.rfind(')') + 1)};
    std::vector<std::string> words{std::istream_iterator<std::string>{fields}, {}};
    const ProcessId process{.pid = pid, .start_ticks = std::stoull(words.at(19)), .config = program};
    for (int i = 0; i < 400 && words.at(0) != "Z"; ++i) {
        std::this_thread::sleep_for(milliseconds{5});
        std::ifstream again{"/proc/" + std::to_string(pid) + "/stat"};
        const std::string line{std::istreambuf_iterator<char>{again}, {}};
        words.at(0) = line.substr(line.rfind(')') + 2, 1);
    }
    REQUIRE(words.at(0) == "Z");
    CHECK(state_of(process) == ProcessState::running);
    REQUIRE(send_signal(process, SIGKILL));
    CHECK(wait_until_stopped(process, milliseconds{5'000}));
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
