#include <algorithm>
#include <array>

#include "base/suggest.h"
#include "cli/commands/commands.h"
#include "cli/commands/helpers.h"
#include "client/files.h"
#include "crypto/keyfile.h"
#include "http/message.h"

// Members of the chain.

namespace datadeed::cli {
namespace {

Outcome<std::vector<ledger::Role>> roles_of(const Args& args) {
    constexpr std::array<std::string_view, 9> names{"operator", "owner",     "manager",   "user",    "repository",
                                                    "verifier", "regulator", "validator", "observer"};
    std::vector<ledger::Role> roles;
    for (const std::string& word : args.list("roles")) {
        const std::optional<ledger::Role> role = ledger::role_from(word);
        if (!role) return fail(bad_value("--roles: no role '" + word + "'" + did_you_mean(word, names)));
        roles.push_back(*role);
    }
    std::ranges::sort(roles);
    return roles;
}

Outcome<Answer> show_member(Context& context, const Args& args) {
    const bool self = args.flag("self");
    if (self == args.has("ID")) return fail(bad_value("name a member, or give --self: one of the two"));
    std::string id = args.text("ID");
    if (self) {
        const Outcome<client::Profile> profile = context.profile();
        if (!profile) return fail(profile.error());
        id = profile->member;
    }
    return show(context, "/v1/members/" + http::percent_encode(id) + at_height_query(args), "member");
}

Outcome<Answer> list_members(Context& context, const Args& args) {
    Outcome<json::Value> found = list(context, args, {.path = "/v1/members", .filter = {}, .one_height = true});
    if (!found) return fail(found.error());
    std::string text = describe_list(*found, {{"id", "MEMBER"}, {"organisation", "ORGANISATION"}, {"roles", "ROLES"}});
    return Answer{.value = std::move(*found), .text = std::move(text)};
}

Outcome<Answer> admit(Context& context, const Args& args) {
    Outcome<std::vector<ledger::Role>> roles = roles_of(args);
    if (!roles) return fail(roles.error());
    ledger::AdmitMember operation{.member = ledger::MemberId{args.text("ID")},
                                  .organisation = args.text("organisation"),
                                  .roles = std::move(*roles),
                                  .keys = {}};
    for (const std::string& text : args.list("keys")) {
        const Outcome<Digest> key = parse_digest("--keys", text);
        if (!key) return fail(key.error());
        operation.keys.emplace_back(*key);
    }
    std::ranges::sort(operation.keys);
    return submit_and_answer(context, std::move(operation), "admitted " + args.text("ID"));
}

Outcome<Answer> set_roles(Context& context, const Args& args) {
    Outcome<std::vector<ledger::Role>> roles = roles_of(args);
    if (!roles) return fail(roles.error());
    const ledger::SetRoles operation{.member = ledger::MemberId{args.text("ID")}, .roles = std::move(*roles)};
    return submit_and_answer(context, operation, "roles set");
}

// Adds the new key and ends the profile's, both from the next block on, in one transaction signed by the old one.
Outcome<Answer> rotate_key(Context& context, const Args& args) {
    const Outcome<Bytes> file = client::read_file(args.text("new-key"), crypto::keyfile_size_max);
    if (!file) return fail(file.error());
    const Result<crypto::PublicKey, crypto::Error> fresh = crypto::public_key_of(*file);
    if (!fresh) return fail(bad_value("--new-key: " + std::string{crypto::describe(fresh.error())}));
    const Outcome<client::Session*> session = context.session();
    if (!session) return fail(session.error());
    std::vector<ledger::Operation> operations{ledger::AddKey{.key = *fresh}};
    if (!args.flag("keep-old")) operations.push_back(ledger::RetireKey{.key = (*session)->signer().public_key()});
    const Outcome<Submitted> submitted = submit(context, std::move(operations));
    if (!submitted) return fail(submitted.error());
    const std::string key = to_hex(fresh->value);
    return Answer{.value = submitted->to_json().set("key", key),
                  .text = "key " + key + " holds from the next block on   " + submitted->to_text() +
                          "\nset key_file in the profile to " + args.text("new-key")};
}

Command admit_command() {
    return {
        .group = "member",
        .name = "admit",
        .summary = "let somebody join the chain (role operator)",
        .options = {{"ID", Takes::text, true, "its name for ever: a-z, 0-9, '.', '_', '-'"},
                    {"--organisation", Takes::text, true, "to whom it belongs"},
                    {"--roles", Takes::list, true, "owner, manager, user, repository, verifier, regulator, operator"},
                    {"--keys", Takes::list, true, "its public keys in hexadecimal: see key show"}},
        .examples = {"datadeed --profile operator.toml member admit clinic-b --organisation 'Clinic B' --roles owner "
                     "--keys 64HEX"},
        .run = admit};
}

}  // namespace

std::vector<Command> member_commands() {
    return {{.group = "member",
             .name = "show",
             .summary = "show a member: organisation, roles, keys",
             .options = {{"ID", Takes::text, false, "the member"},
                         {"--self", Takes::nothing, false, "the profile's own"},
                         {"--at-height", Takes::number, false, "as it was after this block"}},
             .examples = {"datadeed --profile owner.toml member show --self",
                          "datadeed --profile owner.toml member show user"},
             .run = show_member},
            {.group = "member",
             .name = "list",
             .summary = "list members by id",
             .options = list_options(),
             .examples = {"datadeed --profile operator.toml member list --all"},
             .run = list_members},
            admit_command(),
            {.group = "member",
             .name = "set-roles",
             .summary = "set the roles of a member (role operator); they replace those it had",
             .options = {{"ID", Takes::text, true, "the member"},
                         {"--roles", Takes::list, true, "the roles it has from now on"}},
             .examples = {"datadeed --profile operator.toml member set-roles clinic-b --roles owner,user"},
             .run = set_roles},
            {.group = "member",
             .name = "rotate-key",
             .summary = "replace the profile's key by that of another key file",
             .options = {{"--new-key", Takes::text, true, "the new key file: see key new"},
                         {"--keep-old", Takes::nothing, false, "don't end the old key"}},
             .examples = {"datadeed --profile owner.toml member rotate-key --new-key owner-2.key"},
             .run = rotate_key}};
}

}  // namespace datadeed::cli
