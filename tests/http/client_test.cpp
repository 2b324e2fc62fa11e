#include "http/client.h"

#include "tests/http/support.h"

namespace datadeed::http::test {
namespace {

// A server that answers with fixed bytes, whatever is asked, and closes.
class FixedServer {
public:
    explicit FixedServer(std::string bytes, int connections = 1) {
        acceptor_.open(asio::ip::tcp::v4());
        acceptor_.bind({asio::ip::address_v4::loopback(), 0});
        acceptor_.listen();
        port_ = acceptor_.local_endpoint().port();
        thread_ = std::thread{[this, bytes = std::move(bytes), connections] {
            for (int i = 0; i < connections; ++i) {
                asio::ip::tcp::socket socket{io_};
                acceptor_.accept(socket);
                std::array<char, 1024> chunk{};
                boost::system::error_code ignored;
                socket.read_some(asio::buffer(chunk), ignored);
                asio::write(socket, asio::buffer(bytes), ignored);
            }
        }};
    }
    ~FixedServer() { thread_.join(); }
    FixedServer(const FixedServer&) = delete;
    FixedServer& operator=(const FixedServer&) = delete;
    [[nodiscard]] std::uint16_t port() const { return port_; }

private:
    asio::io_context io_;
    asio::ip::tcp::acceptor acceptor_{io_};
    std::uint16_t port_{0};
    std::thread thread_;
};

Result<Response, Failure> ask(std::uint16_t port, ClientLimits limits = {}) {
    Connection connection{"127.0.0.1", port, limits};
    return connection.call(Call{.target = "/"});
}

void echo(const Request& request, const Responder& responder) {
    Response response = text_response(200, std::string{as_text(request.body)});
    response.content_type = request.headers.find("content-type").value_or("");
    response.headers.emplace_back("X-Target", request.target);
    response.headers.emplace_back("X-Host", std::string{request.headers.find("host").value_or("")});
    response.headers.emplace_back("X-Token", std::string{request.headers.find("authorization").value_or("")});
    responder.send(std::move(response));
}

}  // namespace

TEST_CASE("a client sends what it is told and keeps its connection") {
    TestServer server{echo};
    Connection connection{"127.0.0.1", server.port()};
    for (int i = 0; i < 3; ++i) {
        const Result<Response, Failure> response = connection.call(Call{.method = Method::post,
                                                                        .target = "/v1/a%2Fb?c=d",
                                                                        .headers = {{"Authorization", "Datadeed abc"}},
                                                                        .content_type = "application/cose",
                                                                        .body = {1, 2, 0, 255}});
        REQUIRE(response);
        CHECK(response->status == 200);
        CHECK(response->content_type == "application/cose");
        CHECK(response->body == std::string{"\x01\x02\x00\xff", 4});
        CHECK(response->find_header("x-target") == "/v1/a%2Fb?c=d");
        CHECK(response->find_header("x-host") == "127.0.0.1:" + std::to_string(server.port()));
        CHECK(response->find_header("x-token") == "Datadeed abc");
        CHECK(server.server().connections() == 1);
    }
}

TEST_CASE("a client that was kept too long opens another connection") {
    TestServer server{echo, {.idle_time = std::chrono::milliseconds{30}}};
    Connection connection{"127.0.0.1", server.port()};
    for (int i = 0; i < 3; ++i) {
        REQUIRE(connection.call(Call{.target = "/"}));
        const auto begin = std::chrono::steady_clock::now();
        while (server.server().connections() > 0 && std::chrono::steady_clock::now() - begin < patience) {
            std::this_thread::yield();
        }
    }
}

TEST_CASE("a response of many megabytes arrives whole") {
    const std::string large(std::size_t{20} << 20U, 'y');
    TestServer server{[&](const Request&, const Responder& responder) { responder.send(text_response(200, large)); }};
    const Result<Response, Failure> response = ask(server.port());
    REQUIRE(response);
    CHECK(response->body == large);
    const Result<Response, Failure> refused = ask(server.port(), {.response_bytes = large.size() - 1});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().error == Error::answer_must_be_within_its_limit);
}

