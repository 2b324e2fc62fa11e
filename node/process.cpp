#include "node/process.h"

#include <csignal>
#include <cstdlib>
#include <system_error>

#include <pthread.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace datadeed::node {

void harden_process() {
    ::umask(077);
    const rlimit no_core{.rlim_cur = 0, .rlim_max = 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    ::prctl(PR_SET_DUMPABLE, 0);
    static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &files);
    }
}

void name_thread(const char* name) {
    ::pthread_setname_np(::pthread_self(), name);
}

void end_process(Exit exit) {
    std::_Exit(static_cast<int>(exit));
}

void end_process_after(unsigned seconds) {
    static_cast<void>(std::signal(SIGALRM, [](int) { std::_Exit(0); }));
    ::alarm(seconds);
}

std::uint64_t disk_free_bytes(const std::filesystem::path& path) {
    std::error_code error;
    const std::filesystem::space_info space = std::filesystem::space(path, error);
    return error ? 0 : space.available;
}

}  // namespace datadeed::node
