#include <signal.h>

#include <algorithm>
#include <thread>

#include "cli/commands/commands.h"
#include "cli/commands/helpers.h"
#include "cli/dev/make.h"
#include "cli/dev/ports.h"
#include "cli/dev/run.h"

// A whole network on this machine.

namespace datadeed::cli {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t nodes_max = 32;
constexpr std::uint64_t log_seconds_max = std::uint64_t{366} * 24 * 60 * 60;
constexpr milliseconds stop_patience{10'000};
constexpr milliseconds kill_patience{5'000};

json::Value to_json(const DevNetwork& network) {
    json::Value nodes = json::Value::array();
    for (const DevNode& node : network.nodes) {
        nodes.push(json::Value::object({{"name", node.name},
                                        {"role", node.role},
                                        {"api", node.api},
                                        {"ops", node.ops},
                                        {"data_dir", node.data_dir},
                                        {"pid", node.process.pid}}));
    }
    json::Value profiles = json::Value::object();
    for (const auto& [role, file] : network.profiles) profiles.set(role, file);
    return json::Value::object({{"chain", network.chain},
                                {"nodes", std::move(nodes)},
                                {"profiles", std::move(profiles)},
                                {"policy", network.dir + "/policy.txt"},
                                {"genesis", network.dir + "/genesis.cbor"}});
}

std::string to_text(const DevNetwork& network) {
    std::string text = "chain " + network.chain + "\n";
    for (const DevNode& node : network.nodes) {
        text +=
            "  " + node.name + "  " + node.role + "  " + node.api + "  pid " + std::to_string(node.process.pid) + "\n";
    }
    text += "next  datadeed --profile " + network.dir +
            "/profiles/owner.toml data register --id first --title 'My first "
            "data set' --type table\n";
    return text + "stop  datadeed dev down --dir " + network.dir + "\n";
}

Outcome<DevPlan> plan_of(const Args& args) {
    DevPlan plan{.dir = args.text("dir"),
                 .validators = static_cast<std::size_t>(args.number("nodes").value_or(4)),
                 .observers = static_cast<std::size_t>(args.number("observers").value_or(1)),
                 .log_window_s = args.number("log-window").value_or(DevPlan{}.log_window_s),
                 .log_expiry_s = args.number("log-expiry")};
    if (plan.validators < 1 || plan.validators > nodes_max)
        return fail(bad_value("--nodes must be 1 to 32", {"--nodes 4"}));
    if (plan.observers > nodes_max) return fail(bad_value("--observers must be 0 to 32", {"--observers 1"}));
    if (plan.log_window_s > log_seconds_max || plan.log_expiry_s.value_or(0) > log_seconds_max)
        return fail(bad_value("--log-window and --log-expiry must be a year at most", {"--log-window 30"}));
    if (plan.log_expiry_s && *plan.log_expiry_s < plan.log_window_s)
        return fail(bad_value("--log-expiry must not be shorter than --log-window", {"--log-expiry 60"}));
    return plan;
}

Outcome<PortBlock> ports_of(const Args& args, const DevPlan& plan) {
    const std::size_t count = (plan.validators + plan.observers) * ports_per_node;
    const std::optional<std::uint64_t> base = args.number("base-port");
    if (!base) return PortBlock::anywhere(count);
    return PortBlock::at(static_cast<std::uint16_t>(std::min<std::uint64_t>(*base, UINT16_MAX)), count);
}

// Starts all nodes and waits for them; when that fails, none is left running.
Outcome<void> start_all(DevNetwork& network, milliseconds at_most) {
    Outcome<void> outcome{};
    for (DevNode& node : network.nodes) {
        if (outcome) outcome = start_node(node);
    }
    if (outcome) outcome = save_network(network);
    if (outcome) outcome = wait_until_ready(network, at_most);
    if (!outcome) kill_all(network);
    return outcome;
}

Outcome<Answer> up(Context& context, const Args& args) {
    const Outcome<DevPlan> plan = plan_of(args);
    if (!plan) return fail(plan.error());
    if (const Outcome<void> dir = check_dir(plan->dir); !dir) return fail(dir.error());
    Outcome<PortBlock> ports = ports_of(args, *plan);
    if (!ports) return fail(ports.error());
    const InterruptGuard guard;
    Outcome<DevNetwork> network = make_network(*plan, ports->first());
    if (!network) return fail(network.error());
    ports->release();
    if (const Outcome<void> started = start_all(*network, context.globals().timeout); !started)
        return fail(started.error());
    return Answer{.value = to_json(*network), .text = to_text(*network)};
}

std::string_view word_of(ProcessState state) {
    switch (state) {
        case ProcessState::stopped:
            return "stopped";
        case ProcessState::running:
            return "running";
        case ProcessState::paused:
            return "paused";
    }
    return "unknown";
}

// What a running node says of itself; null where it doesn't answer.
void add_status(json::Value& row, const client::Profile& profile, const client::Signer& signer, const DevNode& node) {
    const bool running = state_of(node.process) == ProcessState::running;
    const client::NodeAddress address{.name = node.name, .api = node.api};
    const Outcome<json::Value> answer =
        running ? status_of(profile, signer, address, client::after(milliseconds{2000})) : Outcome<json::Value>{};
    for (const std::string_view member : {"height", "view", "primary", "log_size"}) {
        const json::Value* const value = answer ? answer->find(member) : nullptr;
        row.set(member, value == nullptr ? json::Value{} : *value);
    }
    if (const std::optional<std::string_view> health = answer ? answer->text_at("state") : std::nullopt) {
        row.set("health", *health);
    }
}

Outcome<Answer> status(Context& context, const Args& args) {
    (void)context;
    const Outcome<DevNetwork> network = load_network(args.text("dir"));
    if (!network) return fail(network.error());
    Outcome<client::Profile> profile = client::read_profile(network->dir + "/profiles/operator.toml");
    if (!profile) return fail(profile.error());
    const Outcome<crypto::SecretText> passphrase = client::read_passphrase_file(profile->passphrase_file);
    if (!passphrase) return fail(passphrase.error());
    const Outcome<std::unique_ptr<client::Session>> session = client::Session::open(*profile, *passphrase);
    if (!session) return fail(session.error());
    json::Value rows = json::Value::array();
    for (const DevNode& node : network->nodes) {
        json::Value row = json::Value::object({{"name", node.name},
                                               {"role", node.role},
                                               {"api", node.api},
                                               {"data_dir", node.data_dir},
                                               {"pid", node.process.pid},
                                               {"state", word_of(state_of(node.process))}});
        add_status(row, *profile, (*session)->signer(), node);
        rows.push(std::move(row));
    }
    const json::Value list = json::Value::object({{"items", rows}, {"total", network->nodes.size()}});
    std::string text = describe_list(list, {{"name", "NODE"},
                                            {"role", "ROLE"},
                                            {"state", "STATE"},
                                            {"health", "HEALTH"},
                                            {"height", "HEIGHT"},
                                            {"view", "VIEW"},
                                            {"pid", "PID"},
                                            {"api", "API"}});
    json::Value value = json::Value::object({{"chain", network->chain}, {"nodes", std::move(rows)}});
    return Answer{.value = std::move(value), .text = std::move(text)};
}

Outcome<Answer> down(Context& context, const Args& args) {
    (void)context;
    const Outcome<DevNetwork> network = load_network(args.text("dir"));
    if (!network) return fail(network.error());
    json::Value names = json::Value::array();
    std::string text = "stopped";
    for (const std::string& name : stop_all(*network, stop_patience)) {
        names.push(name);
        text += " " + name;
    }
    return Answer{.value = json::Value::object({{"stopped", std::move(names)}}), .text = std::move(text)};
}

Answer node_answer(const DevNode& node) {
    const std::string_view state = word_of(state_of(node.process));
    return {.value = json::Value::object({{"name", node.name}, {"pid", node.process.pid}, {"state", state}}),
            .text = node.name + " " + std::string{state}};
}

Outcome<Answer> signal_node(const Args& args, int number) {
    Outcome<DevNetwork> network = load_network(args.text("dir"));
    if (!network) return fail(network.error());
    const Outcome<DevNode*> node = network->find(args.text("NAME"));
    if (!node) return fail(node.error());
    if (const Outcome<void> sent = send_signal((*node)->process, number); !sent) {
        return fail(about(args.text("NAME"), sent.error()));
    }
    if (number == SIGKILL) (void)wait_until_stopped((*node)->process, kill_patience);
    const ProcessState wanted = number == SIGSTOP ? ProcessState::paused : ProcessState::running;
    // The kernel takes a moment to stop or wake all threads.
    for (int i = 0; number != SIGKILL && i < 100 && state_of((*node)->process) != wanted; ++i) {
        std::this_thread::sleep_for(milliseconds{5});
    }
    return node_answer(**node);
}

Outcome<Answer> kill_node(Context&, const Args& args) {
    return signal_node(args, SIGKILL);
}
Outcome<Answer> pause_node(Context&, const Args& args) {
    return signal_node(args, SIGSTOP);
}
Outcome<Answer> resume_node(Context&, const Args& args) {
    return signal_node(args, SIGCONT);
}

Outcome<Answer> start_one(Context& context, DevNetwork& network, DevNode& node) {
    if (const Outcome<void> started = start_node(node); !started) return fail(started.error());
    if (const Outcome<void> saved = save_network(network); !saved) return fail(saved.error());
    if (const Outcome<void> alive = wait_until_alive(node, context.globals().timeout); !alive)
        return fail(alive.error());
    return node_answer(node);
}

Outcome<Answer> start(Context& context, const Args& args) {
    Outcome<DevNetwork> network = load_network(args.text("dir"));
    if (!network) return fail(network.error());
    if (args.has("NAME")) {
        const Outcome<DevNode*> node = network->find(args.text("NAME"));
        if (!node) return fail(node.error());
        return start_one(context, *network, **node);
    }
    json::Value names = json::Value::array();
    for (DevNode& node : network->nodes) {
        if (state_of(node.process) != ProcessState::stopped) continue;
        if (const Outcome<Answer> started = start_one(context, *network, node); !started) return fail(started.error());
        names.push(node.name);
    }
    if (const Outcome<void> ready = wait_until_ready(*network, context.globals().timeout); !ready)
        return fail(ready.error());
    return Answer{.value = json::Value::object({{"started", std::move(names)}}), .text = to_text(*network)};
}

Command up_command() {
    return {
        .group = "dev",
        .name = "up",
        .summary = "make a network in an empty folder and start it; returns when all nodes are ready",
        .options = {{"--dir", Takes::text, true, "an empty or new folder"},
                    {"--nodes", Takes::number, false, "nodes that vote, 1 to 32 (4)"},
                    {"--observers", Takes::number, false, "nodes that follow, 0 to 32 (1)"},
                    {"--base-port", Takes::number, false, "the first of three ports a node (free ones are looked for)"},
                    {"--log-window", Takes::number, false,
                     "seconds until a query log of one side alone is UNMATCHED (30)"},
                    {"--log-expiry", Takes::number, false, "seconds until it is EXPIRED, for good (2592000: 30 days)"}},
        .examples = {"datadeed dev up --dir ./try", "datadeed dev up --dir ./try --nodes 7 --observers 0 --json"},
        .run = up};
}

}  // namespace

std::vector<Command> dev_commands() {
    const Option dir{"--dir", Takes::text, true, "the network's folder"};
    const Option name{"NAME", Takes::text, true, "the node, as in dev status"};
    return {up_command(),
            {.group = "dev",
             .name = "status",
             .summary = "show which nodes run, and how far they are",
             .options = {dir},
             .examples = {"datadeed dev status --dir ./try"},
             .run = status},
            {.group = "dev",
             .name = "down",
             .summary = "stop all nodes; the folder stays as it is",
             .options = {dir},
             .examples = {"datadeed dev down --dir ./try"},
             .run = down},
            {.group = "dev",
             .name = "kill",
             .summary = "end a node at once, as a crash would (kill -9)",
             .options = {name, dir},
             .examples = {"datadeed dev kill node-0 --dir ./try"},
             .run = kill_node},
            {.group = "dev",
             .name = "start",
             .summary = "start a node that was stopped, or all of them",
             .options = {{"NAME", Takes::text, false, "the node (all that don't run)"}, dir},
             .examples = {"datadeed dev start node-0 --dir ./try", "datadeed dev start --dir ./try"},
             .run = start},
            {.group = "dev",
             .name = "pause",
             .summary = "freeze a node (SIGSTOP)",
             .options = {name, dir},
             .examples = {"datadeed dev pause node-1 --dir ./try"},
             .run = pause_node},
            {.group = "dev",
             .name = "resume",
             .summary = "let a frozen node go on (SIGCONT)",
             .options = {name, dir},
             .examples = {"datadeed dev resume node-1 --dir ./try"},
             .run = resume_node}};
}

}  // namespace datadeed::cli
