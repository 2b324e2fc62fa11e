#include "node/log.h"

#include <ctime>

#include <spdlog/logger.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "base/overloaded.h"
#include "json/json.h"
#include "node/clock.h"

namespace datadeed::node {
namespace {

// Quoted and escaped as JSON whenever it is anything but a plain word.
std::string as_word(const std::string& text) {
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view{"._-/:+@"}.find(c) != std::string_view::npos;
    };
    for (const char c : text) {
        if (!plain(c)) return json::dump(json::Value{text});
    }
    return text.empty() ? "\"\"" : text;
}

LogLevel level_of(const std::string& word) {
    if (word == "debug") return LogLevel::debug;
    if (word == "warn") return LogLevel::warn;
    return word == "error" ? LogLevel::error : LogLevel::info;
}

}  // namespace

struct Log::Sink {
    std::unique_ptr<spdlog::logger> logger{};
    LogLevel least{LogLevel::info};
    bool json{true};
};

std::string_view name(LogLevel level) {
    switch (level) {
        case LogLevel::debug:
            return "debug";
        case LogLevel::info:
            return "info";
        case LogLevel::warn:
            return "warn";
        case LogLevel::error:
            return "error";
    }
    return "error";
}

std::string to_iso_time(TimeMs time) {
    const auto seconds = static_cast<std::time_t>(time.value / 1000);
    std::tm parts{};
    if (::gmtime_r(&seconds, &parts) == nullptr) return "-";
    char text[40] = {};
    const std::size_t size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S.", &parts);
    const std::string milliseconds = std::to_string(1000 + time.value % 1000).substr(1);
    return std::string{text, size} + milliseconds + 'Z';
}

std::string to_json_line(const LogLine& line) {
    json::Value object = json::Value::object();
    object.set("time", to_iso_time(line.time)).set("level", name(line.level)).set("event", line.event);
    for (const LogField& field : line.fields) {
        std::visit([&](const auto& value) { object.set(field.key, json::Value{value}); }, field.value);
    }
    return json::dump(object);
}

std::string to_text_line(const LogLine& line) {
    std::string level{name(line.level)};
    level.resize(5, ' ');
    std::string text = to_iso_time(line.time) + ' ' + level + ' ' + std::string{line.event};
    for (const LogField& field : line.fields) {
        text += ' ' + std::string{field.key} + '=';
        text += std::visit(Overloaded{
                               [](const std::string& value) { return as_word(value); },
                               [](std::uint64_t value) { return std::to_string(value); },
                               [](bool value) { return std::string{value ? "yes" : "no"}; },
                           },
                           field.value);
    }
    return text;
}

Log::Log(std::unique_ptr<Sink> sink) : sink_{std::move(sink)} {}
Log::Log(Log&&) noexcept = default;
Log& Log::operator=(Log&&) noexcept = default;
Log::~Log() = default;

Result<Log, Fault> Log::open(const NodeConfig& config) {
    try {
        std::shared_ptr<spdlog::sinks::sink> sink;
        if (config.log_file.empty()) {
            sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
        } else {
            sink = std::make_shared<spdlog::sinks::rotating_file_sink_mt>(config.log_file.string(),
                                                                          config.log_file_mib << 20U, config.log_files);
        }
        auto made = std::make_unique<Sink>();
        made->logger = std::make_unique<spdlog::logger>("datadeed", std::move(sink));
        made->logger->set_pattern("%v", spdlog::pattern_time_type::utc);
        made->logger->set_level(spdlog::level::trace);
        made->logger->flush_on(spdlog::level::info);
        made->logger->set_error_handler([](const std::string&) {});
        made->least = level_of(config.log_level);
        made->json = config.log_format == "json";
        return Log{std::move(made)};
    } catch (const spdlog::spdlog_ex& error) {
        return fail(Fault{.exit = Exit::folder,
                          .code = "log.unwritable",
                          .detail = "the log file " + config.log_file.string() + " can't be opened: " + error.what(),
                          .hint = "check log.file and the rights of its folder"});
    }
}

void Log::write(LogLevel level, std::string_view event, std::vector<LogField> fields) const {
    if (level < sink_->least) return;
    const LogLine line{.level = level, .time = wall_now(), .event = event, .fields = std::move(fields)};
    const std::string text = sink_->json ? to_json_line(line) : to_text_line(line);
    sink_->logger->log(level == LogLevel::debug ? spdlog::level::debug : spdlog::level::info,
                       spdlog::string_view_t{text.data(), text.size()});
}

void Log::debug(std::string_view event, std::vector<LogField> fields) const {
    write(LogLevel::debug, event, std::move(fields));
}

void Log::info(std::string_view event, std::vector<LogField> fields) const {
    write(LogLevel::info, event, std::move(fields));
}

void Log::warn(std::string_view event, std::vector<LogField> fields) const {
    write(LogLevel::warn, event, std::move(fields));
}

void Log::error(std::string_view event, std::vector<LogField> fields) const {
    write(LogLevel::error, event, std::move(fields));
}

void Log::fault(const Fault& fault) const {
    error("node.fault", {{"code", fault.code},
                         {"detail", fault.detail},
                         {"hint", fault.hint},
                         {"exit", std::uint64_t{static_cast<std::uint8_t>(fault.exit)}}});
    flush();
}

void Log::flush() const {
    sink_->logger->flush();
}

}  // namespace datadeed::node
