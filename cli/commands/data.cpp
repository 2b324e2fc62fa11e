#include <algorithm>

#include "cli/commands/commands.h"
#include "cli/commands/helpers.h"
#include "cli/exit_codes.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "client/import.h"
#include "client/import_check.h"
#include "http/message.h"

// Data sets: registered, listed, and sold or given in shares.

namespace datadeed::cli {
namespace {

constexpr std::size_t failures_shown_max = 20;

std::string path_of_data(const Args& args) {
    return "/v1/data/" + http::percent_encode(args.text("ID"));
}

Outcome<Answer> register_one(Context& context, const Args& args) {
    std::optional<Digest> commitment;
    if (args.has("commitment")) {
        const Outcome<Digest> digest = parse_digest("--commitment", args.text("commitment"));
        if (!digest) return fail(digest.error());
        commitment = *digest;
    }
    const std::string& id = args.text("id");
    const ledger::RegisterData operation{.data = ledger::DatasetId{id},
                                         .title = args.text("title"),
                                         .type = args.text("type"),
                                         .commitment = commitment};
    Outcome<Answer> answer = submit_and_answer(context, operation, "registered " + id);
    if (answer) answer->value.set("data", id);
    return answer;
}

json::Value to_json(std::span<const client::ImportFailure> failures) {
    json::Value failed = json::Value::array();
    for (const client::ImportFailure& failure : failures) {
        failed.push(json::Value::object({{"line", failure.line}, {"code", failure.code}, {"detail", failure.detail}}));
    }
    return failed;
}

std::string to_text(std::span<const client::ImportFailure> failures, std::uint64_t total) {
    std::string text;
    const std::size_t shown = std::min(failures.size(), failures_shown_max);
    for (const client::ImportFailure& failure : failures.first(shown)) {
        text +=
            "  line " + std::to_string(failure.line) + ": " + printable(failure.detail) + "  [" + failure.code + "]\n";
    }
    if (total > shown) text += "  ... all of them with --json\n";
    return text;
}

Answer answer_of(const client::ImportResult& result) {
    return {.value = json::Value::object({{"registered", result.registered},
                                          {"skipped", result.skipped},
                                          {"failed", to_json(result.failed)},
                                          {"failed_total", result.failed_total}}),
            .text = with_separators(result.registered) + " registered, " + with_separators(result.skipped) +
                    " skipped (registered before, or twice in the table), " + with_separators(result.failed_total) +
                    " failed\n" + to_text(result.failed, result.failed_total),
            .exit = result.failed_total == 0 ? exit_code::done : exit_code::partly_done};
}

// Ids are for ever, so the first row shows what the columns make of one.
Answer answer_of(const client::ImportCheck& check) {
    const std::uint64_t good = check.rows - check.repeated - check.failed_total;
    Answer answer{.value = json::Value::object({{"rows", check.rows},
                                                {"registered", std::uint64_t{0}},
                                                {"skipped", check.repeated},
                                                {"failed", to_json(check.failed)},
                                                {"failed_total", check.failed_total},
                                                {"dry_run", true}}),
                  .text = with_separators(good) + " rows can be registered unless their id is taken, " +
                          with_separators(check.repeated) + " repeat another row, " +
                          with_separators(check.failed_total) + " can't; nothing was sent\n",
                  .exit = check.failed_total == 0 ? exit_code::done : exit_code::partly_done};
    if (check.first) {
        answer.value.set("first", json::Value::object({{"id", check.first->id}, {"title", check.first->title}}));
        answer.text +=
            "  the first: id '" + printable(check.first->id) + "', title '" + printable(check.first->title) + "'\n";
    }
    answer.text += to_text(check.failed, check.failed_total);
    return answer;
}

Problem import_interrupted() {
    return {.code = client::code::interrupted,
            .title = "interrupted: some rows are registered, others not",
            .detail = "each row is a transaction of its own",
            .hint = {"run it again: rows that are registered are skipped"},
            .status = 499};
}

Outcome<Answer> import_table(Context& context, const Args& args) {
    const client::ImportPlan plan{.file = args.text("FILE"),
                                  .id_columns = args.list("id-columns"),
                                  .title_column = args.text("title-column"),
                                  .type = args.has("type") ? args.text("type") : "table"};
    if (args.flag("dry-run")) {
        const Outcome<client::ImportCheck> check = client::check_rows(plan);
        if (!check) return fail(check.error());
        return answer_of(*check);
    }
    const Outcome<std::uint64_t> rows = client::count_rows(plan);
    if (!rows) return fail(rows.error());
    const Outcome<client::Session*> session = context.session();
    if (!session) return fail(session.error());
    client::ImportOptions options;
    options.row_timeout = std::max<std::chrono::milliseconds>(options.row_timeout, context.globals().timeout);
    Outcome<client::ImportResult> result{};
    {
        const InterruptNotice notice{error_output(import_interrupted(), {}, context.globals().json)};
        ProgressBar bar{"importing", *rows, context.shows_progress()};
        options.progress = [&bar](std::uint64_t done) { bar.update(done); };
        result = client::import_rows(**session, plan, options);
    }
    if (!result) return fail(result.error());
    return answer_of(*result);
}

Outcome<Answer> list_data(Context& context, const Args& args) {
    const std::string filter = args.has("owner") ? "owner=" + http::percent_encode(args.text("owner")) + "&" : "";
    Outcome<json::Value> found = list(context, args, {.path = "/v1/data", .filter = filter, .one_height = true});
    if (!found) return fail(found.error());
    std::string text =
        describe_list(*found, {{"id", "ID"}, {"title", "TITLE"}, {"type", "TYPE"}, {"registrant", "REGISTRANT"}});
    return Answer{.value = std::move(*found), .text = std::move(text)};
}

Outcome<Answer> show_data(Context& context, const Args& args) {
    return show(context, path_of_data(args) + at_height_query(args), "data");
}

Outcome<Answer> transfer(Context& context, const Args& args) {
    const std::uint64_t share = args.number("share").value_or(0);
    if (share < 1 || share > ledger::whole.value) {
        return fail(bad_value("--share: " + std::to_string(share) + " is not 1 to 10000 basis points",
                              {"--share 10000 is the whole, --share 2500 a quarter"}));
    }
    const ledger::TransferOffer operation{.data = ledger::DatasetId{args.text("ID")},
                                          .to = ledger::MemberId{args.text("to")},
                                          .share = ledger::ShareBp{static_cast<std::uint32_t>(share)}};
    return submit_and_answer(context, operation, "offered to " + args.text("to"));
}

Outcome<Answer> accept(Context& context, const Args& args) {
    return submit_and_answer(context, ledger::TransferAccept{.data = ledger::DatasetId{args.text("ID")}}, "accepted");
}

Outcome<Answer> withdraw(Context& context, const Args& args) {
    const ledger::TransferWithdraw operation{.data = ledger::DatasetId{args.text("ID")},
                                             .to = ledger::MemberId{args.text("to")}};
    return submit_and_answer(context, operation, "withdrawn");
}

Command register_command() {
    return {.group = "data",
            .name = "register",
            .summary = "register a data set; whoever registers it owns the whole of it",
            .options = {{"--id", Takes::text, true, "its name for ever, at most 128 bytes"},
                        {"--title", Takes::text, true, "one line for people, at most 256 bytes"},
                        {"--type", Takes::text, true, "what it is: table, images, ..."},
                        {"--commitment", Takes::text, false,
                         "SHA-256 in hexadecimal of what may have to be shown one day"}},
            .examples = {"datadeed --profile owner.toml data register --id clinic/visits-2025 --title 'Visits of 2025' "
                         "--type table"},
            .run = register_one};
}

Command import_command() {
    return {.group = "data",
            .name = "import",
            .summary = "register a data set for each row of a CSV table",
            .options = {{"FILE", Takes::text, true, "the table: RFC 4180, UTF-8, its first line names the columns"},
                        {"--id-columns", Takes::list, true, "columns whose values, joined with '/', are the id"},
                        {"--title-column", Takes::text, true, "the column with the title"},
                        {"--type", Takes::text, false, "the type of all of them (table)"},
                        {"--dry-run", Takes::nothing, false, "check every row and show the first, send nothing"}},
            .examples = {"datadeed --profile owner.toml data import catalogue.csv --id-columns Package,Item "
                         "--title-column Title",
                         "datadeed data import catalogue.csv --id-columns Package,Item --title-column Title --dry-run"},
            .run = import_table};
}

Command list_data_command() {
    std::vector<Option> options = list_options();
    options.push_back({"--owner", Takes::text, false, "only those of which this member owns a share"});
    return {.group = "data",
            .name = "list",
            .summary = "list data sets by id",
            .options = std::move(options),
            .examples = {"datadeed --profile owner.toml data list --all",
                         "datadeed --profile user.toml data list --owner owner"},
            .run = list_data};
}

}  // namespace

std::vector<Command> data_commands() {
    const Option id{"ID", Takes::text, true, "the data set's id"};
    return {
        register_command(),
        import_command(),
        list_data_command(),
        {.group = "data",
         .name = "show",
         .summary = "show a data set: title, owners, manager, open offers",
         .options = {id, {"--at-height", Takes::number, false, "as it was after this block"}},
         .examples = {"datadeed --profile user.toml data show clinic/visits-2025"},
         .run = show_data},
        {.group = "data",
         .name = "transfer",
         .summary = "offer a share of the ownership to another member",
         .options = {id,
                     {"--to", Takes::text, true, "the member who may accept"},
                     {"--share", Takes::number, true, "basis points of the whole, 1 to 10000"}},
         .examples = {"datadeed --profile owner.toml data transfer clinic/visits-2025 --to repository --share 10000"},
         .run = transfer},
        {.group = "data",
         .name = "accept",
         .summary = "take over the share that was offered to you",
         .options = {id},
         .examples = {"datadeed --profile repository.toml data accept clinic/visits-2025"},
         .run = accept},
        {.group = "data",
         .name = "withdraw",
         .summary = "take back an open offer, or decline one made to you",
         .options = {id, {"--to", Takes::text, true, "the member to whom it was made"}},
         .examples = {"datadeed --profile owner.toml data withdraw clinic/visits-2025 --to repository"},
         .run = withdraw}};
}

}  // namespace datadeed::cli
