#include "cli/interrupt.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <string>

#include "tests/support/catch.h"

namespace datadeed::cli {
namespace {

struct Ending {
    int status{};
    std::string said{};
};

constexpr int came_through = 7;

// What becomes of a process that sends itself `number` inside of a notice, with its standard error in a pipe.
Ending signal_inside_a_notice(int number, bool ignored_before) {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        ::dup2(ends[1], STDERR_FILENO);
        ::signal(number, ignored_before ? SIG_IGN : SIG_DFL);
        const InterruptNotice notice{"stopped\n"};
        ::raise(number);
        ::_exit(came_through);
    }
    ::close(ends[1]);
    Ending ending;
    std::array<char, 64> buffer{};
    for (ssize_t size = 0; (size = ::read(ends[0], buffer.data(), buffer.size())) > 0;) {
        ending.said.append(buffer.data(), static_cast<std::size_t>(size));
    }
    ::close(ends[0]);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    ending.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return ending;
}

}  // namespace

TEST_CASE("an interrupt says the notice, whole, and ends with its exit code") {
    for (const int number : {SIGINT, SIGTERM}) {
        const Ending ending = signal_inside_a_notice(number, false);
        CHECK(ending.status == 130);
        CHECK(ending.said == "stopped\n");
    }
}

TEST_CASE("a signal that is to be ignored stays so") {
    for (const int number : {SIGINT, SIGTERM}) {
        const Ending ending = signal_inside_a_notice(number, true);
        CHECK(ending.status == came_through);
        CHECK(ending.said.empty());
    }
}

}  // namespace datadeed::cli
