#pragma once

#include <string>
#include <vector>

#include "base/result.h"

// What went wrong, in the shape that the node's API answers with (RFC 9457) and the command line prints. It is the
// error type of this room: failures of our own carry a dotted code (those of several files stand below),
// refusals by a node keep the node's code unchanged.

namespace datadeed::client {

struct Problem {
    std::string code{};               // stable and dotted, for programs: "grant.not_found"
    std::string title{};              // what happened, in one short sentence without a full stop
    std::string detail{};             // why, with the values at hand; may be empty
    std::vector<std::string> hint{};  // what to do, one step each; may be empty
    unsigned status{};                // HTTP status, also of failures that never left this machine
    std::string tx{};                 // the transaction that may still become final, in hex; mostly empty

    friend bool operator==(const Problem&, const Problem&) = default;
};

template <class T>
using Outcome = Result<T, Problem>;

// Codes that several files make; each is explained in docs/commands.md.
namespace code {
inline constexpr const char* unreachable = "net.unreachable";
inline constexpr const char* wrong_chain = "net.wrong_chain";
inline constexpr const char* bad_answer = "net.bad_answer";
inline constexpr const char* pending = "tx.pending";
inline constexpr const char* interrupted = "process.interrupted";
inline constexpr const char* file_unreadable = "file.unreadable";
inline constexpr const char* file_unwritable = "file.unwritable";
inline constexpr const char* passphrase_needed = "key.passphrase_needed";
inline constexpr const char* passphrase_wrong = "key.passphrase_wrong";
inline constexpr const char* key_broken = "key.broken";
inline constexpr const char* usage_value = "usage.value";
inline constexpr const char* usage_date = "usage.date";
}  // namespace code

}  // namespace datadeed::client
