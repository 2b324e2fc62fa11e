#include <unistd.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "audit/anchors.h"
#include "audit/epoch_proof.h"
#include "audit/error.h"
#include "audit/receipt.h"
#include "audit/replay_folder.h"
#include "base/bytes.h"
#include "base/fields.h"
#include "cli/commands/commands.h"
#include "cli/commands/evidence.h"
#include "cli/commands/helpers.h"
#include "cli/context.h"
#include "cli/exit_codes.h"
#include "cli/progress.h"
#include "client/files.h"
#include "client/time_text.h"
#include "crypto/error.h"
#include "crypto/hash.h"
#include "crypto/merkle.h"
#include "crypto/tlog_proof.h"

// What a regulator or an owner can check without a node: `audit receipt`, `audit replay`. `audit evidence` is in
// evidence.cpp.

namespace datadeed::cli {
namespace {

using json::Value;

constexpr std::size_t receipt_size_max = std::size_t{2} << 20U;
constexpr std::size_t transaction_size_max = 65'535;

Value bad_json(const audit::FirstBad& bad) {
    Value value = Value::object({{"code", bad.code}, {"detail", bad.detail}, {"place", bad.place}});
    if (bad.height) value.set("height", bad.height->value);
    if (bad.transaction) value.set("transaction", *bad.transaction);
    return value;
}

std::string bad_text(const audit::FirstBad& bad) {
    std::string text = "FAILED";
    if (bad.height) text += " at block " + std::to_string(bad.height->value);
    if (bad.transaction) text += ", transaction " + std::to_string(*bad.transaction);
    text += ": " + bad.detail + " [" + bad.code + "]";
    if (!bad.place.empty()) text += "\n  place: " + bad.place;
    return text;
}

// What the auditor brought to hold the chain against, for people.
std::string anchors_text(const audit::Anchors& anchors) {
    std::string text;
    const auto add = [&text](const std::string& more) { text += (text.empty() ? "" : ", ") + more; };
    if (anchors.chain) add("chain id");
    if (anchors.checkpoint) {
        add("checkpoint of " + std::to_string(anchors.checkpoint->content.size) + " transactions");
    }
    if (anchors.receipt) add("receipt of log index " + std::to_string(anchors.receipt->proof.index));
    return text.empty() ? "none" : text;
}

// What a verified copy can't show by itself: who made it could have made another chain, or cut this one short.
std::string not_shown_text(const audit::Anchors& anchors) {
    std::string text;
    if (!anchors.show_chain())
        text += "\n  NOT SHOWN   that this is the chain you know: give --chain, or one of those below";
    if (anchors.leaves_known() == 0) {
        text +=
            "\n  NOT SHOWN   that its end wasn't cut off: give --checkpoint or --receipt, from elsewhere than the copy";
    } else {
        text += "\n  shown       that nothing of the first " + std::to_string(anchors.leaves_known()) +
                " transactions was changed or cut off";
    }
    return text;
}

// What was given says nothing about a chain that failed.
void add_anchors(Value& value, const audit::Anchors& given_anchors, bool verified) {
    const audit::Anchors anchors = verified ? given_anchors : audit::Anchors{};
    Value given = Value::array();
    if (anchors.chain) given.push("chain");
    if (anchors.checkpoint) given.push("checkpoint");
    if (anchors.receipt) given.push("receipt");
    Value missing = Value::array();
    if (!anchors.show_chain()) missing.push("chain");
    if (anchors.leaves_known() == 0) missing.push("end");
    value.set("anchors", std::move(given)).set("not_shown", std::move(missing));
}

// Those who vote on the next block. Null where nothing was replayed.
Value epoch_json(const ledger::Epoch& epoch) {
    if (epoch.from == Height{}) return {};
    Value names = Value::array();
    for (const ledger::Validator& validator : epoch.nodes.validators) names.push(validator.member.value);
    return Value::object({{"number", std::uint64_t{epoch.number.value}},
                          {"from_height", epoch.from.value},
                          {"validators", std::move(names)}});
}

std::string epoch_text(const ledger::Epoch& epoch) {
    std::string names;
    for (const ledger::Validator& validator : epoch.nodes.validators) {
        names += (names.empty() ? "" : ", ") + validator.member.value;
    }
    return names + " (epoch " + std::to_string(epoch.number.value) + ", from block " +
           std::to_string(epoch.from.value) + ")";
}

Answer replay_answer(const audit::ReplayReport& report, const audit::Anchors& anchors) {
    Answer answer;
    answer.value = Value::object({{"verdict", report.verified() ? "verified" : "failed"},
                                  {"chain", to_hex(report.chain.value)},
                                  {"height", report.height.value},
                                  {"last_block_time_ms", report.time.value},
                                  {"transactions", report.transactions},
                                  {"state_root", to_hex(report.state_root)},
                                  {"log_root", to_hex(report.log_root)},
                                  {"epoch", epoch_json(report.epoch)},
                                  {"convicted", convicted_json(report.convicted)},
                                  {"first_bad", report.first_bad ? bad_json(*report.first_bad) : Value{}}});
    add_anchors(answer.value, anchors, report.verified());
    const std::string good = std::to_string(report.height.value) + " blocks, " + std::to_string(report.transactions) +
                             " transactions\n  chain       " + to_hex(report.chain.value) + "\n  last block  " +
                             client::to_rfc3339(report.time) + "\n  state root  " + to_hex(report.state_root) +
                             "\n  log root    " + to_hex(report.log_root) + "\n  validators  " +
                             epoch_text(report.epoch) + convicted_text(report.convicted);
    answer.text =
        report.verified()
            ? "VERIFIED  " + good + "\n  anchors     " + anchors_text(anchors) + not_shown_text(anchors)
            : bad_text(*report.first_bad) + "\n  good until then: " + (report.height.value > 0 ? good : "nothing");
    answer.exit = report.verified() ? exit_code::done : exit_code::verification_failed;
    return answer;
}

// A file that the auditor brings is no evidence of anything when it can't even be read.
Problem unusable(std::string_view option, const std::string& file, crypto::Error error, std::string hint) {
    return about(option,
                 bad_value("'" + file + "' can't be used: " + std::string{crypto::describe(error)}, {std::move(hint)}));
}

template <class T>
Outcome<std::optional<T>> read_anchor(const Args& args, std::string_view option,
                                      Result<T, crypto::Error> (*read)(std::string_view)) {
    const std::string_view key = option.substr(2);
    if (!args.has(key)) return std::optional<T>{};
    const auto bytes = client::read_file(args.text(key), receipt_size_max);
    if (!bytes) return fail(bytes.error());
    auto anchor = read(as_text(*bytes));
    if (!anchor) return fail(unusable(option, args.text(key), anchor.error(), "give the file as the node served it"));
    return std::optional<T>{std::move(*anchor)};
}

Outcome<audit::Anchors> read_anchors(const Args& args) {
    audit::Anchors anchors;
    if (args.has("chain")) {
        const Outcome<Digest> chain = parse_digest("--chain", args.text("chain"));
        if (!chain) return fail(chain.error());
        anchors.chain = ChainId{*chain};
    }
    auto checkpoint = read_anchor<audit::KnownCheckpoint>(args, "--checkpoint", audit::read_checkpoint);
    if (!checkpoint) return fail(checkpoint.error());
    anchors.checkpoint = std::move(*checkpoint);
    auto receipt = read_anchor<audit::KnownReceipt>(args, "--receipt", audit::read_receipt);
    if (!receipt) return fail(receipt.error());
    anchors.receipt = std::move(*receipt);
    return anchors;
}

Problem nothing_to_replay(audit::Error error, const std::string& folder) {
    return {.code = std::string{audit::code(error)},
            .title = std::string{audit::describe(error)} + ": '" + folder + "'",
            .detail = {},
            .hint = {std::string{audit::advice(error)}},
            .status = 404};
}

// A replay may take hours: what would keep its file from being made must show before.
Outcome<void> check_free(const Args& args, const char* option) {
    if (!args.has(option)) return {};
    std::error_code ignored;
    const std::filesystem::path file = std::filesystem::absolute(args.text(option), ignored);
    const auto refuse = [&](const std::string& why, const char* hint) {
        return fail(about("--" + std::string{option}, bad_value("'" + file.string() + "' " + why, {hint})));
    };
    if (std::filesystem::exists(file, ignored)) return refuse("exists already", "name a file that doesn't exist yet");
    if (::access(file.parent_path().c_str(), W_OK) != 0) {
        return refuse("can't be made there", "name a file in a folder that is there and may be written");
    }
    return {};
}

// The verdict stands whatever becomes of the file.
void write_epochs(Answer& answer, const std::string& file, const audit::EpochProof& proof) {
    const auto written = client::create_file(file, encode(proof), client::Mode::shared);
    if (written) {
        answer.value.set("epochs_file", file);
        answer.text += "\n  written     " + file + ": the validators of all epochs, for audit receipt --epochs";
        return;
    }
    const Problem& problem = written.error();
    answer.value.set("epochs_file", Value{}).set("epochs_file_error", problem.code);
    answer.text += "\n  NOT WRITTEN " + file + ": " + problem.title + " [" + problem.code + "]";
    answer.exit = exit_code::partly_done;
}

Outcome<Answer> replay(Context& context, const Args& args) {
    Outcome<audit::Anchors> anchors = read_anchors(args);
    if (!anchors) return fail(anchors.error());
    if (const Outcome<void> free = check_free(args, "write-epochs"); !free) return fail(free.error());
    const bool shown = context.shows_progress();
    std::optional<ProgressBar> bar;  // made when the number of blocks is known
    audit::ReplayOptions options{.threads = static_cast<unsigned>(args.number("threads").value_or(0)),
                                 .anchors = std::move(*anchors)};
    options.progress = [&bar, shown](Height done, Height tip) {
        if (!bar) bar.emplace("replaying blocks", tip.value, shown);
        bar->update(done.value);
    };
    const auto report = audit::replay_folder(args.text("data-dir"), args.text("archive"), options);
    bar.reset();
    if (!report) {
        const bool is_archive = report.error() == audit::Error::archive_not_found;
        return fail(nothing_to_replay(report.error(), args.text(is_archive ? "archive" : "data-dir")));
    }
    Answer answer = replay_answer(*report, options.anchors);
    if (args.has("write-epochs") && report->verified()) {
        write_epochs(answer, args.text("write-epochs"), report->epoch_proof);
    }
    return answer;
}

Answer receipt_failed(std::string_view code, const std::string& why, const std::string& hint = {}) {
    Answer answer;
    answer.value = Value::object({{"verdict", "failed"}, {"code", std::string{code}}, {"detail", why}});
    answer.text = "FAILED: " + why + " [" + std::string{code} + "]";
    if (!hint.empty()) {
        answer.value.set("hint", hint);
        answer.text += "\n  hint: " + hint;
    }
    answer.exit = exit_code::verification_failed;
    return answer;
}

Answer receipt_failed(crypto::Error error) {
    return receipt_failed(crypto::code(error), std::string{crypto::describe(error)});
}

Answer receipt_failed(audit::Error error) {
    return receipt_failed(audit::code(error), std::string{audit::describe(error)}, std::string{audit::advice(error)});
}

// Too few of those whom the policy names, and others beside them: the likely reason is that the validators changed.
Answer receipt_failed(crypto::Error error, const std::vector<std::string>& strangers) {
    if (error != crypto::Error::proof_must_have_a_quorum_of_cosignatures || strangers.empty()) {
        return receipt_failed(error);
    }
    std::string names;
    for (const std::string& name : strangers) names += (names.empty() ? "" : ", ") + name;
    return receipt_failed(audit::code(audit::Error::receipt_by_strangers),
                          std::string{audit::describe(audit::Error::receipt_by_strangers)} + ": " + names,
                          std::string{audit::advice(audit::Error::receipt_by_strangers)});
}

Answer receipt_verified(const audit::ReceiptReport& report) {
    Answer answer;
    Value cosigners = Value::array();
    std::string names;
    for (const crypto::CosignedBy& by : report.proof.cosigners) {
        cosigners.push(Value::object({{"name", by.name}, {"time_s", by.time_s}}));
        names += (names.empty() ? "" : ", ") + by.name;
    }
    const std::string leaf = to_hex(crypto::leaf_hash(report.transaction));
    const std::string tx = report.id ? to_hex(report.id->value) : std::string{};
    answer.value = Value::object({{"verdict", "verified"},
                                  {"origin", report.proof.checkpoint.origin},
                                  {"tx", report.id ? Value{tx} : Value{}},
                                  {"index", report.proof.index},
                                  {"log_size", report.proof.checkpoint.size},
                                  {"log_root", to_hex(report.proof.checkpoint.root)},
                                  {"leaf_hash", leaf},
                                  {"cosigners", std::move(cosigners)}});
    const std::string what = report.id ? "transaction " + tx : "an entry that is no transaction of this chain";
    answer.text = "VERIFIED  " + what + "\n  stands at index " + std::to_string(report.proof.index) +
                  " of the log of " + report.proof.checkpoint.origin + ", of " +
                  std::to_string(report.proof.checkpoint.size) + " entries\n  leaf hash     " + leaf +
                  "\n  cosigned by   " + names;
    return answer;
}

Outcome<crypto::Policy> read_policy(const std::string& file) {
    const auto text = client::read_file(file, crypto::policy_size_max);
    if (!text) return fail(text.error());
    auto policy = crypto::parse_policy(as_text(*text));
    if (!policy) {
        return fail(unusable("--policy", file, policy.error(),
                             "get it from the organisations that run the validators; docs/formats.md has its form"));
    }
    return std::move(*policy);
}

// The receipt, and the transaction where it came beside it.
struct Given {
    crypto::TlogProof proof{};
    std::optional<Bytes> transaction{};
};

Outcome<Answer> check_by_policy(const Given& given, const Args& args) {
    const Outcome<crypto::Policy> policy = read_policy(args.text("policy"));
    if (!policy) return fail(policy.error());
    const auto checked = audit::check_receipt(given.proof, *policy, given.transaction);
    return checked ? receipt_verified(*checked)
                   : receipt_failed(checked.error(), audit::strangers_on(given.proof, *policy));
}

// Who hands over the receipt may hand over the file with epochs too: like the receipt, it holds or it doesn't. Only the
// chain's id must come from elsewhere.
Outcome<Answer> check_by_epochs(const Given& given, const Args& args) {
    const Outcome<Digest> chain = parse_digest("--chain", args.text("chain"));
    if (!chain) return fail(chain.error());
    const auto bytes = client::read_file(args.text("epochs"), audit::epoch_proof_size_max);
    if (!bytes) return fail(bytes.error());
    const auto file = audit::decode_epoch_proof(*bytes);
    if (!file) return receipt_failed(file.error());
    const auto epochs = audit::follow(*file, ChainId{*chain});
    if (!epochs) return receipt_failed(epochs.error());
    const auto checked = audit::check_receipt(given.proof, *epochs, given.transaction);
    return checked ? receipt_verified(*checked)
                   : receipt_failed(checked.error(), audit::strangers_on(given.proof, *epochs));
}

Outcome<Answer> check_receipt(Context& /*context*/, const Args& args) {
    const bool by_policy = args.has("policy") && !args.has("epochs") && !args.has("chain");
    const bool by_epochs = !args.has("policy") && args.has("epochs") && args.has("chain");
    if (!by_policy && !by_epochs) {
        return fail(bad_value("whom you trust must be said in one way",
                              {"give --policy FILE, or --epochs FILE together with --chain ID"}));
    }
    const auto file = client::read_file(args.text("RECEIPT"), receipt_size_max);
    if (!file) return fail(file.error());
    const auto proof = crypto::parse_tlog_proof(as_text(*file));
    if (!proof) return receipt_failed(proof.error());
    Given given{.proof = *proof};
    if (args.has("transaction")) {
        auto bytes = client::read_file(args.text("transaction"), transaction_size_max);
        if (!bytes) return fail(bytes.error());
        given.transaction = std::move(*bytes);
    }
    if (!given.proof.extra && !given.transaction) {
        return fail(
            bad_value("the receipt doesn't carry its transaction", {"give the signed bytes: --transaction FILE"}));
    }
    return by_policy ? check_by_policy(given, args) : check_by_epochs(given, args);
}

}  // namespace

std::vector<Command> audit_commands() {
    return {
        {.group = "audit",
         .name = "receipt",
         .summary = "check a receipt offline: whether the transaction is in the log that the cosigners vouch for",
         .options = {{"RECEIPT", Takes::text, true, "the .tlog-proof file"},
                     {"--policy", Takes::text, false, "whom you trust: origin, cosigners' keys, quorum"},
                     {"--epochs", Takes::text, false,
                      "instead of a policy: how the validators changed, as audit replay writes it"},
                     {"--chain", Takes::text, false, "with --epochs: the chain's id, in hex, from elsewhere"},
                     {"--transaction", Takes::text, false,
                      "the transaction's bytes, where the receipt doesn't carry them"}},
         .examples = {"datadeed audit receipt grant.tlog-proof --policy policy.txt",
                      "datadeed audit receipt grant.tlog-proof --epochs chain.epochs --chain ID"},
         .run = check_receipt},
        {.group = "audit",
         .name = "replay",
         .summary = "replay a copy of a node's data folder from genesis, offline, and name the first wrong position",
         .options = {{"--data-dir", Takes::text, true, "the copy; it isn't written to"},
                     {"--archive", Takes::text, false,
                      "the folder with the blocks that the copy doesn't keep any more"},
                     {"--chain", Takes::text, false, "the chain's id, in hex: the copy must be of that chain"},
                     {"--checkpoint", Takes::text, false,
                      "a checkpoint from elsewhere: it must lie in the replayed log"},
                     {"--receipt", Takes::text, false,
                      "a .tlog-proof from elsewhere: its transaction must lie in the replayed log"},
                     {"--write-epochs", Takes::text, false,
                      "a file to make, if all holds: the validators of all epochs, for audit receipt"},
                     {"--threads", Takes::number, false, "that check signatures; default: all cores"}},
         .examples =
             {"datadeed audit replay --data-dir ./copy-of-node-0",
              "datadeed audit replay --data-dir ./copy --archive ./archive-of-node-0",
              "datadeed audit replay --data-dir ./copy --checkpoint march.checkpoint --receipt grant.tlog-proof",
              "datadeed audit replay --data-dir ./copy --json"},
         .run = replay},
        audit_evidence_command(),
    };
}

}  // namespace datadeed::cli
