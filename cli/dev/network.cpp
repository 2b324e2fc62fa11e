#include "cli/dev/network.h"

#include <algorithm>
#include <filesystem>

#include "base/bytes.h"
#include "base/suggest.h"
#include "client/files.h"
#include "json/json.h"

namespace datadeed::cli {
namespace {

constexpr std::size_t state_size_max = std::size_t{1} << 20U;

std::string state_file(const std::string& dir) {
    return dir + "/dev.json";
}

json::Value to_json(const DevNode& node) {
    return json::Value::object({{"name", node.name},
                                {"role", node.role},
                                {"api", node.api},
                                {"ops", node.ops},
                                {"data_dir", node.data_dir},
                                {"config", node.config},
                                {"log", node.log},
                                {"pid", node.process.pid},
                                {"start_ticks", node.process.start_ticks}});
}

// Reads what to_json wrote; notes whether anything was missing.
class NodeReader {
public:
    explicit NodeReader(const json::Value& value) : value_{value} {}

    std::string text(std::string_view name) {
        const std::optional<std::string_view> found = value_.text_at(name);
        complete_ = complete_ && found.has_value();
        return std::string{found.value_or("")};
    }
    std::uint64_t number(std::string_view name) {
        const std::optional<std::uint64_t> found = value_.unsigned_at(name);
        complete_ = complete_ && found.has_value();
        return found.value_or(0);
    }
    [[nodiscard]] bool complete() const { return complete_; }

private:
    const json::Value& value_;
    bool complete_{true};
};

std::optional<DevNode> to_node(const json::Value& value) {
    NodeReader reader{value};
    DevNode node{.name = reader.text("name"),
                 .role = reader.text("role"),
                 .api = reader.text("api"),
                 .ops = reader.text("ops"),
                 .data_dir = reader.text("data_dir"),
                 .config = reader.text("config"),
                 .log = reader.text("log"),
                 .process = {}};
    node.process = {.pid = static_cast<pid_t>(reader.number("pid")),
                    .start_ticks = reader.number("start_ticks"),
                    .config = node.config};
    return reader.complete() ? std::optional{std::move(node)} : std::nullopt;
}

Problem broken(const std::string& dir) {
    return {.code = "dev.state_broken",
            .title = "'" + state_file(dir) + "' can't be understood",
            .detail = "it is written by 'datadeed dev' and by nothing else",
            .hint = {"start again in an empty folder: datadeed dev up --dir DIR"},
            .status = 500};
}

bool read_profiles(const json::Value& value, DevNetwork& network) {
    const json::Value* const profiles = value.find("profiles");
    if (profiles == nullptr || profiles->as_object() == nullptr) return false;
    for (const json::Member& member : *profiles->as_object()) {
        network.profiles[member.name] = std::string{member.value.as_text().value_or("")};
    }
    return true;
}

}  // namespace

Outcome<DevNode*> DevNetwork::find(const std::string& name) {
    const auto found = std::ranges::find(nodes, name, &DevNode::name);
    if (found != nodes.end()) return &*found;
    std::vector<std::string_view> names;
    for (const DevNode& node : nodes) names.push_back(node.name);
    Problem problem{.code = "dev.no_such_node",
                    .title = "no node '" + name + "'" + did_you_mean(name, names),
                    .detail = {},
                    .hint = {"datadeed dev status --dir " + dir},
                    .status = 404};
    return fail(std::move(problem));
}

Outcome<DevNetwork> load_network(const std::string& dir) {
    std::error_code error;
    const std::string path = std::filesystem::weakly_canonical(dir, error).string();
    if (!std::filesystem::exists(state_file(path), error)) {
        return fail(Problem{.code = "dev.no_network",
                            .title = "there is no development network in '" + dir + "'",
                            .detail = "no dev.json in it",
                            .hint = {"datadeed dev up --dir " + dir},
                            .status = 404});
    }
    const Outcome<Bytes> text = client::read_file(state_file(path), state_size_max);
    if (!text) return fail(text.error());
    const Result<json::Value, json::ParseError> value = json::parse(as_text(*text));
    if (!value) return fail(broken(path));
    DevNetwork network{
        .dir = path, .chain = std::string{value->text_at("chain").value_or("")}, .nodes = {}, .profiles = {}};
    const json::Value::Array* const nodes = value->array_at("nodes");
    if (nodes == nullptr || network.chain.empty() || !read_profiles(*value, network)) return fail(broken(path));
    for (const json::Value& element : *nodes) {
        std::optional<DevNode> node = to_node(element);
        if (!node) return fail(broken(path));
        network.nodes.push_back(std::move(*node));
    }
    return network;
}

Outcome<void> save_network(const DevNetwork& network) {
    json::Value nodes = json::Value::array();
    for (const DevNode& node : network.nodes) nodes.push(to_json(node));
    json::Value profiles = json::Value::object();
    for (const auto& [role, file] : network.profiles) profiles.set(role, file);
    const json::Value value =
        json::Value::object({{"chain", network.chain}, {"nodes", std::move(nodes)}, {"profiles", std::move(profiles)}});
    return client::replace_file(state_file(network.dir), as_bytes(json::dump(value, 2) + "\n"), client::Mode::shared);
}

}  // namespace datadeed::cli
