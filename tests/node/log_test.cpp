#include "node/log.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "json/json.h"
#include "node/fault.h"
#include "node/metrics.h"
#include "node/queue.h"
#include "tests/support/catch.h"

#include <thread>

namespace datadeed::node {
namespace {

const LogLine line{
    .level = LogLevel::warn,
    .time = TimeMs{1'795'463'660'007},
    .event = "peer.refused",
    .fields = {{"why", "two words\nand \"quotes\" \x1b[31m \xff"}, {"height", std::uint64_t{12}}, {"up", false}}};

TEST_CASE("a log line in JSON is one line that parses, whatever is in it") {
    const std::string text = to_json_line(line);
    CHECK(text.find('\n') == std::string::npos);
    CHECK(text.find('\x1b') == std::string::npos);
    const auto value = json::parse(text);
    REQUIRE(value);
    CHECK(value->text_at("time") == "2026-11-23T19:54:20.007Z");
    CHECK(value->text_at("level") == "warn");
    CHECK(value->text_at("event") == "peer.refused");
    CHECK(value->unsigned_at("height") == 12U);
    CHECK(value->bool_at("up") == false);
}

TEST_CASE("a log line for people is one line without control characters") {
    const std::string text = to_text_line(line);
    CHECK(text.starts_with("2026-11-23T19:54:20.007Z warn  peer.refused why=\"two words\\nand \\\"quotes\\\""));
    CHECK(text.ends_with(" height=12 up=no"));
    for (const char c : text) CHECK(static_cast<unsigned char>(c) >= 0x20);
}

TEST_CASE("a log file holds the lines of the level and above") {
    const std::filesystem::path file =
        std::filesystem::temp_directory_path() / ("datadeed-log-" + std::to_string(::getpid()));
    NodeConfig config;
    config.log_file = file;
    config.log_level = "warn";
    {
        auto log = Log::open(config);
        REQUIRE(log);
        log->info("not.this");
        log->warn("but.this", {{"n", std::uint64_t{1}}});
    }
    std::ifstream in{file};
    std::string first;
    std::string second;
    CHECK(std::getline(in, first));
    CHECK(first.find("but.this") != std::string::npos);
    CHECK_FALSE(std::getline(in, second));
    std::filesystem::remove(file);
}

TEST_CASE("a log file that can't be opened is a fault") {
    NodeConfig config;
    config.log_file = "/proc/none/log";
    const auto log = Log::open(config);
    REQUIRE_FALSE(log);
    CHECK(log.error().code == "log.unwritable");
}

TEST_CASE("a fault says what, its code and what to do") {
    const Fault fault{.exit = Exit::network, .code = "node.port_in_use", .detail = "port 1 is taken", .hint = "use 2"};
    CHECK(to_text(fault) == "error: port 1 is taken [node.port_in_use]\n  try: use 2\n");
    CHECK(exit_for("store.disk_full") == Exit::disk_full);
    CHECK(exit_for("store.io") == Exit::store);
    CHECK(exit_for("folder.other_chain") == Exit::wrong_chain);
    CHECK(exit_for("folder.locked") == Exit::folder);
    CHECK(exit_for("votes.corrupt") == Exit::verification);
    CHECK(exit_for("consensus.two_certificates") == Exit::verification);
    CHECK(exit_for("state.differs") == Exit::verification);
    CHECK(exit_for("something.else") == Exit::internal);
}

TEST_CASE("a queue keeps the order, refuses beyond its capacity and drains after it was closed") {
    Queue<int> queue{2};
    CHECK(queue.push(1));
    CHECK(queue.push(2));
    CHECK_FALSE(queue.push(3));
    CHECK(queue.take(std::chrono::milliseconds{0}, 1) == std::vector<int>{1});
    CHECK(queue.push(4));
    queue.close();
    CHECK_FALSE(queue.push(5));
    CHECK_FALSE(queue.is_drained());
    CHECK(queue.take(std::chrono::milliseconds{10'000}, 9) == std::vector<int>{2, 4});
    CHECK(queue.is_drained());
    CHECK(queue.take(std::chrono::milliseconds{10'000}, 9).empty());
}

TEST_CASE("a waiting thread wakes for a value and for the end") {
    Queue<int> queue{2};
    std::vector<int> got;
    std::jthread taker{[&] {
        while (!queue.is_drained()) {
            for (const int value : queue.take(std::chrono::milliseconds{60'000}, 10)) got.push_back(value);
        }
    }};
    CHECK(queue.push(1));
    CHECK(queue.push(2));
    queue.close();
    taker.join();
    CHECK(got == std::vector<int>{1, 2});
}

TEST_CASE("metrics are text that Prometheus reads") {
    Metrics metrics;
    replica::Status status;
    status.height = Height{7};
    status.peers.push_back(
        {.member = ledger::MemberId{"n1"}, .connected = true, .validator = true, .height = Height{5}});
    metrics.show(status);
    metrics.submission_answered("committed");
    metrics.block_committed(std::chrono::milliseconds{12}, 3);
    const std::string text = metrics.text();
    CHECK(text.find("datadeed_block_height 7") != std::string::npos);
    CHECK(text.find("datadeed_peer_lag_blocks{peer=\"n1\"} 2") != std::string::npos);
    CHECK(text.find("datadeed_tx_total{result=\"committed\"} 1") != std::string::npos);
    CHECK(text.find("datadeed_tx_committed_total 3") != std::string::npos);
    CHECK(text.find("datadeed_block_commit_seconds_count 1") != std::string::npos);
}

}  // namespace
}  // namespace datadeed::node
