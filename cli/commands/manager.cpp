#include "cli/commands/commands.h"
#include "cli/commands/helpers.h"
#include "cli/commands/terms.h"

// Who manages a data set for its owners.

namespace datadeed::cli {
namespace {

Outcome<Answer> appoint(Context& context, const Args& args) {
    Outcome<ledger::ManagerScope> scope = scope_of(args);
    if (!scope) return fail(scope.error());
    const ledger::AppointManager operation{.data = ledger::DatasetId{args.text("data")},
                                           .manager = ledger::MemberId{args.text("to")},
                                           .scope = std::move(*scope)};
    return submit_and_answer(context, operation, "appointed " + args.text("to"));
}

Outcome<Answer> revoke_manager(Context& context, const Args& args) {
    const ledger::RevokeManager operation{.data = ledger::DatasetId{args.text("data")}};
    return submit_and_answer(context, operation, "revoked");
}

}  // namespace

std::vector<Command> manager_commands() {
    return {{.group = "manager",
             .name = "appoint",
             .summary = "let a member grant usage of a data set for its owners",
             .options = {{"--data", Takes::text, true, "the data set"},
                         {"--to", Takes::text, true, "the member who will manage it"},
                         {"--purpose", Takes::list, false, "only grants for these purposes (any)"},
                         {"--ops", Takes::list, false, "only grants of these operations (any)"},
                         {"--until", Takes::text, false, "only until then: a date, or RFC 3339 (no end)"},
                         {"--uses", Takes::number, false, "the most uses of one grant (no bound)"},
                         {"--depth", Takes::number, false, "the most levels of sub-grants, 0 to 8 (8)"}},
             .examples = {"datadeed --profile owner.toml manager appoint --data clinic/visits-2025 --to manager",
                          "datadeed --profile owner.toml manager appoint --data clinic/visits-2025 --to manager "
                          "--purpose research --ops count,mean --until 2027-12-31 --uses 100"},
             .run = appoint},
            {.group = "manager",
             .name = "revoke",
             .summary = "end the appointment, or give it back; grants that were made stay",
             .options = {{"--data", Takes::text, true, "the data set"}},
             .examples = {"datadeed --profile owner.toml manager revoke --data clinic/visits-2025"},
             .run = revoke_manager}};
}

}  // namespace datadeed::cli
