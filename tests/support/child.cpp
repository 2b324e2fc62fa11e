#include "tests/support/child.h"

#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "base/assert.h"

namespace datadeed::support {
namespace {

constexpr std::chrono::milliseconds poll_every{5};
// Statuses that no program of ours has.
constexpr int no_such_user = 126;
constexpr int no_such_program = 127;

std::vector<char*> pointers(std::vector<std::string>& words) {
    std::vector<char*> all;
    for (std::string& word : words) all.push_back(word.data());
    all.push_back(nullptr);
    return all;
}

[[noreturn]] void become(int output, std::optional<uid_t> user, char* const* words, char* const* environment) {
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    // Opened before: another user may have no way to it, as to a checkout in root's home.
    const int program = ::open(words[0], O_PATH | O_CLOEXEC);
    if (user && (::setgroups(0, nullptr) != 0 || ::setgid(*user) != 0 || ::setuid(*user) != 0)) ::_exit(no_such_user);
    ::fexecve(program, words, environment);
    ::_exit(no_such_program);
}

}  // namespace

Child::Child(Launch launch) : output_{std::move(launch.output)} {
    for (char** name = environ; *name != nullptr; ++name) launch.environment.emplace_back(*name);
    const std::vector<char*> words = pointers(launch.words);
    const std::vector<char*> environment = pointers(launch.environment);
    // Opened here: what an earlier process wrote there must be gone before anybody looks.
    const int file = ::open(output_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    pid_ = ::fork();
    DATADEED_ASSERT(file >= 0 && pid_ >= 0);
    if (pid_ == 0) become(file, launch.user, words.data(), environment.data());
    ::close(file);
}

Child::~Child() {
    if (status()) return;
    (void)send(SIGKILL);
    (void)wait_exit();
}

std::optional<int> Child::status() const {
    int status = 0;
    if (!status_ && ::waitpid(pid_, &status, WNOHANG) == pid_) {
        status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    return status_;
}

std::optional<int> Child::wait_exit(std::chrono::milliseconds at_most) const {
    const auto until = std::chrono::steady_clock::now() + at_most;
    while (!status() && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(poll_every);
    return status_;
}

std::optional<json::Value> Child::wait_for(const std::string& event, std::chrono::milliseconds at_most) const {
    const auto until = std::chrono::steady_clock::now() + at_most;
    for (bool running = true; running && std::chrono::steady_clock::now() < until;) {
        running = !status();
        if (auto found = find_event(output(), event)) return found;
        std::this_thread::sleep_for(poll_every);
    }
    return std::nullopt;
}

std::string Child::output() const {
    std::ifstream in{output_, std::ios::binary};
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

bool Child::send(int signal) const {
    // Once it was waited for, its number may be another's.
    return !status() && ::kill(pid_, signal) == 0;
}

std::optional<std::uint64_t> Child::thread_time(const std::string& name) const {
    const std::string tasks = "/proc/" + std::to_string(pid_) + "/task";
    for (const std::filesystem::directory_entry& task : std::filesystem::directory_iterator{tasks}) {
        std::string comm;
        std::ifstream{task.path() / "comm"} >> comm;
        const bool is_it = name.empty() ? task.path().filename() == std::to_string(pid_) : comm == name;
        std::uint64_t time = 0;
        if (is_it && std::ifstream{task.path() / "schedstat"} >> time) return time;
    }
    return std::nullopt;
}

std::optional<json::Value> find_event(const std::string& log, const std::string& event) {
    std::istringstream lines{log};
    for (std::string line; std::getline(lines, line);) {
        if (line.find(event) == std::string::npos) continue;
        auto value = json::parse(line);
        if (value && value->text_at("event") == event) return std::move(*value);
    }
    return std::nullopt;
}

}  // namespace datadeed::support
