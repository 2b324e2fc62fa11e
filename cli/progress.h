#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace datadeed::cli {

struct ProgressState {
    std::uint64_t done{};
    std::uint64_t total{};
    std::uint64_t elapsed_ms{};
};

// "importing  [==========          ]  50%  1,824/3,648  912/s  2 s left", at most 100 columns, without a line end.
[[nodiscard]] std::string render(std::string_view what, const ProgressState& state);

// A bar on standard error that draws itself again at most ten times a second; nothing at all when `shown` is false. It
// clears its line when destroyed. For one thread.
class ProgressBar {
public:
    ProgressBar(std::string what, std::uint64_t total, bool shown);
    ~ProgressBar();
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;

    void update(std::uint64_t done);

private:
    using Clock = std::chrono::steady_clock;

    std::string what_;
    std::uint64_t total_;
    bool shown_;
    Clock::time_point begin_{Clock::now()};
    Clock::time_point drawn_{};
};

}  // namespace datadeed::cli
