#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "cli/command.h"
#include "client/session.h"

namespace datadeed::cli {

// The global flags.
struct Globals {
    std::string profile{};  // --profile, or DATADEED_PROFILE; empty when neither is given
    std::string passphrase_file{};
    std::optional<int> passphrase_fd{};
    std::chrono::seconds timeout{30};
    bool json{false};
    bool no_wait{false};
    bool quiet{false};
};

// What a command may use of the world around it. One a run of the program, for one thread.
class Context {
public:
    explicit Context(Globals globals) : globals_{std::move(globals)} {}

    [[nodiscard]] const Globals& globals() const { return globals_; }

    // The profile's session, opened at first use: reads the profile, the genesis document and the key file, and asks
    // for the passphrase if need be. The reference lives as long as this object.
    [[nodiscard]] Outcome<client::Session*> session();

    // The profile alone, without opening its key.
    [[nodiscard]] Outcome<client::Profile> profile() const;

    // A passphrase for a key file: --passphrase-file, --passphrase-fd, `file` (of the profile), DATADEED_PASSPHRASE_FILE,
    // then a question on the terminal. `twice` asks again, for a new key.
    [[nodiscard]] Outcome<crypto::SecretText> passphrase(const std::string& file, bool twice = false) const;

    // A line for people on standard error; silent with --quiet or --json.
    void say(std::string_view line) const;

private:
    Globals globals_;
    std::unique_ptr<client::Session> session_;
};

}  // namespace datadeed::cli
