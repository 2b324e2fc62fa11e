#include "http/problem.h"

#include <set>

#include "http/error.h"
#include "http/response_writer.h"
#include "tests/support/catch.h"

namespace datadeed::http {

TEST_CASE("a problem is one JSON object with all its members") {
    const Problem problem{
        .status = 404, .code = "grant.not_found", .title = "No such grant", .detail = "a \"b\"\n", .hint = "look"};
    CHECK(to_json(problem) == R"({"type":"urn:datadeed:problem:grant.not_found","title":"No such grant","status":404,)"
                              R"("detail":"a \"b\"\n","code":"grant.not_found","hint":"look"})");
    const Response response = to_response(problem);
    CHECK(response.status == 404);
    CHECK(response.content_type == "application/problem+json");
}

TEST_CASE("a refusal of HTTP itself ends the connection, an answer doesn't") {
    const auto closes = [](unsigned status, const std::string& code) {
        return to_response(Problem{.status = status, .code = code, .title = {}, .detail = {}, .hint = {}}).close;
    };
    CHECK(closes(400, "http.unknown_parameter"));
    CHECK(closes(404, "http.no_such_route"));
    CHECK_FALSE(closes(404, "grant.not_found"));
    CHECK_FALSE(closes(503, "http.too_many_answers"));
}

TEST_CASE("a problem without a title has that of its status") {
    CHECK(to_json(Problem{.status = 409}).find(R"("title":"Conflict")") != std::string::npos);
}

TEST_CASE("JSON strings escape what they must and replace what is no UTF-8") {
    CHECK(json_string("a\\b\t\r\x01\x7f") == R"("a\\b\t\r\u0001\u007f")");
    CHECK(json_string("ü漢") == "\"ü漢\"");
    CHECK(json_string("a\xff\xc3") == R"("a\ufffd\ufffd")");
    CHECK(json_string("") == "\"\"");
}

TEST_CASE("the head of a response lets no line into it") {
    Response response = text_response(200, "x");
    response.headers = {{"Allow", "GET\r\nEvil: 1"}, {"Bad name", "x"}, {"Content-Length", "7"}, {"Retry-After", "3"}};
    CHECK(head_of(response, true, 784111777) ==
          "HTTP/1.1 200 OK\r\n"
          "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
          "Content-Type: text/plain; charset=utf-8\r\n"
          "Content-Length: 1\r\n"
          "X-Content-Type-Options: nosniff\r\n"
          "Retry-After: 3\r\n\r\n");
    response.content_type = "a\r\nb";
    CHECK(head_of(response, false, 0).find("Content-Type:") == std::string::npos);
    CHECK(head_of(response, false, 0).find("Connection: close\r\n\r\n") != std::string::npos);
    response.status = 204;
    CHECK(head_of(response, true, 0).find("Content-Length") == std::string::npos);
}

TEST_CASE("every error of the room has a code of its own and says what to do") {
    std::set<std::string_view> codes;
    for (std::uint8_t i = 0; i <= static_cast<std::uint8_t>(Error::call_must_be_well_formed); ++i) {
        CHECK(codes.insert(code_of(static_cast<Error>(i))).second);
        CHECK_FALSE(hint_of(static_cast<Error>(i)).empty());
    }
    CHECK_FALSE(codes.contains("http.unknown"));
}

}  // namespace datadeed::http
