#pragma once

#include <string>

namespace datadeed::cli {

// While it lives, SIGINT (Ctrl-C) and SIGTERM write `notice` to standard error and end the program with exit code 130:
// what a user must know who stops waiting for something that can't be taken back. One at a time, made by the main
// thread; after it both signals end the program as they did.
class InterruptNotice {
public:
    explicit InterruptNotice(std::string notice);
    ~InterruptNotice();
    InterruptNotice(const InterruptNotice&) = delete;
    InterruptNotice& operator=(const InterruptNotice&) = delete;

private:
    std::string notice_;
};

}  // namespace datadeed::cli
