#include "cli/dev/process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <system_error>
#include <thread>

namespace datadeed::cli {
namespace {

struct Stat {
    char state{};
    std::uint64_t start_ticks{};
};

// What /proc/PID/stat says. The name in it may hold anything, so fields are counted after its last parenthesis.
std::optional<Stat> read_stat(pid_t pid) {
    std::ifstream file{"/proc/" + std::to_string(pid) + "/stat"};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    const std::size_t name_end = text.rfind(')');
    if (name_end == std::string::npos) return std::nullopt;
    std::istringstream fields{text.substr(name_end + 1)};
    Stat stat;
    fields >> stat.state;
    constexpr int fields_between = 18;  // from 4 (ppid) to 21
    std::string ignored;
    for (int i = 0; i < fields_between; ++i) fields >> ignored;
    fields >> stat.start_ticks;
    if (!fields) return std::nullopt;
    return stat;
}

// Whether its command line has other words only. One that begins or ends has none yet, or none any more.
bool is_anothers(pid_t pid, const std::string& wanted) {
    std::ifstream file{"/proc/" + std::to_string(pid) + "/cmdline"};
    bool has_words = false;
    std::string argument;
    while (std::getline(file, argument, '\0')) {
        if (argument == wanted) return false;
        has_words = true;
    }
    return has_words;
}

// A process that was killed is gone when its last thread is: until then its files are open and its locks held.
bool has_other_threads(pid_t pid) {
    std::error_code error;
    std::filesystem::directory_iterator tasks{"/proc/" + std::to_string(pid) + "/task", error};
    std::size_t count = 0;
    for (const std::filesystem::directory_iterator end; !error && tasks != end; tasks.increment(error)) ++count;
    return count > 1;
}

// While the kernel sets a program up its command line is empty for a moment; who looked then would take the process for
// another's.
void wait_for_command_line(pid_t pid) {
    for (int i = 0; i < 2'000; ++i) {
        std::ifstream file{"/proc/" + std::to_string(pid) + "/cmdline"};
        const std::optional<Stat> stat = read_stat(pid);
        if (file.peek() != std::ifstream::traits_type::eof() || !stat || stat->state == 'Z') return;
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
}

std::optional<Stat> stat_of(const ProcessId& process) {
    const std::optional<Stat> stat = read_stat(process.pid);
    if (!stat || stat->start_ticks != process.start_ticks || stat->state == 'X') return std::nullopt;
    return stat;
}

// A child of ours that ended stays as a zombie until somebody asks for its exit code.
void reap(pid_t pid) {
    int status = 0;
    (void)::waitpid(pid, &status, WNOHANG);
}

// The attributes and redirections of posix_spawn, freed at the end of the scope.
class SpawnPlan {
public:
    explicit SpawnPlan(const std::string& log) {
        ::posix_spawn_file_actions_init(&actions_);
        ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        ::posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
        ::posix_spawn_file_actions_adddup2(&actions_, STDOUT_FILENO, STDERR_FILENO);
        ::posix_spawnattr_init(&attributes_);
        sigset_t none{};
        sigemptyset(&none);
        sigset_t defaults{};
        sigemptyset(&defaults);
        sigaddset(&defaults, SIGPIPE);
        sigaddset(&defaults, SIGINT);
        sigaddset(&defaults, SIGTERM);
        ::posix_spawnattr_setsigmask(&attributes_, &none);
        ::posix_spawnattr_setsigdefault(&attributes_, &defaults);
        ::posix_spawnattr_setflags(
            &attributes_, static_cast<short>(POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
    }
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;
    ~SpawnPlan() {
        ::posix_spawn_file_actions_destroy(&actions_);
        ::posix_spawnattr_destroy(&attributes_);
    }
    // 0, or what failed as errno has it.
    int spawn(pid_t& pid, std::vector<char*>& argv) {
        return ::posix_spawn(&pid, argv[0], &actions_, &attributes_, argv.data(), environ);
    }

private:
    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
};

}  // namespace

Outcome<ProcessId> spawn_detached(const Launch& launch) {
    std::vector<std::string> words{launch.program};
    words.insert(words.end(), launch.arguments.begin(), launch.arguments.end());
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    SpawnPlan plan{launch.log};
    pid_t pid = 0;
    const int error = plan.spawn(pid, argv);
    const std::optional<Stat> stat = error == 0 ? read_stat(pid) : std::nullopt;
    if (!stat) {
        return fail(Problem{.code = "dev.spawn_failed",
                            .title = "can't start '" + launch.program + "'",
                            .detail = std::generic_category().message(error == 0 ? ESRCH : error),
                            .hint = {"check that the program is there and may be executed"},
                            .status = 500});
    }
    wait_for_command_line(pid);
    return ProcessId{.pid = pid, .start_ticks = stat->start_ticks, .config = launch.config};
}

ProcessState state_of(const ProcessId& process) {
    if (process.pid <= 0) return ProcessState::stopped;
    reap(process.pid);
    const std::optional<Stat> stat = stat_of(process);
    if (!stat || is_anothers(process.pid, process.config)) return ProcessState::stopped;
    if (stat->state == 'Z' && !has_other_threads(process.pid)) return ProcessState::stopped;
    return stat->state == 'T' ? ProcessState::paused : ProcessState::running;
}

Outcome<void> send_signal(const ProcessId& process, int signal) {
    if (state_of(process) == ProcessState::stopped) {
        return fail(Problem{.code = "dev.not_running",
                            .title = "the process isn't running",
                            .detail = "no process " + std::to_string(process.pid) + " with that configuration",
                            .hint = {},
                            .status = 409});
    }
    if (::kill(process.pid, signal) != 0) {
        return fail(Problem{.code = "dev.signal_failed",
                            .title = "can't signal process " + std::to_string(process.pid),
                            .detail = std::generic_category().message(errno),
                            .hint = {"use the account that started the network"},
                            .status = 403});
    }
    return {};
}

bool wait_until_stopped(const ProcessId& process, std::chrono::milliseconds at_most) {
    const auto deadline = std::chrono::steady_clock::now() + at_most;
    while (state_of(process) != ProcessState::stopped) {
        if (std::chrono::steady_clock::now() >= deadline) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
    return true;
}

Outcome<std::string> program_beside_this(const std::string& name) {
    std::error_code error;
    const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
    const std::filesystem::path program = self.parent_path() / name;
    if (!error && ::access(program.c_str(), X_OK) == 0) return program.string();
    return fail(Problem{.code = "dev.program_missing",
                        .title = "'" + name + "' isn't beside this program",
                        .detail = "looked for " + program.string(),
                        .hint = {"build both into one folder: scripts/build"},
                        .status = 500});
}

}  // namespace datadeed::cli
