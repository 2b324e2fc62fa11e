#include "tests/torture/trial.h"

#include <algorithm>
#include <fstream>
#include <regex>
#include <sstream>

#include "chain/chain_store.h"
#include "chain/leveldb_store.h"
#include "chain/vote_frame.h"
#include "json/json.h"
#include "tests/support/child.h"
#include "tests/torture/reader.h"

namespace datadeed::torture {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

// Far more than a start takes: a node that is longer at it hangs.
constexpr seconds start_time{60};

fs::path data_of(const Bench& bench, const fs::path& copy) {
    return copy / "nodes" / bench.node / "data";
}

std::string read_text(const fs::path& path) {
    std::stringstream text;
    text << std::ifstream{path, std::ios::binary}.rdbuf();
    return text.str();
}

fs::path config_of(const Bench& bench, const fs::path& copy) {
    return copy / "nodes" / bench.node / "node.toml";
}

// Any loopback address will do for a node, so a turned bit may lead to another one. `listener` is api or ops.
std::string host_of(const fs::path& config, const std::string& listener) {
    const std::regex address{"(^|\\n)" + listener + R"( = "([^":]+):)"};
    const std::string text = read_text(config);
    std::smatch found;
    return std::regex_search(text, found, address) ? found[2].str() : "127.0.0.1";
}

class RunningNode {
public:
    RunningNode(const Bench& bench, const fs::path& copy)
        : bench_{&bench},
          host_{host_of(config_of(bench, copy), "api")},
          ops_host_{host_of(config_of(bench, copy), "ops")},
          child_{{.words = {bench.node_program, "--config", config_of(bench, copy).string()},
                  .output = (copy / "node.log").string(),
                  .environment = {},
                  .user = {}}} {
        const auto serving = child_.wait_for("node.serving", start_time);
        if (!serving) return;
        port_ = static_cast<std::uint16_t>(serving->unsigned_at("api").value_or(0));
        ops_port_ = static_cast<std::uint16_t>(serving->unsigned_at("ops").value_or(0));
    }

    [[nodiscard]] std::optional<Reader> reader() const {
        if (port_ == 0) return std::nullopt;
        return std::optional<Reader>{std::in_place, host_, port_, authorization(*bench_->reads_as, bench_->node)};
    }

    Verdict ended(const std::string& kind) {
        const std::optional<int> status = child_.wait_exit(seconds{5});
        if (!status) return silent("it neither serves nor ends");
        return judge_end(kind, *status, last_words(child_.output()));
    }

    // Empty when it votes, else the code of its silence; nothing when it doesn't say, or has ended. Asked, since
    // its log may say so later than it serves.
    [[nodiscard]] std::optional<std::string> silence() const {
        Reader ops{ops_host_, ops_port_, ""};
        const std::optional<Answer> answer = ops.ask("/readyz?verbose");
        const auto ready = answer ? as_json(*answer) : std::nullopt;
        const json::Value* checks = ready ? ready->find("checks") : nullptr;
        const json::Value* store = checks != nullptr ? checks->find("store") : nullptr;
        if (store == nullptr) return std::nullopt;
        const std::string why{store->text_at("why").value_or("")};
        if (why == "open, voting") return "";
        if (why == "open, observing") return std::string{observes};
        const std::size_t begin = why.find("votes.");
        return begin == std::string::npos ? why : why.substr(begin, why.find(':', begin) - begin);
    }

    // Whether its log says that the file of evidence proves nothing any more.
    [[nodiscard]] bool disowns(const std::string& file) const {
        const auto told = support::find_event(child_.output(), "evidence.damaged");
        return told && fs::path{told->text_at("file").value_or("")}.filename() == fs::path{file}.filename();
    }

private:
    const Bench* bench_;
    std::string host_;
    std::string ops_host_;
    support::Child child_;
    std::uint16_t port_{0};
    std::uint16_t ops_port_{0};
};

Verdict look_at_node(const Bench& bench, const Damage& damage, const fs::path& copy) {
    RunningNode node{bench, copy};
    std::optional<Reader> reader = node.reader();
    if (!reader) return node.ended(damage.kind);
    const std::optional<Verdict> answers = judge_answers(damage.kind, bench.reference, bench.policy, reader->asks());
    if (!answers) return node.ended(damage.kind);
    // It may find the damage as late as now.
    const std::optional<std::string> silence = node.silence();
    if (!silence) return node.ended(damage.kind);
    const Verdict verdict = judge_silence(damage, bench.votes_known, *silence, *answers);
    if (!damage.kind.starts_with("evidence/")) return verdict;
    const std::optional<Answer> held = reader->ask("/v1/evidence/" + fs::path{damage.file}.filename().string());
    return judge_evidence(node.disowns(damage.file) && held && held->status == 404, verdict);
}

// What the hint says that one should do, done. It must bring the folder's answers back, or leave what peers bring.
Verdict try_cure(const Bench& bench, const Verdict& verdict, const Damage& damage, const fs::path& copy) {
    const bool of_state = verdict.code.starts_with("state.");
    const bool of_chain = verdict.code.starts_with("chain.") || verdict.code.starts_with("store.");
    if (!of_state && !of_chain) return verdict;
    fs::remove_all(data_of(bench, copy) / "state");
    if (of_chain) fs::remove_all(data_of(bench, copy) / "chain");
    const Verdict cured = look_at_node(bench, damage, copy);
    const bool right =
        cured.fate == Fate::harmless || (damage.kind.starts_with("chain/") && cured.fate == Fate::behind);
    return right ? verdict : silent("the cure of " + verdict.code + " doesn't help: " + cured.code + cured.detail);
}

// An offline replay of the copy: nothing when it finds something, or shows what the untouched folder shows.
std::optional<std::string> wrong_replay(const Bench& bench, const fs::path& copy) {
    const fs::path checkpoint = copy / "checkpoint";
    std::ofstream{checkpoint, std::ios::binary} << bench.reference.checkpoint;
    const support::Child replay{
        {.words = {bench.cli_program, "audit", "replay", "--data-dir", data_of(bench, copy).string(), "--chain",
                   to_hex(bench.chain.value), "--checkpoint", checkpoint.string(), "--json"},
         .output = (copy / "replay.log").string(),
         .environment = {},
         .user = {}}};
    const std::optional<int> status = replay.wait_exit(start_time);
    if (!status) return "a replay hangs";
    const std::string output = replay.output();
    const auto report = json::parse(output);
    if (!report) return "a replay ends with " + std::to_string(*status) + " and " + output;
    if (*status == 0) {
        const bool same = report->unsigned_at("height") == bench.reference.height &&
                          report->text_at("log_root") == bench.reference.roots.rbegin()->second;
        return same ? std::nullopt : std::optional{"a replay verifies " + output};
    }
    const json::Value* bad = report->find("first_bad");
    const auto code = bad != nullptr ? bad->text_at("code") : report->text_at("code");
    return code && !code->empty() ? std::nullopt : std::optional{"a replay fails without a code: " + output};
}

bool is_read_by_replay(const std::string& kind) {
    return kind.starts_with("chain/") || kind == "data/genesis.cbor" || kind == "data/format";
}

}  // namespace

void copy_node(const fs::path& network, const std::string& node, const fs::path& copy) {
    const fs::path folder = fs::path{"nodes"} / node;
    fs::remove_all(copy);
    fs::create_directories(copy / folder);
    for (const fs::path& file : {fs::path{"genesis.cbor"}, fs::path{"passphrase"}, folder / "node.toml"}) {
        fs::copy_file(network / file, copy / file);
    }
    for (const char* part : {"keys", "data"}) {
        fs::copy(network / folder / part, copy / folder / part, fs::copy_options::recursive);
    }
    // Ports of its own are any free ones; those of its peers lead nowhere, since others may have them by now.
    const std::regex own_port{R"((^|\n)((?:peer|api|ops) = "[^"]*:)\d+")"};
    const std::regex peers_port{R"((address = "[^"]*:)\d+")"};
    std::string config = std::regex_replace(read_text(copy / folder / "node.toml"), own_port, "$1$020\"");
    config = std::regex_replace(config, peers_port, "$011\"");
    std::ofstream{copy / folder / "node.toml", std::ios::binary} << config;
}

Result<std::uint64_t, std::string> known_votes(const fs::path& data, const ChainId& id) {
    const auto store = chain::open_leveldb({.folder = (data / "chain").string()});
    if (!store) return fail(chain::to_text(store.error()));
    // The start is of no matter where there is a chain already.
    const auto chain = chain::ChainStore::open(**store, {.chain = id, .time = {}});
    if (!chain) return fail(chain::to_text(chain.error()));
    const std::string file = read_text(data / "votes");
    ByteView rest = as_bytes(file);
    std::uint64_t known = 0;
    for (auto frame = chain::read_frame(rest); frame; frame = chain::read_frame(rest)) {
        if (known > 0 && frame->sequence >= chain->votes_durable()) return known;
        known += frame->size;
        rest = rest.subspan(frame->size);
    }
    if (!rest.empty()) return fail(std::string{"the untouched folder's file of votes is damaged"});
    return known;
}

Result<Reference, std::string> read_untouched(const Bench& bench, const fs::path& scratch) {
    copy_node(bench.network, bench.node, scratch);
    RunningNode node{bench, scratch};
    std::optional<Reader> reader = node.reader();
    if (!reader) return fail(std::string{"the untouched folder's node doesn't serve"});
    return read_all(reader->asks());
}

Verdict try_damage(const Bench& bench, const Damage& damage, const fs::path& scratch) {
    copy_node(bench.network, bench.node, scratch);
    apply(damage, scratch);
    if (is_read_by_replay(damage.kind)) {
        if (auto wrong = wrong_replay(bench, scratch)) return silent(std::move(*wrong));
    }
    const Verdict verdict = look_at_node(bench, damage, scratch);
    return verdict.fate == Fate::refused ? try_cure(bench, verdict, damage, scratch) : verdict;
}

}  // namespace datadeed::torture
