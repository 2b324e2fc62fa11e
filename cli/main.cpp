#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

#include "cli/app.h"
#include "cli/exit_codes.h"

int main(int argc, char** argv) {
    // A reader that went away shows as a failed write, with an exit code.
    static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
    try {
        const char* const profile = std::getenv("DATADEED_PROFILE");
        return datadeed::cli::run({argv + 1, argv + argc}, profile == nullptr ? "" : profile);
    } catch (const std::exception& error) {
        static_cast<void>(
            std::fprintf(stderr, "error: internal error: %s  [internal]\n  try:  report this with the command line\n",
                         error.what()));
        return datadeed::cli::exit_code::internal;
    }
}
