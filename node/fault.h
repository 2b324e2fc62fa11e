#pragma once

#include <cstdint>
#include <string>
#include <string_view>

// How the process ends, and what it says then.

namespace datadeed::node {

// Exit codes: stable, listed in docs/operations.md. 1 to 8 mean what they mean for the other programs.
enum class Exit : std::uint8_t {
    done = 0,           // stopped as asked
    internal = 1,       // a bug, or the system refused something basic
    usage = 2,          // command line or configuration
    missing = 3,        // a named file isn't there
    keys = 4,           // wrong passphrase, wrong rights, not the keys of the chain
    verification = 5,   // stored bytes, votes or results contradict the chain
    conflict = 6,       // the running node isn't in a state for what is asked of it
    network = 8,        // a port can't be had; the running node doesn't answer
    folder = 20,        // the data folder is in use or can't be written
    wrong_chain = 21,   // the folder belongs to another genesis
    store = 22,         // reading or writing the stores failed
    cryptography = 23,  // the libraries don't decide as the protocol demands
    disk_full = 28,     // no space left
};

// Why the process can't start or go on: what, why and what to do.
struct Fault {
    Exit exit{Exit::internal};
    std::string code{};    // stable and dotted, as in "node.port_in_use"
    std::string detail{};  // what happened and why
    std::string hint{};    // what to do

    friend bool operator==(const Fault&, const Fault&) = default;
};

// "error: DETAIL [CODE]\n  try: HINT\n"
[[nodiscard]] std::string to_text(const Fault& fault);

// The exit code that belongs to a dotted code of another room (a store, the replica).
[[nodiscard]] Exit exit_for(std::string_view code);

}  // namespace datadeed::node
