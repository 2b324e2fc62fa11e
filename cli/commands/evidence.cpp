#include "cli/commands/evidence.h"

#include <filesystem>
#include <optional>
#include <utility>

#include "audit/epoch_proof.h"
#include "audit/error.h"
#include "audit/evidence.h"
#include "cli/commands/helpers.h"
#include "cli/context.h"
#include "cli/exit_codes.h"
#include "cli/output.h"
#include "client/files.h"
#include "json/view.h"
#include "ledger/genesis.h"

namespace datadeed::cli {
namespace {

using json::Value;

// More than fits on the chain can be shown all the same.
constexpr std::size_t evidence_file_max = std::size_t{32} << 20U;
constexpr std::size_t genesis_file_max = std::size_t{16} << 20U;

std::string shown_number(const Value& value, std::string_view name) {
    return std::to_string(value.unsigned_at(name).value_or(0));
}

std::string shown_text(const Value& value, std::string_view name) {
    return printable(value.text_at(name).value_or("?"));
}

std::optional<ledger::Offence> offence_of(const Value& item) {
    for (std::uint8_t number = 1; is_known(ledger::Offence{number}); ++number) {
        if (item.text_at("offence") == name(ledger::Offence{number})) return ledger::Offence{number};
    }
    return std::nullopt;
}

std::string item_text(const Value& item) {
    const std::optional<ledger::Offence> offence = offence_of(item);
    if (!offence) return shown_text(item, "accused") + ": " + shown_text(item, "offence");
    const ledger::Charge charge{
        .offence = *offence,
        .epoch = ledger::EpochNumber{static_cast<std::uint32_t>(item.unsigned_at("epoch").value_or(0))},
        .view = static_cast<std::uint32_t>(item.unsigned_at("view").value_or(0)),
        .height = Height{item.unsigned_at("height").value_or(0)},
        .validator = 0};
    return charge_text(shown_text(item, "accused"), charge);
}

Problem strange_answer() {
    return {.code = client::code::bad_answer,
            .title = "the node's answer about evidence isn't one that this program knows",
            .detail = {},
            .hint = {"use programs of one version"},
            .status = 502};
}

// What is known of one piece, and its bytes.
struct Piece {
    Value view{};
    Bytes bytes{};
};

Outcome<Piece> read_piece(Context& context, const std::string& id) {
    const Outcome<Digest> digest = parse_digest("EVIDENCE", id);
    if (!digest) return fail(digest.error());
    const Outcome<Value> body = read(context, "/v1/evidence/" + to_hex(*digest));
    if (!body) return fail(body.error());
    const Value* const view = body->find("evidence");
    const auto hex = view == nullptr ? std::nullopt : view->text_at("bytes");
    std::optional<Bytes> bytes = hex ? from_hex(std::string{*hex}) : std::nullopt;
    if (!bytes) return fail(strange_answer());
    return Piece{.view = *view, .bytes = std::move(*bytes)};
}

std::string status_text(const Value& item, const std::string& seen_by) {
    if (item.text_at("status") == "recorded") {
        return "reported by " + shown_text(item, "reporter") + " in block " + shown_number(item, "reported_height") +
               ", transaction " + shown_text(item, "tx");
    }
    const std::string held = "held by " + seen_by + ", not on the chain";
    const Value* const reportable = item.find("reportable");
    // What a node of another version doesn't say, its answer to the report will.
    if (reportable == nullptr || reportable->as_bool().value_or(true)) {
        return held + " yet: datadeed net report " + shown_text(item, "id");
    }
    return held + ", which takes no more of its kind, or none so long; to show it to others: datadeed net evidence " +
           shown_text(item, "id") + " --out FILE, and datadeed audit evidence FILE";
}

Outcome<Answer> show_one(Context& context, const Args& args) {
    Outcome<Piece> piece = read_piece(context, args.text("EVIDENCE"));
    if (!piece) return fail(piece.error());
    std::string text = item_text(piece->view) + "\n  evidence   " + shown_text(piece->view, "id") + "\n  " +
                       status_text(piece->view, "this node");
    for (const std::string& statement : audit::statements_of(piece->bytes)) text += "\n  it said    " + statement;
    if (args.has("out")) {
        const std::string file = args.text("out");
        const auto written = client::create_file(file, piece->bytes, client::Mode::shared);
        if (!written) return fail(written.error());
        piece->view.set("file", file);
        text += "\n  written    " + file + ": check it with datadeed audit evidence";
    }
    return Answer{.value = std::move(piece->view), .text = std::move(text)};
}

// All pages, and what the node holds besides.
Outcome<Answer> show_evidence(Context& context, const Args& args) {
    if (args.has("EVIDENCE")) return show_one(context, args);
    if (args.has("out")) return fail(bad_value("--out: name the evidence whose bytes are wanted"));
    Args all = args;
    all.set_flag("all");
    // One answer for both lists: read at two heights, a piece that is being reported could stand in both, or in none.
    const Outcome<Value> listed = list(
        context, all, {.path = "/v1/evidence", .filter = {}, .one_height = true, .told_once = {"held", "seen_by"}});
    if (!listed) return fail(listed.error());
    const Value* const held = listed->find("held");
    Value body = Value::object({{"items", *listed->find("items")},
                                {"total", *listed->find("total")},
                                {"held", held == nullptr ? Value::array() : *held},
                                {"seen_by", listed->text_at("seen_by").value_or("the node")}});
    std::string text = evidence_text(body);
    return Answer{.value = std::move(body), .text = std::move(text)};
}

bool is_file(const std::string& path) {
    std::error_code ignored;
    return std::filesystem::exists(path, ignored);
}

Outcome<Bytes> bytes_to_report(Context& context, const std::string& what) {
    if (is_file(what)) return client::read_file(what, evidence_file_max);
    Outcome<Piece> piece = read_piece(context, what);
    if (piece) return std::move(piece->bytes);
    if (piece.error().code != "usage.value") return fail(piece.error());
    return fail(bad_value("'" + what + "' is neither a file nor the id of evidence",
                          {"list what there is: datadeed net evidence"}));
}

Problem no_evidence(ledger::Refusal refusal, const std::string& what) {
    // It may prove something, and still not be for the chain.
    const char* verdict =
        refusal == ledger::Refusal::evidence_too_large ? "' can't be reported: " : "' proves nothing: ";
    return bad_value(
        "'" + printable(what) + verdict + std::string{describe(refusal)} + " [" + std::string{code(refusal)} + "]",
        {std::string{advice(refusal)}});
}

Outcome<Answer> report_piece(Context& context, const Args& args) {
    const std::string& what = args.text("EVIDENCE");
    Outcome<Bytes> bytes = bytes_to_report(context, what);
    if (!bytes) return fail(bytes.error());
    if (const auto charge = audit::read_evidence(*bytes); !charge) return fail(no_evidence(charge.error(), what));
    ledger::ReportEvidence operation{.evidence = std::move(*bytes)};
    if (const auto form = check(operation); !form) return fail(no_evidence(form.error(), what));
    return submit_and_answer(context, std::move(operation), "reported");
}

// The epochs by which a file is judged: those that lead from the chain's id, or the first of a genesis document.
Outcome<Result<audit::Epochs, audit::Error>> read_epochs(const Args& args) {
    std::optional<ChainId> chain;
    if (args.has("chain")) {
        const Outcome<Digest> digest = parse_digest("--chain", args.text("chain"));
        if (!digest) return fail(digest.error());
        chain = ChainId{*digest};
    }
    if (args.has("epochs")) {
        const auto bytes = client::read_file(args.text("epochs"), audit::epoch_proof_size_max);
        if (!bytes) return fail(bytes.error());
        const auto file = audit::decode_epoch_proof(*bytes);
        if (!file) return Result<audit::Epochs, audit::Error>{fail(file.error())};
        return audit::follow(*file, *chain);
    }
    const auto bytes = client::read_file(args.text("genesis"), genesis_file_max);
    if (!bytes) return fail(bytes.error());
    const auto genesis = ledger::decode_genesis(*bytes);
    if (!genesis) {
        return fail(about("--genesis", bad_value("'" + args.text("genesis") + "' isn't a genesis document: " +
                                                 std::string{describe(genesis.error())})));
    }
    const ChainId id = ledger::chain_id(*bytes);
    if (chain && *chain != id) return fail(about("--genesis", bad_value("it is of another chain than --chain")));
    return Result<audit::Epochs, audit::Error>{audit::Epochs{*genesis, id}};
}

Answer not_proved(std::string_view code, std::string_view why, std::string_view hint) {
    Answer answer;
    answer.value = Value::object({{"verdict", "failed"}, {"code", code}, {"detail", why}, {"hint", hint}});
    answer.text = "FAILED: " + std::string{why} + " [" + std::string{code} + "]\n  hint: " + std::string{hint};
    answer.exit = exit_code::verification_failed;
    return answer;
}

Problem later_epoch(ByteView evidence, const Args& args) {
    const auto charge = audit::read_evidence(evidence);
    const std::string number = charge ? std::to_string(charge->epoch.value) : "?";
    const bool by_genesis = args.has("genesis");
    return bad_value("'" + printable(args.text("FILE")) + "' is about epoch " + number + ", of whose validators " +
                         (by_genesis ? "the genesis document" : "the file with epochs") + " doesn't tell",
                     {by_genesis ? "give --epochs FILE with --chain ID" : "give a newer file as --epochs",
                      "datadeed audit replay --write-epochs FILE makes one from a copy of the chain",
                      "if no copy is so far, the evidence may be of another chain"});
}

Answer proved(const audit::EvidenceReport& report, const ChainId& chain) {
    Value statements = Value::array();
    std::string text = "PROVED  " + charge_text(report.accused.value, report.charge);
    for (const std::string& statement : report.statements) {
        statements.push(statement);
        text += "\n  it said    " + statement;
    }
    text += "\n  signed by  " + to_hex(report.vote_key.value) + ", its vote key in epoch " +
            std::to_string(report.charge.epoch.value) + "\n  chain      " + to_hex(chain.value) + "\n  evidence   " +
            to_hex(report.id.value);
    return {.value = Value::object({{"verdict", "proved"},
                                    {"id", to_hex(report.id.value)},
                                    {"offence", name(report.charge.offence)},
                                    {"accused", report.accused.value},
                                    {"epoch", report.charge.epoch.value},
                                    {"view", report.charge.view},
                                    {"height", report.charge.height.value},
                                    {"vote_key", to_hex(report.vote_key.value)},
                                    {"chain", to_hex(chain.value)},
                                    {"statements", std::move(statements)}}),
            .text = std::move(text)};
}

Outcome<Answer> audit_evidence(Context& /*context*/, const Args& args) {
    const bool by_epochs = args.has("epochs") && args.has("chain") && !args.has("genesis");
    const bool by_genesis = args.has("genesis") && !args.has("epochs");
    if (!by_epochs && !by_genesis) {
        return fail(bad_value("by whose keys it is to be checked must be said in one way",
                              {"give --epochs FILE together with --chain ID, or --genesis FILE"}));
    }
    const auto bytes = client::read_file(args.text("FILE"), evidence_file_max);
    if (!bytes) return fail(bytes.error());
    const auto epochs = read_epochs(args);
    if (!epochs) return fail(epochs.error());
    if (!*epochs) {
        const audit::Error error = epochs->error();
        return not_proved(audit::code(error), audit::describe(error), audit::advice(error));
    }
    const auto report = audit::check_evidence(*bytes, **epochs);
    // That says something about the epochs that were given, and nothing about the evidence.
    if (!report && report.error() == ledger::Refusal::evidence_epoch_unknown) {
        return fail(later_epoch(*bytes, args));
    }
    if (!report) return not_proved(code(report.error()), describe(report.error()), advice(report.error()));
    return proved(*report, (*epochs)->chain());
}

}  // namespace

std::string charge_text(const std::string& accused, const ledger::Charge& charge) {
    std::string where = "epoch " + std::to_string(charge.epoch.value) + ", view " + std::to_string(charge.view);
    if (charge.height != Height{}) where += ", block " + std::to_string(charge.height.value);
    return accused + " " + std::string{describe(charge.offence)} + " (" + where + ")";
}

std::string evidence_text(const Value& body) {
    const std::string seen_by = shown_text(body, "seen_by");
    std::string text;
    std::size_t listed = 0;
    std::size_t held = 0;
    for (const auto& [part, count] : {std::pair{"items", &listed}, {"held", &held}}) {
        const Value::Array* const items = body.array_at(part);
        for (const Value& item : items == nullptr ? Value::Array{} : *items) {
            ++*count;
            text +=
                item_text(item) + "\n  evidence " + shown_text(item, "id") + "\n  " + status_text(item, seen_by) + "\n";
        }
    }
    text += with_separators(listed) + " on the chain, " + with_separators(held) + " more held by " + seen_by + "\n";
    if (listed + held > 0) text += "what follows from it the validators vote on: datadeed net propose\n";
    return text;
}

Value convicted_json(const std::vector<ledger::EvidenceRecord>& convicted) {
    Value list = Value::array();
    for (const ledger::EvidenceRecord& record : convicted) list.push(json::to_json(record));
    return list;
}

// Who contradicted itself, by evidence on the chain, for people.
std::string convicted_text(const std::vector<ledger::EvidenceRecord>& convicted) {
    std::string text;
    for (const ledger::EvidenceRecord& record : convicted) {
        const ledger::Charge charge{.offence = record.offence,
                                    .epoch = record.epoch,
                                    .view = record.view,
                                    .height = record.height,
                                    .validator = 0};
        text += "\n  CONVICTED   " + charge_text(record.accused.value, charge) + ", reported by " +
                record.reporter.value + " in block " + std::to_string(record.reported.value);
    }
    return text;
}

Command net_evidence_command() {
    return {.group = "net",
            .name = "evidence",
            .summary = "show which validators contradicted themselves: what is on the chain, and what the node holds",
            .options = {{"EVIDENCE", Takes::text, false, "one piece's id, 64 hexadecimal digits: with its words"},
                        {"--out", Takes::text, false, "a file to make with that piece's bytes"}},
            .examples = {"datadeed --profile operator.toml net evidence",
                         "datadeed --profile operator.toml net evidence ID --out node-2.evidence"},
            .run = show_evidence};
}

Command net_report_command() {
    return {.group = "net",
            .name = "report",
            .summary = "put evidence against a validator on the chain",
            .options = {{"EVIDENCE", Takes::text, true, "a file with evidence, or the id of what the node holds"}},
            .examples = {"datadeed --profile node-0.toml net report ID",
                         "datadeed --profile owner.toml net report node-2.evidence"},
            .run = report_piece};
}

Command audit_evidence_command() {
    return {.group = "audit",
            .name = "evidence",
            .summary = "check evidence offline: which validator contradicted itself, and by which words",
            .options = {{"FILE", Takes::text, true, "the file that net evidence --out made"},
                        {"--chain", Takes::text, false, "the chain's id, in hex, from elsewhere"},
                        {"--epochs", Takes::text, false,
                         "how the validators changed, as audit replay writes it; with --chain"},
                        {"--genesis", Takes::text, false,
                         "instead: the genesis document, whose validators are the first ones"}},
            .examples = {"datadeed audit evidence node-2.evidence --epochs chain.epochs --chain ID",
                         "datadeed audit evidence node-2.evidence --genesis genesis.cbor"},
            .run = audit_evidence};
}

}  // namespace datadeed::cli
