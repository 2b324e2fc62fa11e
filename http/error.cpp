#include "http/error.h"

namespace datadeed::http {

std::string_view code_of(Error error) {
    switch (error) {
        case Error::listen_address_must_be_loopback:
            return "http.not_loopback";
        case Error::port_must_be_free:
            return "http.port_in_use";
        case Error::address_must_be_of_this_machine:
            return "http.address_not_available";
        case Error::port_must_be_permitted:
            return "http.port_not_permitted";
        case Error::listening_must_be_possible:
            return "http.listen_failed";
        case Error::host_must_be_known:
            return "http.host_not_found";
        case Error::server_must_accept_connections:
            return "http.connection_refused";
        case Error::answer_must_come_in_time:
            return "http.timed_out";
        case Error::connection_must_stay_open:
            return "http.connection_lost";
        case Error::answer_must_be_http:
            return "http.malformed_response";
        case Error::answer_must_be_within_its_limit:
            return "http.response_too_large";
        case Error::call_must_be_well_formed:
            return "http.malformed_call";
    }
    return "http.unknown";
}

std::string_view hint_of(Error error) {
    switch (error) {
        case Error::listen_address_must_be_loopback:
            return "listen on 127.0.0.1 or ::1; to serve other machines, put a proxy that speaks TLS in front";
        case Error::port_must_be_free:
            return "end the program that has the port ('ss -ltnp' shows it), or choose another port";
        case Error::address_must_be_of_this_machine:
            return "choose an IP address of this machine ('ip addr' shows them)";
        case Error::port_must_be_permitted:
            return "choose a port above 1023";
        case Error::listening_must_be_possible:
            return "look at the limit of open files ('ulimit -n') and at the address";
        case Error::host_must_be_known:
            return "check the name of the host";
        case Error::server_must_accept_connections:
            return "check that the node runs and that address and port are right";
        case Error::answer_must_come_in_time:
            return "look whether the node is overloaded; the call may have been carried out";
        case Error::connection_must_stay_open:
            return "try again; the call may have been carried out";
        case Error::answer_must_be_http:
            return "check that a node, and nothing else, listens at this address";
        case Error::answer_must_be_within_its_limit:
            return "ask for less at once";
        case Error::call_must_be_well_formed:
            return "percent-encode what stands in the target, and keep line ends out";
    }
    return "";
}

}  // namespace datadeed::http
