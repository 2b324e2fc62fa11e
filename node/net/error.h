#pragma once

#include <cstdint>
#include <string>
#include <string_view>

// What can be wrong with a link, a peer or the set-up of the transport.

namespace datadeed::net {

enum class Error : std::uint8_t {
    // Setting up.
    port_must_be_free,
    address_must_be_of_this_machine,
    port_must_be_permitted,
    listening_must_be_possible,
    link_key_must_make_a_certificate,
    // Connecting.
    host_must_be_known,
    peer_must_accept_connections,
    channel_must_be_authentic,
    key_must_be_of_a_member,
    key_must_be_of_the_peer,
    handshake_must_end_in_time,
    // Hello.
    hello_must_be_well_formed,
    protocol_must_be_the_same,
    chain_must_be_the_same,
    name_must_belong_to_the_key,
    wire_version_must_be_the_same,
    peer_must_be_another_node,
    // A link that was up.
    frame_must_be_within_its_limit,
    peer_must_be_heard,
    link_must_stay_open,
    peer_must_keep_the_rules,
    // Bounds.
    handshakes_must_be_few,
    inbound_links_must_be_few,
};

// The stable code, such as "net.wrong_chain".
[[nodiscard]] std::string_view code_of(Error error);
// The rule that was broken and what to do, as a sentence.
[[nodiscard]] std::string_view describe(Error error);

struct Failure {
    Error error{};
    std::string detail{};  // what happened, with address or name; no control characters

    friend bool operator==(const Failure&, const Failure&) = default;
};

}  // namespace datadeed::net
