#include "cli/commands/commands.h"
#include "cli/commands/helpers.h"
#include "cli/exit_codes.h"
#include "cli/help.h"
#include "cli/output.h"
#include "client/files.h"
#include "crypto/keyfile.h"
#include "json/view.h"
#include "ledger/genesis.h"

// What needs no node: key files, the genesis document, help, the version.

namespace datadeed::cli {
namespace {

constexpr std::size_t genesis_size_max = std::size_t{16} << 20U;

Problem from_crypto(const std::string& file, crypto::Error error) {
    return {.code = std::string{crypto::code(error)},
            .title = "'" + file + "': " + std::string{crypto::describe(error)},
            .detail = {},
            .hint = {},
            .status = 400};
}

Answer key_answer(const std::string& file, const crypto::PublicKey& key) {
    const std::string text = to_hex(key.value);
    return {.value = json::Value::object({{"file", file}, {"key", text}}), .text = text};
}

Outcome<Answer> new_key(Context& context, const Args& args) {
    const std::string& file = args.text("FILE");
    const Outcome<crypto::SecretText> passphrase = context.passphrase({}, Ask::twice);
    if (!passphrase) return fail(passphrase.error());
    const crypto::SecretKey key = crypto::SecretKey::generate();
    const Result<Bytes, crypto::Error> sealed = crypto::seal_key(key, *passphrase, crypto::KdfCost::moderate());
    if (!sealed) return fail(from_crypto(file, sealed.error()));
    if (Outcome<void> written = client::create_file(file, *sealed, client::Mode::secret); !written) {
        return fail(written.error());
    }
    return key_answer(file, key.public_key());
}

Outcome<Answer> show_key(Context& context, const Args& args) {
    (void)context;
    const std::string& file = args.text("FILE");
    const Outcome<Bytes> bytes = client::read_file(file, crypto::keyfile_size_max);
    if (!bytes) return fail(bytes.error());
    const Result<crypto::PublicKey, crypto::Error> key = crypto::public_key_of(*bytes);
    if (!key) return fail(from_crypto(file, key.error()));
    return key_answer(file, *key);
}

Outcome<Answer> show_genesis(Context& context, const Args& args) {
    std::string file = args.text("file");
    if (file.empty()) {
        const Outcome<client::Profile> profile = context.profile();
        if (!profile) return fail(profile.error());
        file = profile->genesis;
    }
    const Outcome<Bytes> bytes = client::read_file(file, genesis_size_max);
    if (!bytes) return fail(bytes.error());
    const Result<ledger::Genesis, ledger::Refusal> genesis = ledger::decode_genesis(*bytes);
    if (!genesis) {
        return fail(
            bad_value("'" + file + "' is no genesis document: " + std::string{ledger::describe(genesis.error())}));
    }
    const std::string chain = to_hex(ledger::chain_id(*bytes).value);
    const json::Value value = json::Value::object({{"chain", chain}, {"genesis", json::to_json(*genesis)}});
    std::string text = "chain       " + chain + "\nname        " + genesis->chain_name + "\nmembers     " +
                       std::to_string(genesis->members.size()) + "\nvalidators  ";
    for (const ledger::Validator& validator : genesis->nodes.validators) text += validator.member.value + " ";
    return Answer{.value = value, .text = std::move(text)};
}

Outcome<Answer> help(Context& context, const Args& args) {
    (void)context;
    const std::string& topic = args.text("TOPIC");
    if (topic.empty()) return Answer{.value = json::Value::object({{"text", help_of_all()}}), .text = help_of_all()};
    if (topic == "exit-codes") {
        json::Value codes = json::Value::array();
        for (const ExitCode& code : exit_codes()) {
            codes.push(json::Value::object({{"exit", code.number}, {"meaning", code.meaning}}));
        }
        return Answer{.value = json::Value::object({{"exit_codes", std::move(codes)}}), .text = help_of_exit_codes()};
    }
    for (const Group& group : groups()) {
        if (group.name != topic) continue;
        return Answer{.value = json::Value::object({{"text", help_of_group(group)}}), .text = help_of_group(group)};
    }
    Problem problem = bad_value("no help on '" + topic + "'", {"datadeed --help", "datadeed help exit-codes"});
    problem.code = "usage.unknown_topic";
    return fail(std::move(problem));
}

Outcome<Answer> version(Context& context, const Args& args) {
    (void)context;
    (void)args;
    const json::Value value = json::Value::object({{"version", DATADEED_VERSION},
                                                   {"compiler", __VERSION__},
                                                   {"transaction", ledger::transaction_context},
                                                   {"genesis", ledger::Genesis{}.version},
                                                   {"signatures", "Ed25519 (COSE alg -19)"},
                                                   {"hash", "SHA-256"}});
    return Answer{.value = value, .text = "datadeed " DATADEED_VERSION};
}

}  // namespace

std::vector<Command> key_commands() {
    return {{.group = "key",
             .name = "new",
             .summary = "make a key file under a passphrase, and say its public key",
             .options = {{"FILE", Takes::text, true, "the file to make; an existing one isn't overwritten"}},
             .examples = {"datadeed key new owner.key", "datadeed key new owner.key --passphrase-file passphrase"},
             .run = new_key},
            {.group = "key",
             .name = "show",
             .summary = "say the public key of a key file, without its passphrase",
             .options = {{"FILE", Takes::text, true, "the key file"}},
             .examples = {"datadeed key show owner.key"},
             .run = show_key}};
}

std::vector<Command> genesis_commands() {
    return {
        {.group = "genesis",
         .name = "show",
         .summary = "show the genesis document: the chain's id, parameters, first members, nodes",
         .options = {{"--file", Takes::text, false, "the document (the profile's)"}},
         .examples = {"datadeed genesis show --file genesis.cbor", "datadeed --profile owner.toml genesis show --json"},
         .run = show_genesis}};
}

std::vector<Command> help_commands() {
    return {{.group = "help",
             .name = {},
             .summary = "show help on a topic or a group of commands",
             .options = {{"TOPIC", Takes::text, false, "exit-codes, or a group such as grant"}},
             .examples = {"datadeed help exit-codes", "datadeed help grant"},
             .run = help}};
}

std::vector<Command> version_commands() {
    return {{.group = "version",
             .name = {},
             .summary = "show the version",
             .options = {},
             .examples = {"datadeed version --json"},
             .run = version}};
}

}  // namespace datadeed::cli
