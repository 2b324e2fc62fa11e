#include "client/answers.h"

#include "client/refusal.h"
#include "tests/support/catch.h"

namespace datadeed::client {
namespace {

HttpReply reply(unsigned status, std::string_view body) {
    return {.status = status, .body = to_bytes(as_bytes(body)), .retry_after = std::nullopt};
}

}  // namespace

TEST_CASE("a node's problem object keeps its code, and its detail becomes what people read first") {
    const Problem problem = to_problem(
        reply(409, R"({"type":"urn:datadeed:error:data.exists","title":"Conflict","status":409,)"
                   R"("detail":"The data set is there already.","code":"data.exists","hint":["Choose another id."]})"));
    CHECK(problem == Problem{"data.exists", "The data set is there already", "", {"Choose another id."}, 409});
    CHECK(to_problem(reply(404, R"({"code":"x.y","title":"Not found","hint":"look"})")) ==
          Problem{"x.y", "Not found", "", {"look"}, 404});
}

TEST_CASE("an answer that is no problem object is a problem of its own") {
    for (const std::string_view body : {"", "<html>", "[]", "{}", R"({"code":5})"}) {
        const Problem problem = to_problem(reply(500, body));
        CHECK(problem.code == "net.bad_answer");
        CHECK(problem.status == 500);
    }
}

TEST_CASE("a place needs its transaction, height and index") {
    const std::string id(64, 'b');
    const auto value = to_json(reply(200, R"({"tx":")" + id + R"(","height":7,"index":3,"time_ms":9})"));
    REQUIRE(value);
    const Outcome<Final> final = to_final(*value);
    REQUIRE(final);
    CHECK(to_hex(final->tx.value) == id);
    CHECK(final->height == Height{7});
    CHECK(final->index == 3);
    CHECK(final->time == TimeMs{9});
    for (const std::string& body : std::vector<std::string>{R"({})", R"({"tx":"zz","height":7,"index":3})",
                                                            R"({"tx":")" + id + R"(","height":7})"}) {
        CHECK(to_final(*to_json(reply(200, body))).error().code == "net.bad_answer");
    }
    CHECK(to_json(reply(200, "{")).error().code == "net.bad_answer");
}

TEST_CASE("every refusal of the ledger is found by its code and becomes the same problem") {
    for (const ledger::Refusal refusal : ledger::all_refusals()) {
        CHECK(refusal_of(ledger::code(refusal)) == refusal);
        CHECK(to_problem(refusal).code == ledger::code(refusal));
        CHECK(to_problem(refusal).status >= 403);
    }
    CHECK_FALSE(refusal_of("no.such"));
}

}  // namespace datadeed::client
