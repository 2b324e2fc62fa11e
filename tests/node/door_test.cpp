#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <netinet/in.h>

#include "tests/node/process.h"
#include "tests/support/catch.h"

// What comes to the API's port of a running node that is no request of its API: A1, A3, A4, A5 and A13 of
// docs/limits.md, byte for byte over loopback.

namespace datadeed::node {
namespace {

using test::Chain;
using test::get;
using test::port_of;
using test::Process;

class Wire {
public:
    explicit Wire(std::uint16_t port) : socket_{::socket(AF_INET, SOCK_STREAM, 0)} {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        REQUIRE(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    }
    ~Wire() { ::close(socket_); }
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;

    void send(std::string_view bytes) const {
        while (!bytes.empty()) {
            const ssize_t size = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (size <= 0) return;  // the node has had enough
            bytes.remove_prefix(static_cast<std::size_t>(size));
        }
    }

    // All that comes until the node closes; nothing when it doesn't within 30 s.
    [[nodiscard]] std::optional<std::string> read_to_the_end() const {
        std::string all;
        std::array<char, 4096> chunk{};
        pollfd waiting{.fd = socket_, .events = POLLIN, .revents = 0};
        while (::poll(&waiting, 1, 30'000) > 0) {
            const ssize_t size = ::recv(socket_, chunk.data(), chunk.size(), 0);
            if (size <= 0) return all;
            all.append(chunk.data(), static_cast<std::size_t>(size));
        }
        return std::nullopt;
    }

private:
    int socket_;
};

// "STATUS code" of the only answer on a connection that the node then closed; otherwise what is wrong.
std::string only_answer(const Wire& wire) {
    const std::optional<std::string> all = wire.read_to_the_end();
    if (!all) return "the connection stays open";
    const std::string line = "HTTP/1.1 ";
    const std::string date = "\r\nDate: ";  // stands in every answer once
    if (!all->starts_with(line)) return "no answer: " + *all;
    if (all->find(date) != all->rfind(date)) return "more than one answer: " + *all;
    const std::string member = R"("code":")";
    const std::size_t code = all->find(member);
    if (code == std::string::npos) return "no code: " + *all;
    const std::size_t begin = code + member.size();
    return all->substr(line.size(), 3) + ' ' + all->substr(begin, all->find('"', begin) - begin);
}

std::string answer_to(std::uint16_t port, std::string_view bytes) {
    const Wire wire{port};
    wire.send(bytes);
    return only_answer(wire);
}

const std::string host = "Host: localhost\r\n";
const std::string hidden = "GET /v1/genesis HTTP/1.1\r\nHost: localhost\r\n\r\n";  // what would be smuggled

std::string post(const std::string& fields, const std::string& body) {
    return "POST /v1/transactions HTTP/1.1\r\n" + host + "Content-Type: application/cose\r\n" + fields + "\r\n" + body;
}

// A4.
const std::vector<std::string> smuggling{
    post("Transfer-Encoding: chunked\r\n", "0\r\n\r\n" + hidden),
    post("Transfer-Encoding: gzip\r\nContent-Length: 5\r\n", "abcde" + hidden),
    post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n" + hidden),
    post("Transfer-Encoding: xchunked\r\n", hidden),
    post("Transfer-Encoding\r\n : chunked\r\n", "0\r\n\r\n" + hidden),
    post("Content-Length: 5\r\nContent-Length: 5\r\n", "abcde" + hidden),
    post("Content-Length: 0\r\nContent-Length: 48\r\n", hidden),
    post("Content-Length: 5, 5\r\n", "abcde" + hidden),
    post("Content-Length: +5\r\n", "abcde" + hidden),
    post("Content-Length: 0x5\r\n", "abcde" + hidden),
    post("Content-Length: 5 5\r\n", "abcde" + hidden),
    post("Content-Length : 5\r\n", "abcde" + hidden),
    post("Content-Length: 5\r\n folded\r\n", "abcde" + hidden),
    post("X: a\nContent-Length: 5\r\n", "abcde" + hidden),
    post("X: a\rContent-Length: 5\r\n", "abcde" + hidden),
    post(std::string{"X: a\0b\r\nContent-Length: 5\r\n", 27}, "abcde" + hidden),
    post("X: \x1B[2J\r\n", hidden),
    "POST /v1/transactions HTTP/1.0\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden,
    "GET /v1/genesis HTTP/1.0\r\n" + host + "\r\n" + hidden,
    "GET /v1/genesis HTTP/1.2\r\n" + host + "\r\n" + hidden,
    "GET /v1/genesis HTTP/2.0\r\n" + host + "\r\n" + hidden,
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "GET /v1/genesis\r\n\r\n",
    "GET /v1/genesis HTTP/1.1\n" + host + "\r\n",
    "GET http://localhost/v1/genesis HTTP/1.1\r\n" + host + "\r\n" + hidden,
    "GET http://evil.example/v1/genesis HTTP/1.1\r\n" + host + "\r\n" + hidden,
    "CONNECT localhost:8440 HTTP/1.1\r\n" + host + "\r\n" + hidden,
    "GET /v1/genesis HTTP/1.1\r\n\r\n" + hidden,
    "GET /v1/genesis HTTP/1.1\r\n" + host + host + "\r\n" + hidden,
    "GET /v1/genesis HTTP/1.1\r\n" + host + "Host: evil.example\r\n\r\n" + hidden,
    "\r\n" + hidden,
    std::string{"\0\0\0\0", 4},
    "\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03",  // a ClientHello of TLS
};

struct Case {
    std::string bytes{};
    std::string answer{};
};

std::string request(const std::string& line, const std::string& fields = "") {
    return line + " HTTP/1.1\r\n" + host + fields + "\r\n" + hidden;
}

const std::vector<Case> others{
    // A3: at once, not after the body.
    {"POST /v1/transactions HTTP/1.1\r\n" + host + "Content-Length: 131073\r\n\r\n", "413 http.body_too_large"},
    {"POST /v1/transactions HTTP/1.1\r\n" + host + "Content-Length: 999999999999999999\r\n\r\n" + hidden,
     "413 http.body_too_large"},
    {"GET /v1/genesis HTTP/1.1\r\n" + host + "X: " + std::string(9000, 'a'), "431 http.header_too_large"},
    // A5.
    {"GET /v1/genesis HTTP/1.1\r\nHost: evil.example\r\n\r\n" + hidden, "421 http.host_not_allowed"},
    {request("GET /v1/genesis", "Origin: http://evil.example\r\n"), "403 http.cross_origin"},
    {request("GET /v1/genesis", "Origin: null\r\n"), "403 http.cross_origin"},
    {request("POST /v1/transactions", "Content-Type: text/plain\r\n"), "415 http.media_type"},
    {request("OPTIONS /v1/transactions", "Access-Control-Request-Method: POST\r\n"), "405 http.method"},
    {request("TRACE /v1/genesis"), "501 http.method_not_implemented"},
    // A13.
    {request("GET /v1/../v1/genesis"), "404 http.no_route"},
    {request("GET /v1/%2e%2e/%2e%2e/etc/passwd"), "404 http.no_route"},
    {request("GET //v1/genesis"), "404 http.no_route"},
    {request("GET /v1/genesis/"), "404 http.no_route"},
    {request("GET /V1/genesis"), "404 http.no_route"},
    {request("GET /v1/genesis?x=1"), "400 http.unknown_parameter"},
    {request("GET /v1/genesis%00"), "400 http.malformed_request"},
    {request("GET /v1/genesis%0d%0aX:%20y"), "400 http.malformed_request"},
    {request("POST /v1/genesis", "X-HTTP-Method-Override: GET\r\nContent-Length: 0\r\n"), "405 http.method"},
};

TEST_CASE("what is no request of the API is told so once, and nothing behind it is looked at") {
    const Chain chain;
    Process node{{"--config", chain.config_file()}, chain.folder() / "node.log"};
    const std::uint16_t api = port_of(node, "api");
    REQUIRE(node.wait_for("node.ready"));
    for (const std::string& bytes : smuggling) {
        INFO(bytes);
        const std::string answer = answer_to(api, bytes);
        // CONNECT is no method of this server: whichever is noticed first.
        CHECK((answer == "400 http.malformed_request" || answer == "501 http.method_not_implemented"));
    }
    for (const Case& one : others) {
        INFO(one.bytes);
        CHECK(answer_to(api, one.bytes) == one.answer);
    }
    // Nor does any of it reach the port for monitoring.
    const std::uint16_t ops = port_of(node, "ops");
    CHECK(answer_to(ops, smuggling.front()) == "400 http.malformed_request");
    CHECK(answer_to(ops, request("GET /../metrics")) == "404 http.no_such_route");
    CHECK(get(api, "/v1/genesis").status == 200);
}

TEST_CASE("a client that is slow with its head, or with its body, is told so in seconds") {
    const Chain chain;
    Process node{{"--config", chain.config_file()}, chain.folder() / "node.log"};
    const std::uint16_t api = port_of(node, "api");
    REQUIRE(node.wait_for("node.ready"));
    const auto begin = std::chrono::steady_clock::now();
    const Wire head{api};
    head.send("GET /v1/genesis HTTP/1.1\r\nHost: loc");
    const Wire body{api};
    body.send(post("Content-Length: 1000\r\n", "a"));
    CHECK(get(api, "/v1/genesis").status == 200);
    CHECK(only_answer(body) == "408 http.request_timed_out");
    CHECK(only_answer(head) == "408 http.request_timed_out");
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds{15});
    CHECK(get(api, "/v1/genesis").status == 200);
}

}  // namespace
}  // namespace datadeed::node
