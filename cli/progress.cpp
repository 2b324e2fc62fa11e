#include "cli/progress.h"

#include <algorithm>
#include <cstdio>

#include "cli/output.h"

namespace datadeed::cli {
namespace {

constexpr std::uint64_t bar_width = 30;
constexpr std::chrono::milliseconds redraw_after{100};

}  // namespace

std::string render(std::string_view what, const ProgressState& state) {
    const std::uint64_t total = std::max<std::uint64_t>(state.total, 1);
    const std::uint64_t done = std::min(state.done, total);
    const std::uint64_t filled = done * bar_width / total;
    const std::uint64_t rate = state.elapsed_ms == 0 ? 0 : state.done * 1000 / state.elapsed_ms;
    std::string percent = std::to_string(done * 100 / total);
    percent.insert(0, 3 - percent.size(), ' ');
    std::string line{what};
    line += "  [" + std::string(filled, '=') + std::string(bar_width - filled, ' ') + "]  " + percent + "%  ";
    line += with_separators(state.done) + "/" + with_separators(state.total) + "  " + with_separators(rate) + "/s";
    if (rate > 0) line += "  " + with_separators((total - done) / rate) + " s left";
    return line;
}

ProgressBar::ProgressBar(std::string what, std::uint64_t total, bool shown)
    : what_{std::move(what)}, total_{total}, shown_{shown} {}

ProgressBar::~ProgressBar() {
    if (shown_) static_cast<void>(std::fputs("\r\x1B[K", stderr));
}

void ProgressBar::update(std::uint64_t done) {
    const Clock::time_point now = Clock::now();
    if (!shown_ || (done < total_ && now - drawn_ < redraw_after)) return;
    drawn_ = now;
    const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(now - begin_).count();
    const std::string line =
        render(what_, {.done = done, .total = total_, .elapsed_ms = static_cast<std::uint64_t>(elapsed)});
    static_cast<void>(std::fprintf(stderr, "\r%s\x1B[K", line.c_str()));
    static_cast<void>(std::fflush(stderr));
}

}  // namespace datadeed::cli
