#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "cli/command.h"
#include "cli/context.h"
#include "ledger/operation.h"

// What several commands do alike: sign, submit and wait; read; list by pages.

namespace datadeed::cli {

struct Submitted {
    ledger::TxId tx{};
    std::optional<client::Final> final{};  // nothing with --no-wait

    // {"tx","height","index","time_ms"}, or {"tx","status":"accepted"} with --no-wait.
    [[nodiscard]] json::Value to_json() const;
    // "final in block 7 (3f9a21c0..b271)", or "accepted (...)".
    [[nodiscard]] std::string to_text() const;
};

// Signs as the profile's member, says the id on standard error, submits, and waits unless --no-wait.
[[nodiscard]] Outcome<Submitted> submit(Context& context, std::vector<ledger::Operation> operations);

// What standard error gets when somebody stops waiting for this transaction: for InterruptNotice.
[[nodiscard]] std::string notice_of(const Context& context, const ledger::TxId& tx);

// As submit, answered: `what` begins the text for people.
[[nodiscard]] Outcome<Answer> submit_and_answer(Context& context, ledger::Operation operation, std::string_view what);

// Reads /v1/... with --timeout.
[[nodiscard]] Outcome<json::Value> read(Context& context, const std::string& target);

// As read, for the state after this block; waits for a node that is a moment behind.
[[nodiscard]] Outcome<json::Value> read_at(Context& context, const std::string& target, Height height);

// Asks again while the refusal is `code`, which a node that is a moment behind gives.
template <class Ask>
auto ask_while(std::string_view code, client::Deadline deadline, const Ask& ask) {
    constexpr std::chrono::milliseconds pause{30};
    while (true) {
        auto answer = ask();
        const bool behind = !answer && answer.error().code == code;
        if (!behind || std::chrono::steady_clock::now() + pause >= deadline) return answer;
        std::this_thread::sleep_for(pause);
    }
}

// What one node says of itself (GET /v1/node), whichever others there are.
[[nodiscard]] Outcome<json::Value> status_of(const client::Profile& profile, const client::Signer& signer,
                                             const client::NodeAddress& node, client::Deadline deadline);

// Reads, and shows people the object under `name`.
[[nodiscard]] Outcome<Answer> show(Context& context, const std::string& target, std::string_view name);

// The flags of a list command: --all, --limit, --after.
[[nodiscard]] std::vector<Option> list_options();

struct ListQuery {
    std::string path{};                    // "/v1/data"
    std::string filter{};                  // "owner=x&", or empty
    bool one_height{};                     // whether all pages are read at the height of the first
    std::vector<std::string> told_once{};  // members of the first page alone: of the answer too
};

// {"items","total","more"[,"next"]}, with "total_is_at_least" where the node counted no further: one page, or all of it
// with --all.
[[nodiscard]] Outcome<json::Value> list(Context& context, const Args& args, const ListQuery& query);
// The same, of pages that come from `read_page`. Code: net.bad_answer for a page that leads back to one already read,
// as no node of ours gives. Cursors that are always new aren't noticed.
using ReadPage = std::function<Outcome<json::Value>(const std::string& target)>;
[[nodiscard]] Outcome<json::Value> list(const ReadPage& read_page, const Args& args, const ListQuery& query);

// The last page with the items of all. `whole`: they are the list from its first item on, and so their number is its
// total, where the node counted no further than to its bound.
[[nodiscard]] json::Value with_all_items(const json::Value& last, json::Value::Array items, bool whole);

// "?at_height=7" when --at-height was given.
[[nodiscard]] std::string at_height_query(const Args& args);

// Names and values in two columns, for people; names that end in _ms are times.
[[nodiscard]] std::string describe(const json::Value& object);

// How many items the whole list has, in words for people: "3,648", or "10,000 or more".
[[nodiscard]] std::string total_of(const json::Value& list);

// A list's rows as a table: for each column the member's name and its heading.
struct Column {
    std::string_view member{};
    std::string_view heading{};
};
[[nodiscard]] std::string describe_list(const json::Value& list, const std::vector<Column>& columns);

// A digest on the command line. Code: usage.value, with the option's name.
[[nodiscard]] Outcome<Digest> parse_digest(std::string_view option, const std::string& text);

// The problem with the option's name before it: "--until: ...".
[[nodiscard]] Problem about(std::string_view option, Problem problem);

// A problem of usage: code usage.value.
[[nodiscard]] Problem bad_value(std::string title, std::vector<std::string> hint = {});

}  // namespace datadeed::cli