TEST_CASE("a client tells its failures apart") {
    std::uint16_t free_port = 0;
    {
        TestServer gone{answer_ok};
        free_port = gone.port();
    }
    const Result<Response, Failure> refused = ask(free_port);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().error == Error::server_must_accept_connections);
    CHECK(refused.error().detail.find(std::to_string(free_port)) != std::string::npos);

    FixedServer silent{""};
    CHECK(ask(silent.port()).error().error == Error::connection_must_stay_open);
    FixedServer cut{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"};
    CHECK(ask(cut.port()).error().error == Error::connection_must_stay_open);
    FixedServer other{"220 mail.example ESMTP\r\n"};
    CHECK(ask(other.port()).error().error == Error::answer_must_be_http);

    std::vector<Responder> kept;
    TestServer slow{[&kept](const Request&, const Responder& responder) { kept.push_back(responder); }};
    CHECK(ask(slow.port(), {.answer_time = std::chrono::milliseconds{50}}).error().error ==
          Error::answer_must_come_in_time);

    Connection connection{"host.invalid", 1};
    CHECK(connection.call(Call{.target = "/"}).error().error == Error::host_must_be_known);
}

TEST_CASE("a call that isn't HTTP is not sent") {
    TestServer server{echo};
    Connection connection{"127.0.0.1", server.port()};
    for (const Call& call :
         {Call{.target = "a"}, Call{.target = "/a b"}, Call{.target = "/a\r\nX: y"},
          Call{.target = "/", .headers = {{"X", "a\r\nb"}}}, Call{.target = "/", .headers = {{"Host", "x"}}},
          Call{.target = "/", .headers = {{"Transfer-Encoding", "chunked"}}},
          Call{.target = "/", .headers = {}, .content_type = "a\nb"}}) {
        CHECK(connection.call(call).error().error == Error::call_must_be_well_formed);
    }
    CHECK(server.server().connections() == 0);
}

TEST_CASE("a refusal arrives although its body couldn't be sent") {
    TestServer server{echo};
    Connection connection{"127.0.0.1", server.port()};
    const Result<Response, Failure> response =
        connection.call(Call{.method = Method::post, .target = "/", .body = Bytes(900'000, 7)});
    REQUIRE(response);
    CHECK(response->status == 413);
}

TEST_CASE("many calls go over many connections from one thread, answered in order") {
    TestServer server{echo};
    asio::io_context io;
    std::vector<std::unique_ptr<AsyncConnection>> connections;
    int answered = 0;
    for (int c = 0; c < 50; ++c) {
        connections.push_back(std::make_unique<AsyncConnection>(io, "127.0.0.1", server.port()));
        for (int i = 0; i < 20; ++i) {
            const std::string target = "/" + std::to_string(i);
            auto last = std::make_shared<int>(0);
            connections.back()->call(Call{.target = target}, [&, target](const Result<Response, Failure>& response) {
                REQUIRE(response);
                REQUIRE(response->find_header("x-target") == target);
                ++answered;
            });
        }
        CHECK(connections.back()->under_way() == 20);
    }
    const auto begin = std::chrono::steady_clock::now();
    while (answered < 1000 && std::chrono::steady_clock::now() - begin < patience) io.run_one();
    CHECK(answered == 1000);
    CHECK(connections.front()->under_way() == 0);
}

TEST_CASE("what is under way fails together, and the next call opens a connection") {
    FixedServer server{"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 2};
    asio::io_context io;
    AsyncConnection connection{io, "127.0.0.1", server.port()};
    std::vector<std::string> outcomes;
    const auto note = [&outcomes](const Result<Response, Failure>& outcome) {
        outcomes.push_back(outcome ? std::to_string(outcome->status) : std::string{code_of(outcome.error().error)});
    };
    for (int i = 0; i < 3; ++i) connection.call(Call{.target = "/"}, note);
    CHECK(outcomes.empty());
    io.run();
    CHECK(outcomes == std::vector<std::string>{"200", "http.connection_lost", "http.connection_lost"});
    connection.call(Call{.target = "/"}, note);
    io.restart();
    io.run();
    CHECK(outcomes.back() == "200");
}

TEST_CASE("a connection that goes forgets what is under way") {
    std::vector<Responder> kept;
    TestServer server{[&kept](const Request&, const Responder& responder) { kept.push_back(responder); }};
    asio::io_context io;
    bool called = false;
    {
        AsyncConnection connection{io, "127.0.0.1", server.port()};
        connection.call(Call{.target = "/"}, [&called](const Result<Response, Failure>&) { called = true; });
        io.run_for(std::chrono::milliseconds{20});
    }
    io.restart();
    io.run();
    CHECK_FALSE(called);
}

}  // namespace datadeed::http::test
