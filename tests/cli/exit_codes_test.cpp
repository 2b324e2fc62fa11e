#include "cli/exit_codes.h"

#include <set>

#include "client/refusal.h"
#include "tests/support/catch.h"

namespace datadeed::cli {
namespace {

int exit_for(const std::string& code, unsigned status) {
    return exit_of({.code = code, .title = {}, .detail = {}, .hint = {}, .status = status});
}

}  // namespace

TEST_CASE("each class of failure has its exit code") {
    CHECK(exit_for("usage.date", 400) == 2);
    CHECK(exit_for("csv.quote_not_closed", 400) == 2);
    CHECK(exit_for("profile.unreadable", 404) == 3);
    CHECK(exit_for("grant.not_found", 404) == 3);
    CHECK(exit_for("state.height_not_kept", 410) == 3);
    CHECK(exit_for("key.passphrase_needed", 400) == 2);
    CHECK(exit_for("key.passphrase_wrong", 401) == 4);
    CHECK(exit_for("auth.token_expired", 401) == 4);
    CHECK(exit_for("profile.key_of_another", 403) == 4);
    CHECK(exit_for("dev.folder_not_empty", 409) == 6);
    CHECK(exit_for("dev.port_in_use", 409) == 6);
    CHECK(exit_for("dev.node_failed", 503) == 8);
    CHECK(exit_for("tx.pending", 504) == 7);
    CHECK(exit_for("receipt.not_ready", 503) == 7);
    CHECK(exit_for("net.unreachable", 503) == 8);
    CHECK(exit_for("node.no_quorum", 503) == 8);
    CHECK(exit_for("pool.full", 429) == 8);
    CHECK(exit_for("process.interrupted", 499) == 130);
    CHECK(exit_for("internal.error", 500) == 1);
}

TEST_CASE("the ledger's refusals exit by what they are, whatever status a node gives them") {
    for (const unsigned status : {400U, 409U, 500U}) {
        CHECK(exit_for("data.title_empty", status) == 2);
        CHECK(exit_for("grant.no_right_to_grant", status) == 4);
        CHECK(exit_for("data.not_found", status) == 3);
        CHECK(exit_for("data.exists", status) == 6);
        CHECK(exit_for("grant.exhausted", status) == 9);
        CHECK(exit_for("grant.operations_widened", status) == 9);
        CHECK(exit_for("uses.more_than_left", status) == 9);
        CHECK(exit_for("manager.depth_out_of_scope", status) == 9);
    }
}

TEST_CASE("every refusal of the ledger has an exit code that is documented") {
    std::set<int> documented;
    for (const ExitCode& code : exit_codes()) {
        CHECK(documented.insert(code.number).second);
        CHECK(code.meaning.size() > 3);
    }
    for (const ledger::Refusal refusal : ledger::all_refusals()) {
        const int number = exit_of(client::to_problem(refusal));
        INFO(ledger::code(refusal));
        CHECK(documented.contains(number));
        CHECK((number == 2 || number == 3 || number == 4 || number == 6 || number == 9));
    }
}

}  // namespace datadeed::cli
