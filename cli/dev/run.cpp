#include "cli/dev/run.h"

#include <signal.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <fstream>
#include <span>
#include <thread>

#include "client/profile.h"
#include "http/client.h"

namespace datadeed::cli {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr milliseconds poll_every{20};
constexpr milliseconds kill_wait{5000};
constexpr std::array<int, 2> guarded{SIGINT, SIGTERM};

std::atomic<bool> interrupt_seen{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may only touch what never locks");

void note_interrupt(int) {
    interrupt_seen.store(true);
}

// What a node said last: its error, when it ended with one.
std::string last_words(const std::string& path) {
    std::ifstream file{path};
    std::string line;
    std::string last;
    bool is_error = false;
    while (std::getline(file, line)) {
        if (line.empty()) continue;
        const bool begins_error = line.starts_with("error: ");
        if (line.starts_with('{')) is_error = false;
        if (begins_error || !is_error) last = line;
        is_error = is_error || begins_error;
    }
    return last;
}

Problem node_failed(const DevNode& node) {
    return {.code = "dev.node_failed",
            .title = "'" + node.name + "' ended before it was ready",
            .detail = last_words(node.log),
            .hint = {"its whole log: " + node.log},
            .status = 503};
}

bool answers(const DevNode& node, const std::string& path) {
    const Outcome<client::Endpoint> endpoint = client::parse_endpoint(node.ops);
    if (!endpoint) return false;
    http::ClientLimits limits{};
    limits.connect_time = milliseconds{500};
    limits.answer_time = milliseconds{1000};
    http::Connection connection{endpoint->host, endpoint->port, limits};
    http::Call call{};
    call.target = path;
    const Result<http::Response, http::Failure> reply = connection.call(call);
    return reply && reply->status == 200;
}

bool has_ended(const DevNode& node) {
    return node.process.pid != 0 && state_of(node.process) == ProcessState::stopped;
}

// Waits until the node answers 200 at `path`, as long as none of `all` ends.
Outcome<void> wait_for(const DevNode& node, const std::string& path, std::span<const DevNode> all,
                       Clock::time_point deadline) {
    while (!answers(node, path)) {
        if (InterruptGuard::interrupted()) {
            return fail(Problem{.code = client::code::interrupted, .title = "interrupted", .status = 499});
        }
        const auto ended = std::ranges::find_if(all, has_ended);
        if (ended != all.end()) return fail(node_failed(*ended));
        if (Clock::now() >= deadline) {
            return fail(Problem{.code = "dev.not_ready",
                                .title = "'" + node.name + "' isn't ready yet",
                                .detail = last_words(node.log),
                                .hint = {"its whole log: " + node.log, "give it longer with --timeout SECONDS"},
                                .status = 504});
        }
        std::this_thread::sleep_for(poll_every);
    }
    return {};
}

}  // namespace

Outcome<void> start_node(DevNode& node) {
    if (state_of(node.process) != ProcessState::stopped) {
        return fail(Problem{.code = "dev.already_running",
                            .title = "'" + node.name + "' runs already",
                            .detail = "as process " + std::to_string(node.process.pid),
                            .hint = {},
                            .status = 409});
    }
    const Outcome<std::string> program = program_beside_this("datadeed-node");
    if (!program) return fail(program.error());
    Outcome<ProcessId> process = spawn_detached(
        {.program = *program, .arguments = {"--config", node.config}, .log = node.log, .config = node.config});
    if (!process) return fail(process.error());
    node.process = std::move(*process);
    return {};
}

Outcome<void> wait_until_ready(const DevNetwork& network, milliseconds at_most) {
    const Clock::time_point deadline = Clock::now() + at_most;
    for (const DevNode& node : network.nodes) {
        if (Outcome<void> ready = wait_for(node, "/readyz", network.nodes, deadline); !ready) return ready;
    }
    return {};
}

Outcome<void> wait_until_alive(const DevNode& node, milliseconds at_most) {
    return wait_for(node, "/livez", std::span{&node, 1}, Clock::now() + at_most);
}

std::vector<std::string> stop_all(const DevNetwork& network, milliseconds at_most) {
    std::vector<std::string> names;
    for (const DevNode& node : network.nodes) {
        const ProcessState state = state_of(node.process);
        if (state == ProcessState::stopped) continue;
        names.push_back(node.name);
        if (!send_signal(node.process, SIGTERM)) continue;  // it ended by itself in between
        if (state == ProcessState::paused) (void)send_signal(node.process, SIGCONT);
    }
    const Clock::time_point deadline = Clock::now() + at_most;
    for (const DevNode& node : network.nodes) {
        const auto left = std::chrono::duration_cast<milliseconds>(deadline - Clock::now());
        (void)wait_until_stopped(node.process, std::max(left, milliseconds{0}));
    }
    kill_all(network);
    return names;
}

void kill_all(const DevNetwork& network) {
    for (const DevNode& node : network.nodes) {
        if (state_of(node.process) != ProcessState::stopped) (void)send_signal(node.process, SIGKILL);
    }
    for (const DevNode& node : network.nodes) (void)wait_until_stopped(node.process, kill_wait);
}

InterruptGuard::InterruptGuard() {
    interrupt_seen.store(false);
    for (const int number : guarded) static_cast<void>(::signal(number, note_interrupt));
}

InterruptGuard::~InterruptGuard() {
    for (const int number : guarded) static_cast<void>(::signal(number, SIG_DFL));
}

bool InterruptGuard::interrupted() {
    return interrupt_seen.load();
}

}  // namespace datadeed::cli
