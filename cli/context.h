#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "cli/command.h"
#include "cli/passphrase.h"
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

    // The profile's session, opened at first use: reads the profile, the genesis document and the key file, asks for
    // the passphrase if need be, and finds a node that is at the tip of the chain. The reference lives as long as this
    // object.
    [[nodiscard]] Outcome<client::Session*> session();

    // The profile alone, without opening its key.
    [[nodiscard]] Outcome<client::Profile> profile() const;

    // A passphrase for a key file: see find_passphrase.
    [[nodiscard]] Outcome<crypto::SecretText> passphrase(const std::string& file, Ask ask = Ask::once) const;

    // The moment at which --timeout is over. For the first that asks it is counted from when the session began to look
    // for a node, for later ones from now.
    [[nodiscard]] client::Deadline take_deadline();

    // A line for people on standard error; silent with --quiet or --json.
    void say(std::string_view line) const;

    // Whether a progress bar belongs on standard error: a terminal, and nobody asked for silence.
    [[nodiscard]] bool shows_progress() const;

private:
    // Says so when others than its owner have a right on a file that holds a secret.
    void warn_of_rights(const std::string& file) const;

    Globals globals_;
    std::unique_ptr<client::Session> session_;
    std::optional<client::Deadline> first_deadline_;
};

}  // namespace datadeed::cli
