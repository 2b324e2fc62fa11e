#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "client/problem.h"
#include "crypto/secret.h"

// Where a passphrase comes from; never from the command line, which every user of the machine can read.

namespace datadeed::cli {

enum class Ask : std::uint8_t {
    once,
    twice,  // for a new key: a typing error would lock it for ever
};

struct PassphraseSources {
    std::string flag_file{};         // --passphrase-file
    std::optional<int> flag_fd{};    // --passphrase-fd: read to its end or the first line end
    std::string profile_file{};      // passphrase_file of the profile
    std::string environment_file{};  // DATADEED_PASSPHRASE_FILE
    bool may_ask{true};              // on the terminal, without echo
};

// The file that it will be read from; empty when it comes from a descriptor or a person.
[[nodiscard]] std::string passphrase_file_of(const PassphraseSources& sources);

// The first of these that is given, in this order. Codes: key.passphrase_needed when there is none and nobody to ask,
// file.unreadable.
[[nodiscard]] client::Outcome<crypto::SecretText> find_passphrase(const PassphraseSources& sources, Ask ask);

}  // namespace datadeed::cli
