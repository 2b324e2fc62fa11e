#pragma once

#include <cstdint>
#include <string>
#include <string_view>

// What can go wrong in this room, apart from a request that is answered with a problem (problem.h).

namespace datadeed::http {

enum class Error : std::uint8_t {
    // Listening.
    listen_address_must_be_loopback,
    port_must_be_free,
    address_must_be_of_this_machine,
    port_must_be_permitted,
    listening_must_be_possible,
    // Asking.
    host_must_be_known,
    server_must_accept_connections,
    answer_must_come_in_time,
    connection_must_stay_open,
    answer_must_be_http,
    answer_must_be_within_its_limit,
    call_must_be_well_formed,
};

// The stable code, such as "http.port_in_use".
[[nodiscard]] std::string_view code_of(Error error);
// What to do about it, as a sentence.
[[nodiscard]] std::string_view hint_of(Error error);

struct Failure {
    Error error{};
    std::string detail{};  // what happened, with the address; plain text without control characters

    friend bool operator==(const Failure&, const Failure&) = default;
};

}  // namespace datadeed::http
