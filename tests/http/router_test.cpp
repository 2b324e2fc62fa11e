#include "http/router.h"

#include "tests/http/support.h"

namespace datadeed::http::test {
namespace {

Handler echo(const std::string& name) {
    return [name](const Request& request, const Responder& responder) {
        std::string text = name;
        for (const auto& [key, value] : request.params) text += ' ' + key + '=' + value;
        responder.send(text_response(200, text));
    };
}

Router example() {
    Router router;
    router.add(Method::get, "/", {}, echo("root"));
    router.add(Method::get, "/v1/data/{id}", {"at_height"}, echo("data"));
    router.add(Method::post, "/v1/data/{id}", {}, echo("post"));
    router.add(Method::get, "/v1/members/{id}", {}, echo("member"));
    router.add(Method::get, "/v1/members/by-key/{hex}", {}, echo("by-key"));
    router.add(Method::get, "/tile/{level}/{index...}", {}, echo("tile"));
    router.add(Method::get, "/tile/entries/{index...}", {}, echo("entries"));
    return router;
}

}  // namespace

TEST_CASE("a router finds exactly the routes of its table") {
    TestServer server{example()};
    const auto ask = [&](const std::string& line) {
        RawClient client{server.port()};  // a refusal ends it
        client.send(line + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
        const std::optional<Response> response = client.response();
        REQUIRE(response);
        return std::to_string(response->status) + ' ' + (response->status == 200 ? response->body : "");
    };
    CHECK(ask("GET /") == "200 root");
    CHECK(ask("GET /v1/data/a%2Fb") == "200 data id=a/b");
    CHECK(ask("GET /v1/data/a?at_height=3") == "200 data id=a");
    CHECK(ask("POST /v1/data/a") == "200 post id=a");
    CHECK(ask("GET /v1/members/by-key") == "200 member id=by-key");
    CHECK(ask("GET /v1/members/by-key/ab") == "200 by-key hex=ab");
    CHECK(ask("GET /tile/0/x001/002") == "200 tile level=0 index=x001/002");
    CHECK(ask("GET /tile/entries/007") == "200 entries index=007");
    for (const char* const path :
         {"/v1", "/v1/", "/v1/data/", "/v1/data/a/", "/v1/data/a/b", "//v1/data/a", "/V1/data/a", "/tile/0", "/tile/0/",
          "/tile/0/a//b", "/tile/0/a%2Fb", "/v1/data/../members/x"}) {
        INFO(path);
        CHECK(ask("GET " + std::string{path}) == "404 ");
    }
    CHECK(ask("GET /v1/data/a?height=3") == "400 ");
    CHECK(ask("POST /v1/data/a?at_height=3") == "400 ");
}

TEST_CASE("a router says which methods a path has") {
    TestServer server{example()};
    RawClient client{server.port()};
    client.send("DELETE /v1/data/a HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const std::optional<Response> response = client.response();
    REQUIRE(response);
    CHECK(response->status == 405);
    CHECK(response->find_header("allow") == "GET, HEAD, POST");
    CHECK(response->body.find("http.method_not_allowed") != std::string::npos);
}

TEST_CASE("HEAD is GET without the body") {
    TestServer server{example()};
    RawClient client{server.port()};
    client.send("HEAD /v1/data/a HTTP/1.1\r\nHost: localhost\r\n\r\n" + get_root);
    const std::optional<Response> head = client.response(Method::head);
    REQUIRE(head);
    CHECK(head->status == 200);
    CHECK(head->find_header("content-length") == "9");
    const std::optional<Response> next = client.response();
    REQUIRE(next);
    CHECK(next->body == "root");
}

}  // namespace datadeed::http::test
