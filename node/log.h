#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/types.h"
#include "node/config.h"
#include "node/fault.h"

// The log: one line an event, with a stable name and fields. Control characters and broken UTF-8 in a value never reach
// the line as they are, so no peer or client can forge a line or reach a terminal.

namespace datadeed::node {

enum class LogLevel : std::uint8_t { debug, info, warn, error };

[[nodiscard]] std::string_view name(LogLevel level);

struct LogField {
    std::string_view key{};
    std::variant<std::string, std::uint64_t, bool> value{};

    LogField(std::string_view k, std::string v) : key{k}, value{std::move(v)} {}
    LogField(std::string_view k, std::string_view v) : key{k}, value{std::string{v}} {}
    LogField(std::string_view k, const char* v) : key{k}, value{std::string{v}} {}
    LogField(std::string_view k, std::uint64_t v) : key{k}, value{v} {}
    LogField(std::string_view k, std::uint32_t v) : key{k}, value{std::uint64_t{v}} {}
    LogField(std::string_view k, std::uint16_t v) : key{k}, value{std::uint64_t{v}} {}
    LogField(std::string_view k, bool v) : key{k}, value{v} {}
};

struct LogLine {
    LogLevel level{LogLevel::info};
    TimeMs time{};
    std::string_view event{};
    std::vector<LogField> fields{};
};

// {"time":"2026-11-23T19:41:00.123Z","level":"info","event":"node.ready","height":12}
[[nodiscard]] std::string to_json_line(const LogLine& line);
// 2026-11-23T19:41:00.123Z info  node.ready height=12 why="two words"
[[nodiscard]] std::string to_text_line(const LogLine& line);

// "2026-11-23T19:41:00.123Z"
[[nodiscard]] std::string to_iso_time(TimeMs time);

// Writes lines to standard error or a file that is put aside at a size. Any thread may call. A line that can't be
// written is lost: the log must not stop the node.
class Log {
public:
    // The fault is log.unwritable: the file can't be opened.
    [[nodiscard]] static Result<Log, Fault> open(const NodeConfig& config);
    Log(Log&&) noexcept;
    Log& operator=(Log&&) noexcept;
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;
    ~Log();

    void write(LogLevel level, std::string_view event, std::vector<LogField> fields = {}) const;
    void debug(std::string_view event, std::vector<LogField> fields = {}) const;
    void info(std::string_view event, std::vector<LogField> fields = {}) const;
    void warn(std::string_view event, std::vector<LogField> fields = {}) const;
    void error(std::string_view event, std::vector<LogField> fields = {}) const;
    // One error line with code, detail and hint.
    void fault(const Fault& fault) const;
    void flush() const;

private:
    struct Sink;
    explicit Log(std::unique_ptr<Sink> sink);

    std::unique_ptr<Sink> sink_;
};

}  // namespace datadeed::node
