#include "cli/interrupt.h"

#include <array>
#include <atomic>
#include <csignal>
#include <string_view>
#include <utility>

#include <unistd.h>

#include "base/assert.h"
#include "cli/exit_codes.h"

namespace datadeed::cli {
namespace {

constexpr std::array<int, 2> noticed{SIGINT, SIGTERM};

std::atomic<const std::string*> notice_to_write{nullptr};
static_assert(std::atomic<const std::string*>::is_always_lock_free, "a signal handler may only touch what never locks");

void end_with_notice(int) {
    const std::string* const notice = notice_to_write.load();
    std::string_view rest = notice == nullptr ? std::string_view{} : *notice;
    while (!rest.empty()) {
        const ssize_t written = ::write(STDERR_FILENO, rest.data(), rest.size());
        if (written <= 0) break;
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
    ::_exit(exit_code::interrupted);
}

// A signal that whoever started this program wants ignored, as for a script's background job, stays so.
void handle(int number, void (*handler)(int)) {
    struct sigaction before{};
    if (::sigaction(number, nullptr, &before) != 0 || before.sa_handler == SIG_IGN) return;
    struct sigaction after{};
    after.sa_handler = handler;
    for (const int other : noticed) ::sigaddset(&after.sa_mask, other);  // one notice, whole
    ::sigaction(number, &after, nullptr);
}

}  // namespace

InterruptNotice::InterruptNotice(std::string notice) : notice_{std::move(notice)} {
    DATADEED_ASSERT(notice_to_write.load() == nullptr);
    notice_to_write.store(&notice_);
    for (const int number : noticed) handle(number, end_with_notice);
}

InterruptNotice::~InterruptNotice() {
    for (const int number : noticed) handle(number, SIG_DFL);
    notice_to_write.store(nullptr);
}

}  // namespace datadeed::cli
