#include <optional>
#include <string>
#include <utility>

#include "audit/receipt.h"
#include "audit/replay_folder.h"
#include "base/bytes.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/exit_codes.h"
#include "cli/progress.h"
#include "client/files.h"
#include "crypto/error.h"
#include "crypto/merkle.h"

// What a regulator or an owner can check without a node: `audit receipt`, `audit replay`.

namespace datadeed::cli {
namespace {

using json::Value;

constexpr std::size_t receipt_size_max = std::size_t{2} << 20U;
constexpr std::size_t policy_size_max = std::size_t{1} << 18U;
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

Answer replay_answer(const audit::ReplayReport& report) {
    Answer answer;
    answer.value = Value::object({{"verdict", report.verified() ? "verified" : "failed"},
                                  {"chain", to_hex(report.chain.value)},
                                  {"height", report.height.value},
                                  {"transactions", report.transactions},
                                  {"state_root", to_hex(report.state_root)},
                                  {"log_root", to_hex(report.log_root)},
                                  {"first_bad", report.first_bad ? bad_json(*report.first_bad) : Value{}}});
    const std::string good = std::to_string(report.height.value) + " blocks, " + std::to_string(report.transactions) +
                             " transactions\n  state root  " + to_hex(report.state_root) + "\n  log root    " +
                             to_hex(report.log_root);
    answer.text =
        report.verified() ? "VERIFIED  " + good : bad_text(*report.first_bad) + "\n  good until then: " + good;
    answer.exit = report.verified() ? exit_code::done : exit_code::verification_failed;
    return answer;
}

Outcome<Answer> replay(Context& context, const Args& args) {
    const bool shown = !context.globals().quiet && !context.globals().json;
    std::optional<ProgressBar> bar;  // made when the number of blocks is known
    audit::ReplayOptions options;
    options.threads = static_cast<unsigned>(args.number("threads").value_or(0));
    options.progress = [&bar, shown](Height done, Height tip) {
        if (!bar) bar.emplace("replaying blocks", tip.value, shown);
        bar->update(done.value);
    };
    const audit::ReplayReport report = audit::replay_folder(args.text("data-dir"), options);
    bar.reset();
    return replay_answer(report);
}

Answer receipt_failed(crypto::Error error) {
    Answer answer;
    const std::string why{crypto::describe(error)};
    answer.value = Value::object({{"verdict", "failed"}, {"detail", why}});
    answer.text = "FAILED: " + why;
    answer.exit = exit_code::verification_failed;
    return answer;
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
    answer.value = Value::object({{"verdict", "verified"},
                                  {"origin", report.proof.checkpoint.origin},
                                  {"index", report.proof.index},
                                  {"log_size", report.proof.checkpoint.size},
                                  {"log_root", to_hex(report.proof.checkpoint.root)},
                                  {"leaf_hash", leaf},
                                  {"cosigners", std::move(cosigners)}});
    answer.text = "VERIFIED  the transaction stands at index " + std::to_string(report.proof.index) +
                  " of the log of " + report.proof.checkpoint.origin + ", of " +
                  std::to_string(report.proof.checkpoint.size) + " entries\n  leaf hash     " + leaf +
                  "\n  cosigned by   " + names;
    return answer;
}

Outcome<Answer> check_receipt(Context& /*context*/, const Args& args) {
    const auto proof = client::read_file(args.text("RECEIPT"), receipt_size_max);
    if (!proof) return fail(proof.error());
    const auto policy = client::read_file(args.text("policy"), policy_size_max);
    if (!policy) return fail(policy.error());
    std::optional<Bytes> transaction;
    if (args.has("transaction")) {
        auto bytes = client::read_file(args.text("transaction"), transaction_size_max);
        if (!bytes) return fail(bytes.error());
        transaction = std::move(*bytes);
    }
    const auto checked = audit::check_receipt(as_text(*proof), as_text(*policy), transaction);
    return checked ? receipt_verified(*checked) : receipt_failed(checked.error());
}

}  // namespace

std::vector<Command> audit_commands() {
    return {
        {.group = "audit",
         .name = "receipt",
         .summary = "check a receipt offline: is the transaction in the log that the cosigners vouch for?",
         .options = {{"RECEIPT", Takes::text, true, "the .tlog-proof file"},
                     {"--policy", Takes::text, true, "whom you trust: origin, cosigners' keys, quorum"},
                     {"--transaction", Takes::text, false,
                      "the transaction's bytes, where the receipt doesn't carry them"}},
         .examples = {"datadeed audit receipt grant.tlog-proof --policy policy.txt"},
         .run = check_receipt},
        {.group = "audit",
         .name = "replay",
         .summary = "replay a copy of a node's data folder from genesis, offline, and name the first wrong position",
         .options = {{"--data-dir", Takes::text, true, "the copy; it isn't written to"},
                     {"--threads", Takes::number, false, "that check signatures; default: all cores"}},
         .examples = {"datadeed audit replay --data-dir ./copy-of-node-0",
                      "datadeed audit replay --data-dir ./copy --json"},
         .run = replay},
    };
}

}  // namespace datadeed::cli
