#include "node/api/problem.h"

#include <set>

#include "client/refusal.h"
#include "tests/api/world.h"
#include "tests/support/catch.h"

namespace datadeed::api {
namespace {

TEST_CASE("every refusal of the ledger has a status of its kind, its code and what to do") {
    for (const ledger::Refusal refusal : ledger::all_refusals()) {
        const Problem problem = problem_of(refusal);
        CAPTURE(problem.code);
        CHECK(problem.code == ledger::code(refusal));
        CHECK(problem.detail == ledger::describe(refusal));
        CHECK(std::set<unsigned>{403, 404, 409, 413, 422}.contains(problem.status));
        CHECK(test::problem_code(to_response(problem), problem.status) == problem.code);
    }
}

TEST_CASE("the command line, which refuses before it sends, says the same as a node") {
    for (const ledger::Refusal refusal : ledger::all_refusals()) {
        const Problem here = problem_of(refusal);
        const client::Problem there = client::to_problem(refusal);
        CAPTURE(here.code);
        CHECK(there.status == here.status);
        CHECK(there.code == here.code);
        CHECK(there.title + "." == here.detail);
        CHECK(there.hint == std::vector{here.hint});
    }
}

TEST_CASE("every error of the API has a code of its own") {
    std::set<std::string> codes;
    for (std::uint8_t i = 0; i <= static_cast<std::uint8_t>(ApiError::node_must_not_be_overloaded); ++i) {
        const Problem problem = problem_of(static_cast<ApiError>(i));
        CAPTURE(problem.code);
        CHECK(problem.status < 504);
        CHECK(problem.status != 500);
        CHECK(codes.insert(problem.code).second);
        CHECK(test::problem_code(to_response(problem), problem.status) == problem.code);
    }
}

TEST_CASE("what a store says stays inside") {
    const Problem problem = problem_of(chain::Error{.fault = chain::Fault::store_io,
                                                    .place = "/srv/secret/path",
                                                    .detail = "IO error: /srv/secret/path/000005.ldb"});
    CHECK(problem.status == 503);
    CHECK(problem.code == "store.io");
    CHECK(to_response(problem).body.find("secret") == std::string::npos);
    CHECK(problem_of(chain::Error{.fault = chain::Fault::state_height_not_kept}).status == 410);
    CHECK(problem_of(chain::Error{.fault = chain::Fault::chain_pruned}).status == 410);
    CHECK(problem_of(chain::Error{.fault = chain::Fault::chain_pruned}).code == "chain.pruned");
}

}  // namespace
}  // namespace datadeed::api
