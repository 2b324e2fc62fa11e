#include "cli/passphrase.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

#include "client/signer.h"

namespace datadeed::cli {
namespace {

using client::Outcome;
using client::Problem;

Problem needed(std::string title) {
    return {.code = client::code::passphrase_needed,
            .title = std::move(title),
            .detail = "a passphrase is never taken from the command line",
            .hint = {"--passphrase-file FILE", "--passphrase-fd N", "passphrase_file = \"FILE\" in the profile"},
            .status = 400};
}

// Reads one line byte by byte, so that nothing of it stays in a buffer.
Outcome<crypto::SecretText> read_line(int fd) {
    crypto::SecretText text;
    char c = 0;
    while (true) {
        const ssize_t size = ::read(fd, &c, 1);
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return fail(needed("the passphrase can't be read"));
        if (size == 0 || c == '\n') break;
        if (!text.push_back(c)) return fail(needed("the passphrase is longer than 1,024 bytes"));
    }
    crypto::wipe(std::span{&c, 1});
    if (text.empty()) return fail(needed("the passphrase is empty"));
    return text;
}

// The terminal with its echo off, until the end of the scope.
class QuietTerminal {
public:
    QuietTerminal() : fd_{::open("/dev/tty", O_RDWR | O_CLOEXEC)} {
        if (fd_ < 0 || ::tcgetattr(fd_, &before_) != 0) return;
        termios quiet = before_;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        changed_ = ::tcsetattr(fd_, TCSAFLUSH, &quiet) == 0;
    }
    QuietTerminal(const QuietTerminal&) = delete;
    QuietTerminal& operator=(const QuietTerminal&) = delete;
    ~QuietTerminal() {
        if (changed_) (void)::tcsetattr(fd_, TCSAFLUSH, &before_);
        if (fd_ >= 0) ::close(fd_);
    }

    [[nodiscard]] bool usable() const { return changed_; }

    Outcome<crypto::SecretText> ask(std::string_view question) {
        say(question);
        Outcome<crypto::SecretText> answer = read_line(fd_);
        say("\n");
        return answer;
    }

private:
    void say(std::string_view text) {
        const ssize_t written = ::write(fd_, text.data(), text.size());
        (void)written;  // a question that isn't seen is asked all the same
    }

    int fd_;
    termios before_{};
    bool changed_{false};
};

Outcome<crypto::SecretText> ask_terminal(Ask ask) {
    QuietTerminal terminal;
    if (!terminal.usable()) return fail(needed("a passphrase is needed, and there is no terminal to ask on"));
    Outcome<crypto::SecretText> first = terminal.ask("passphrase: ");
    if (!first || ask == Ask::once) return first;
    const Outcome<crypto::SecretText> second = terminal.ask("once more: ");
    if (!second) return fail(second.error());
    if (!first->same_as(*second)) return fail(needed("the two passphrases differ"));
    return first;
}

}  // namespace

std::string passphrase_file_of(const PassphraseSources& sources) {
    if (!sources.flag_file.empty()) return sources.flag_file;
    if (sources.flag_fd) return {};
    return sources.profile_file.empty() ? sources.environment_file : sources.profile_file;
}

Outcome<crypto::SecretText> find_passphrase(const PassphraseSources& sources, Ask ask) {
    if (const std::string file = passphrase_file_of(sources); !file.empty()) return client::read_passphrase_file(file);
    if (sources.flag_fd) return read_line(*sources.flag_fd);
    if (!sources.may_ask) return fail(needed("a passphrase is needed, and with --json nobody is asked"));
    return ask_terminal(ask);
}

}  // namespace datadeed::cli
