#include <algorithm>

#include "cli/commands/commands.h"
#include "cli/commands/helpers.h"
#include "cli/commands/terms.h"
#include "http/message.h"
#include "ledger/transaction.h"

// Usage rights: given, narrowed, used and revoked.

namespace datadeed::cli {
namespace {

Outcome<ledger::GrantId> grant_of(const Args& args) {
    const Outcome<Digest> digest = parse_digest("GRANT", args.text("GRANT"));
    if (!digest) return fail(digest.error());
    return ledger::GrantId{*digest};
}

// How many levels of sub-grants a new grant allows when nobody says: as many as may be.
Outcome<std::uint32_t> depth_of(Context& context, const Args& args) {
    if (const std::optional<std::uint64_t> depth = args.number("depth")) {
        if (*depth <= ledger::depth_max) return static_cast<std::uint32_t>(*depth);
        return fail(bad_value("--depth: " + std::to_string(*depth) + " is not 0 to 8 levels"));
    }
    if (!args.has("parent")) return ledger::depth_max;
    const Outcome<json::Value> parent = read(context, "/v1/grants/" + args.text("parent"));
    // A parent that isn't there is for the ledger to refuse, by its own code.
    const json::Value* const grant = parent ? parent->find("grant") : nullptr;
    const std::uint64_t above = grant == nullptr ? 0 : grant->unsigned_at("depth").value_or(0);
    return static_cast<std::uint32_t>(above == 0 ? 0 : above - 1);
}

Outcome<Answer> create(Context& context, const Args& args) {
    Outcome<ledger::Terms> terms = terms_of(args);
    if (!terms) return fail(terms.error());
    std::optional<ledger::GrantId> parent;
    if (args.has("parent")) {
        const Outcome<Digest> digest = parse_digest("--parent", args.text("parent"));
        if (!digest) return fail(digest.error());
        parent = ledger::GrantId{*digest};
    }
    const Outcome<std::uint32_t> depth = depth_of(context, args);
    if (!depth) return fail(depth.error());
    terms->depth = *depth;
    const ledger::CreateGrant operation{.data = ledger::DatasetId{args.text("data")},
                                        .grantee = ledger::MemberId{args.text("to")},
                                        .parent = parent,
                                        .terms = std::move(*terms)};
    const Outcome<Submitted> submitted = submit(context, {operation});
    if (!submitted) return fail(submitted.error());
    const std::string grant = to_hex(ledger::grant_id(submitted->tx, 0).value);
    return Answer{.value = submitted->to_json().set("grant", grant),
                  .text = "granted " + grant + "   " + submitted->to_text()};
}

Outcome<Answer> show_grant(Context& context, const Args& args) {
    const Outcome<ledger::GrantId> grant = grant_of(args);
    if (!grant) return fail(grant.error());
    return show(context, "/v1/grants/" + to_hex(grant->value) + at_height_query(args), "grant");
}

Outcome<Answer> list_grants(Context& context, const Args& args) {
    std::string filter;
    if (args.has("data")) filter += "data=" + http::percent_encode(args.text("data")) + "&";
    if (args.has("member")) filter += "member=" + http::percent_encode(args.text("member")) + "&";
    Outcome<json::Value> found = list(context, args, {.path = "/v1/grants", .filter = filter, .one_height = false});
    if (!found) return fail(found.error());
    std::string text = describe_list(*found, {{"id", "GRANT"},
                                              {"data", "DATA"},
                                              {"grantor", "FROM"},
                                              {"grantee", "TO"},
                                              {"status", "STATUS"},
                                              {"until_ms", "UNTIL"},
                                              {"uses_left", "LEFT"}});
    return Answer{.value = std::move(*found), .text = std::move(text)};
}

Outcome<Answer> use(Context& context, const Args& args) {
    const Outcome<ledger::GrantId> grant = grant_of(args);
    if (!grant) return fail(grant.error());
    const ledger::RecordUses operation{.grant = *grant, .count = args.number("count").value_or(1)};
    return submit_and_answer(context, operation, "recorded");
}

Outcome<Answer> revoke_grant(Context& context, const Args& args) {
    const Outcome<ledger::GrantId> grant = grant_of(args);
    if (!grant) return fail(grant.error());
    const ledger::RevokeGrant operation{.grant = *grant, .reason = args.text("reason")};
    return submit_and_answer(context, operation, "revoked");
}

Command create_command() {
    return {.group = "grant",
            .name = "create",
            .summary = "let a member use a data set, or pass on part of what you were granted",
            .options = {{"--data", Takes::text, true, "the data set"},
                        {"--to", Takes::text, true, "the member who may use it"},
                        {"--purpose", Takes::list, true, "what for: one or more words between commas"},
                        {"--ops", Takes::list, true, "of count, sum, mean, min, max, variance, histogram, quantile"},
                        {"--until", Takes::text, true, "YYYY-MM-DD (to the end of that day in UTC), or RFC 3339"},
                        {"--uses", Takes::number, true, "how many times, together with all that hangs on it"},
                        {"--from", Takes::text, false, "when it begins (at once): a date, or RFC 3339"},
                        {"--depth", Takes::number, false, "levels of sub-grants, 0 to 8 (as many as may be)"},
                        {"--parent", Takes::text, false, "the grant of yours that this one hangs on"}},
            .examples = {"datadeed --profile owner.toml grant create --data clinic/visits-2025 --to user "
                         "--purpose research --ops count,mean --until 2027-12-31 --uses 200",
                         "datadeed --profile user.toml grant create --data clinic/visits-2025 --to verifier "
                         "--purpose research --ops count --until 2027-06-30 --uses 5 --parent GRANT"},
            .run = create};
}

Command list_grants_command() {
    std::vector<Option> options = list_options();
    options.push_back({"--data", Takes::text, false, "only grants over this data set"});
    options.push_back({"--member", Takes::text, false, "only grants that this member gave or holds"});
    return {.group = "grant",
            .name = "list",
            .summary = "list grants with their status",
            .options = std::move(options),
            .examples = {"datadeed --profile user.toml grant list --member user --all"},
            .run = list_grants};
}

}  // namespace

std::vector<Command> grant_commands() {
    const Option grant{"GRANT", Takes::text, true, "the grant's id, 64 hexadecimal digits"};
    return {create_command(),
            {.group = "grant",
             .name = "show",
             .summary = "show a grant and whether it is in effect, now or after an earlier block",
             .options = {grant, {"--at-height", Takes::number, false, "as it was after this block"}},
             .examples = {"datadeed --profile user.toml grant show GRANT",
                          "datadeed --profile regulator.toml grant show GRANT --at-height 12"},
             .run = show_grant},
            list_grants_command(),
            {.group = "grant",
             .name = "use",
             .summary = "record that a grant was used (repository, manager or owners' majority)",
             .options = {grant, {"--count", Takes::number, false, "how many uses (1)"}},
             .examples = {"datadeed --profile repository.toml grant use GRANT --count 2"},
             .run = use},
            {.group = "grant",
             .name = "revoke",
             .summary = "end a grant and all that hangs on it",
             .options = {grant, {"--reason", Takes::text, true, "why: one line for everybody to read"}},
             .examples = {"datadeed --profile owner.toml grant revoke GRANT --reason 'study ended'"},
             .run = revoke_grant}};
}

}  // namespace datadeed::cli
