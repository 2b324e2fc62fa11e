#include "node/net/error.h"

namespace datadeed::net {

std::string_view code_of(Error error) {
    switch (error) {
        case Error::port_must_be_free:
            return "net.port_in_use";
        case Error::address_must_be_of_this_machine:
            return "net.address_not_available";
        case Error::port_must_be_permitted:
            return "net.port_not_permitted";
        case Error::listening_must_be_possible:
            return "net.listen_failed";
        case Error::link_key_must_make_a_certificate:
            return "net.certificate_failed";
        case Error::host_must_be_known:
            return "net.host_not_found";
        case Error::peer_must_accept_connections:
            return "net.connection_refused";
        case Error::channel_must_be_authentic:
            return "net.channel_failed";
        case Error::key_must_be_of_a_member:
            return "net.unknown_key";
        case Error::key_must_be_of_the_peer:
            return "net.wrong_peer";
        case Error::handshake_must_end_in_time:
            return "net.handshake_timed_out";
        case Error::hello_must_be_well_formed:
            return "net.malformed_hello";
        case Error::protocol_must_be_the_same:
            return "net.wrong_protocol";
        case Error::chain_must_be_the_same:
            return "net.wrong_chain";
        case Error::name_must_belong_to_the_key:
            return "net.wrong_name";
        case Error::wire_version_must_be_the_same:
            return "net.wrong_wire_version";
        case Error::peer_must_be_another_node:
            return "net.own_key";
        case Error::frame_must_be_within_its_limit:
            return "net.frame_too_large";
        case Error::peer_must_be_heard:
            return "net.peer_silent";
        case Error::link_must_stay_open:
            return "net.link_lost";
        case Error::peer_must_keep_the_rules:
            return "net.peer_shunned";
        case Error::handshakes_must_be_few:
            return "net.too_many_handshakes";
        case Error::inbound_links_must_be_few:
            return "net.too_many_links";
    }
    return "net.unknown";
}

std::string_view describe(Error error) {
    switch (error) {
        case Error::port_must_be_free:
            return "the port is in use; end the program that has it or choose another";
        case Error::address_must_be_of_this_machine:
            return "the address is not one of this machine; choose one that is";
        case Error::port_must_be_permitted:
            return "the port needs more rights; choose one above 1023";
        case Error::listening_must_be_possible:
            return "the node can't listen; look at the address and at 'ulimit -n'";
        case Error::link_key_must_make_a_certificate:
            return "the link key makes no certificate; make a new one";
        case Error::host_must_be_known:
            return "the name of the peer's host isn't known; check [[peers]] and the DNS";
        case Error::peer_must_accept_connections:
            return "the peer doesn't accept connections; it may be down";
        case Error::channel_must_be_authentic:
            return "the other side didn't complete TLS 1.3, or turned this node away; its own log says why";
        case Error::key_must_be_of_a_member:
            return "the key is no node's on this chain; register it, or find out who calls";
        case Error::key_must_be_of_the_peer:
            return "another key than the configured peer's is at this address; check it";
        case Error::handshake_must_end_in_time:
            return "the other side took too long to say who it is";
        case Error::hello_must_be_well_formed:
            return "the greeting breaks the format; is it a node of this software?";
        case Error::protocol_must_be_the_same:
            return "the peer speaks another version of the link; update one of both";
        case Error::chain_must_be_the_same:
            return "the peer is on another chain; compare the genesis documents";
        case Error::name_must_belong_to_the_key:
            return "the peer calls itself otherwise than the chain does; check its name";
        case Error::wire_version_must_be_the_same:
            return "the peer speaks another version of messages; update one of both";
        case Error::peer_must_be_another_node:
            return "the other side has this node's own key; every node needs its own";
        case Error::frame_must_be_within_its_limit:
            return "the peer announced a message beyond the limit";
        case Error::peer_must_be_heard:
            return "nothing was heard from the peer for too long";
        case Error::link_must_stay_open:
            return "the link broke; it's made again";
        case Error::peer_must_keep_the_rules:
            return "the peer broke the rules too often; ask its operator whether that node is sound";
        case Error::handshakes_must_be_few:
            return "too many connections are being greeted at once; one was closed";
        case Error::inbound_links_must_be_few:
            return "as many links as may be are open; one was closed";
    }
    return "";
}

}  // namespace datadeed::net
