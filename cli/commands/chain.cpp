#include "cli/commands/commands.h"
#include "cli/commands/helpers.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "client/files.h"

// What the chain itself shows: transactions, blocks, nodes.

namespace datadeed::cli {
namespace {

Outcome<ledger::TxId> tx_of(const Args& args) {
    const Outcome<Digest> digest = parse_digest("TX", args.text("TX"));
    if (!digest) return fail(digest.error());
    return ledger::TxId{*digest};
}

Outcome<Answer> show_tx(Context& context, const Args& args) {
    const Outcome<ledger::TxId> tx = tx_of(args);
    if (!tx) return fail(tx.error());
    return show(context, "/v1/tx/" + to_hex(tx->value), {});
}

Outcome<Answer> wait_tx(Context& context, const Args& args) {
    const Outcome<ledger::TxId> tx = tx_of(args);
    if (!tx) return fail(tx.error());
    const Outcome<client::Session*> session = context.session();
    if (!session) return fail(session.error());
    const InterruptNotice notice{notice_of(context, *tx)};
    const Outcome<client::Final> final = (*session)->nodes().wait_for(*tx, context.take_deadline());
    if (!final) return fail(final.error());
    const Submitted submitted{.tx = *tx, .final = *final};
    return Answer{.value = submitted.to_json(), .text = submitted.to_text()};
}

// Once the transaction is final, a node that doesn't know it is only a moment behind.
Outcome<Bytes> get_receipt(Context& context, client::Session& session, const ledger::TxId& tx) {
    const InterruptNotice notice{notice_of(context, tx)};
    const client::Deadline deadline = context.take_deadline();
    const Outcome<client::Final> final = session.nodes().wait_for(tx, deadline);
    if (!final) return fail(final.error());
    const std::string target = "/v1/tx/" + to_hex(tx.value) + "/receipt";
    return ask_while("tx.not_found", deadline, [&] { return session.nodes().get_bytes(target, deadline); });
}

Outcome<Answer> receipt(Context& context, const Args& args) {
    const Outcome<ledger::TxId> tx = tx_of(args);
    if (!tx) return fail(tx.error());
    const Outcome<client::Session*> session = context.session();
    if (!session) return fail(session.error());
    const std::string id = to_hex(tx->value);
    const Outcome<Bytes> bytes = get_receipt(context, **session, *tx);
    if (!bytes) return fail(bytes.error());
    const std::string& file = args.text("output");
    if (Outcome<void> written = client::create_file(file, *bytes, client::Mode::shared); !written) {
        return fail(written.error());
    }
    return Answer{.value = json::Value::object({{"tx", id}, {"file", file}, {"bytes", bytes->size()}}),
                  .text = "wrote " + file + "\ncheck it offline: datadeed audit receipt " + file + " --policy FILE"};
}

Outcome<Answer> show_block(Context& context, const Args& args) {
    return show(context, "/v1/blocks/" + std::to_string(args.number("HEIGHT").value_or(0)), {});
}

// One row for each node of the profile, whether it answers or not.
Outcome<Answer> node_status(Context& context, const Args& args) {
    (void)args;
    const Outcome<client::Session*> session = context.session();
    if (!session) return fail(session.error());
    Outcome<json::Value> first = (*session)->nodes().get("/v1/node", context.take_deadline());
    if (!first) return fail(first.error());
    json::Value rows = json::Value::array();
    for (const client::NodeAddress& node : (*session)->profile().nodes) {
        json::Value row = json::Value::object({{"name", node.name}, {"api", node.api}});
        Outcome<json::Value> answer =
            status_of((*session)->profile(), (*session)->signer(), node, context.take_deadline());
        for (const std::string_view member : {"role", "state", "height", "epoch", "view", "primary"}) {
            const json::Value* const value = answer ? answer->find(member) : nullptr;
            row.set(member, value == nullptr ? json::Value{} : *value);
        }
        if (!answer) row.set("state", "unreachable");
        rows.push(std::move(row));
    }
    const std::uint64_t total = rows.as_array()->size();
    const json::Value list = json::Value::object({{"items", rows}, {"total", total}});
    std::string text = describe_list(list, {{"name", "NODE"},
                                            {"role", "ROLE"},
                                            {"state", "STATE"},
                                            {"height", "HEIGHT"},
                                            {"epoch", "EPOCH"},
                                            {"view", "VIEW"},
                                            {"primary", "PRIMARY"},
                                            {"api", "API"}});
    first->set("nodes", std::move(rows));
    return Answer{.value = std::move(*first), .text = std::move(text)};
}

}  // namespace

std::vector<Command> tx_commands() {
    const Option tx{"TX", Takes::text, true, "the transaction's id, 64 hexadecimal digits"};
    return {{.group = "tx",
             .name = "show",
             .summary = "show a transaction: its place, its signer, what it did",
             .options = {tx},
             .examples = {"datadeed --profile owner.toml tx show TX"},
             .run = show_tx},
            {.group = "tx",
             .name = "wait",
             .summary = "wait until a transaction is final",
             .options = {tx},
             .examples = {"datadeed --profile owner.toml tx wait TX --timeout 60"},
             .run = wait_tx},
            {.group = "tx",
             .name = "receipt",
             .summary = "get the receipt of a transaction, which anyone can check offline",
             .options = {tx, {"-o,--output", Takes::text, true, "the file to make; an existing one isn't overwritten"}},
             .examples = {"datadeed --profile owner.toml tx receipt TX -o visits.tlog-proof"},
             .run = receipt}};
}

std::vector<Command> block_commands() {
    return {{.group = "block",
             .name = "show",
             .summary = "show a block: its roots, its transactions, who certified it",
             .options = {{"HEIGHT", Takes::number, true, "its number; the first block is 1"}},
             .examples = {"datadeed --profile regulator.toml block show 1"},
             .run = show_block}};
}

std::vector<Command> node_commands() {
    return {{.group = "node",
             .name = "status",
             .summary = "show each node of the profile: height, view, primary, state",
             .options = {},
             .examples = {"datadeed --profile operator.toml node status"},
             .run = node_status}};
}

}  // namespace datadeed::cli
