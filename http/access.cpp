#include "http/access.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>

#include "http/grammar.h"

namespace datadeed::http {
namespace {

// The name in "name", "name:port" or "[v6]:port"; nothing when it's none of these.
std::optional<std::string_view> host_of(std::string_view authority) {
    const std::size_t from = authority.starts_with('[') ? authority.find(']') : 0;
    if (from == std::string_view::npos) return std::nullopt;
    const std::size_t colon = authority.find(':', from);
    if (colon == std::string_view::npos) return authority;
    const std::string_view port = authority.substr(colon + 1);
    if (port.empty() || port.size() > 5 || !std::ranges::all_of(port, is_digit)) return std::nullopt;
    return authority.substr(0, colon);
}

bool is_known(std::string_view host, const ServerConfig& config) {
    const auto same = [host](std::string_view name) { return same_in_any_case(host, name); };
    return same("localhost") || same("127.0.0.1") || same("[::1]") || same(config.address) ||
           same('[' + config.address + ']') || std::ranges::any_of(config.hosts, same);
}

}  // namespace

std::optional<Problem> check_access(const Headers& headers, const ServerConfig& config) {
    const std::string_view authority = headers.find("host").value_or("");
    const std::optional<std::string_view> host = host_of(authority);
    if (!host || !is_known(*host, config)) {
        return Problem{.status = 421,
                       .code = "http.host_not_allowed",
                       .title = "The server doesn't go by this name",
                       .detail = "the Host header names a host that isn't allowed",
                       .hint = "call the server by localhost or by the address on which it listens"};
    }
    const std::optional<std::string_view> origin = headers.find("origin");
    if (origin && !same_in_any_case(*origin, "http://" + std::string{authority})) {
        return Problem{.status = 403,
                       .code = "http.cross_origin",
                       .title = "Pages of other sites may not call this server",
                       .detail = "the Origin header isn't this server",
                       .hint = "call it from a program, or from a page that it serves itself"};
    }
    return std::nullopt;
}

bool has_token(std::string_view list, std::string_view token) {
    while (!list.empty()) {
        const std::size_t size = std::min(list.find(','), list.size());
        std::string_view item = list.substr(0, size);
        list.remove_prefix(std::min(size + 1, list.size()));
        while (item.starts_with(' ') || item.starts_with('\t')) item.remove_prefix(1);
        while (item.ends_with(' ') || item.ends_with('\t')) item.remove_suffix(1);
        if (same_in_any_case(item, token)) return true;
    }
    return false;
}

bool is_loopback(std::string_view address) {
    if (same_in_any_case(address, "localhost")) return true;
    boost::system::error_code error;
    const auto parsed = boost::asio::ip::make_address(std::string{address}, error);
    return !error && parsed.is_loopback();
}

}  // namespace datadeed::http
