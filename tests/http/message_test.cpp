#include "http/message.h"

#include <rapidcheck.h>

#include "tests/support/catch.h"

namespace datadeed::http {

TEST_CASE("headers are found in any case and keep their first value") {
    Headers headers;
    headers.add("Content-Type", "a");
    headers.add("CONTENT-TYPE", "b");
    CHECK(headers.find("content-Type") == "a");
    CHECK(headers.count("content-type") == 2);
    CHECK(headers.find("content") == std::nullopt);
}

TEST_CASE("a target is split before it is decoded") {
    const std::optional<Target> target =
        parse_target("/v1/data/admiral%2Fadmiral_adlb?at_height=7&q=a%3Db%20c&verbose");
    REQUIRE(target);
    CHECK(target->path == std::vector<std::string>{"v1", "data", "admiral/admiral_adlb"});
    CHECK(target->query == std::vector<NameValue>{{"at_height", "7"}, {"q", "a=b c"}, {"verbose", ""}});
}

TEST_CASE("a target keeps empty and dotted segments as they are") {
    CHECK(parse_target("/")->path == std::vector<std::string>{""});
    CHECK(parse_target("/a//b/")->path == std::vector<std::string>{"a", "", "b", ""});
    CHECK(parse_target("/a/../b")->path == std::vector<std::string>{"a", "..", "b"});
    CHECK(parse_target("/?a=b=c")->query == std::vector<NameValue>{{"a", "b=c"}});
}

TEST_CASE("a target that is malformed is none") {
    for (const char* const target : {"",         "*",     "a",          "http://localhost/",
                                     "/a b",     "/a%",   "/a%2",       "/a%2g",
                                     "/a%00",    "/a%0a", "/a%7f",      "/a%ff",
                                     "/a#b",     "/a\"b", "/a?b=1&b=2", "/a?=1",
                                     "/a?b&",    "/a?&b", "/a?b=1+2",   "/a?b=%",
                                     "/a?b=%c3", "/a\\b", "/a<b"}) {
        INFO(target);
        CHECK_FALSE(parse_target(target));
    }
    std::string many = "/?a0";
    for (int i = 1; i < 32; ++i) many += "&a" + std::to_string(i);
    CHECK(parse_target(many));
    CHECK_FALSE(parse_target(many + "&b"));
}

TEST_CASE("what is percent-encoded comes back as it was") {
    CHECK(percent_encode("a/b c+ü~") == "a%2Fb%20c%2B%C3%BC~");
    REQUIRE(rc::check("percent_encode and parse_target are inverse", [](const std::vector<std::uint8_t>& letters) {
        std::string text = "x";
        for (const std::uint8_t letter : letters) text.push_back(static_cast<char>(0x20 + letter % 0x5F));
        const std::optional<Target> target = parse_target("/" + percent_encode(text) + "?k=" + percent_encode(text));
        RC_ASSERT(target.has_value());
        RC_ASSERT(target->path == std::vector<std::string>{text});
        RC_ASSERT(target->query == (std::vector<NameValue>{{"k", text}}));
    }));
}

TEST_CASE("methods have one spelling") {
    for (const Method method :
         {Method::get, Method::head, Method::post, Method::put, Method::patch, Method::remove, Method::options}) {
        CHECK(method_from(to_text(method)) == method);
    }
    CHECK_FALSE(method_from("get"));
    CHECK_FALSE(method_from("TRACE"));
}

}  // namespace datadeed::http
