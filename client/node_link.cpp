#include "client/node_link.h"

#include <algorithm>
#include <array>
#include <thread>

#include "client/answers.h"
#include "client/time_text.h"
#include "ledger/genesis.h"

namespace datadeed::client {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::uint64_t token_life_ms = 300'000;
constexpr std::uint64_t token_renewal_ms = 60'000;  // before the end of its life
constexpr seconds wait_max{5};                      // for finality, in one request
constexpr milliseconds reply_slack{3000};           // for the answer, on top of that
constexpr milliseconds genesis_patience{2000};      // a paused node never answers
constexpr milliseconds status_patience{1500};
constexpr milliseconds pause_min{20};
constexpr milliseconds pause_max{250};
constexpr milliseconds look_pause{50};
constexpr seconds not_found_grace{5};  // a transaction may reach the asked node a little later

milliseconds left(Deadline deadline) {
    const auto rest = std::chrono::duration_cast<milliseconds>(deadline - std::chrono::steady_clock::now());
    return std::max(rest, milliseconds{0});
}

void pause(milliseconds time, Deadline deadline) {
    std::this_thread::sleep_for(std::min(time, left(deadline)));
}

// Another node, or the same one a little later, may give another answer.
bool is_busy(unsigned status) {
    return status == 429 || status == 502 || status == 503 || status == 504;
}

// Open to all: no token is sent.
bool is_open(const HttpCall& call) {
    constexpr std::array<std::string_view, 4> open{"/v1/transactions", "/v1/genesis", "/checkpoint", "/tile/"};
    return std::ranges::any_of(open, [&call](std::string_view path) { return call.target.starts_with(path); });
}

// Whether a node's account of itself says that it lacks no block that others have. A connected validator whose height
// isn't known yet may be ahead: a node that has just started knows none.
bool is_at_tip(const json::Value& status) {
    const std::optional<std::string_view> state = status.text_at("state");
    if (state != "ready" && state != "changing_view") return false;
    const std::uint64_t height = status.unsigned_at("height").value_or(0);
    const auto may_be_ahead = [height](const json::Value& peer) {
        const std::uint64_t theirs = peer.unsigned_at("height").value_or(0);
        const bool validator = peer.bool_at("connected").value_or(false) && peer.bool_at("validator").value_or(false);
        return theirs > height || (validator && theirs == 0 && height > 0);
    };
    const json::Value::Array* const peers = status.array_at("peers");
    return peers == nullptr || std::ranges::none_of(*peers, may_be_ahead);
}

Problem wrong_chain(const NodeAddress& node, const ChainId& theirs, const ChainId& ours) {
    return {.code = code::wrong_chain,
            .title = "'" + node.name + "' at " + node.api + " belongs to another chain",
            .detail = "its chain is " + to_hex(theirs.value) + ", the profile's is " + to_hex(ours.value),
            .hint = {"use the profile of that chain, or correct the node's address"},
            .status = 409};
}

Problem unreachable(const std::string& reasons) {
    return {.code = code::unreachable,
            .title = "no node can be reached",
            .detail = reasons,
            .hint = {"check the addresses in the profile, and that the nodes run: datadeed dev status --dir DIR, or "
                     "the log of each"},
            .status = 503};
}

// A node that answers so has not taken the transaction; one that says 503 for another reason may have.
bool is_turned_away(std::string_view code) {
    return code == "node.no_quorum" || code == "node.overloaded" || code == "pool.full";
}

Problem pending(const ledger::TxId& tx) {
    const std::string id = to_hex(tx.value);
    return {.code = code::pending,
            .title = "transaction " + id + " is not final yet",
            .detail = "a node may have accepted it; it becomes final later, or expires",
            .hint = {"datadeed tx wait " + id, "give it longer with --timeout SECONDS"},
            .status = 504,
            .tx = id};
}

}  // namespace

NodeLink::NodeLink(const Profile& profile, const Signer& signer, std::unique_ptr<Transport> transport,
                   std::size_t first)
    : nodes_{profile.nodes},
      chain_{profile.chain},
      signer_{signer},
      transport_{std::move(transport)},
      current_{first % std::max<std::size_t>(profile.nodes.size(), 1)},
      tokens_(profile.nodes.size()) {}

const std::string& NodeLink::token_for(std::size_t node) {
    Token& token = tokens_[node];
    const TimeMs now = now_ms();
    if (token.text.empty() || now >= token.renew_at) {
        token.text = "Datadeed " + signer_.read_token(nodes_[node].name, TimeMs{now.value + token_life_ms});
        token.renew_at = TimeMs{now.value + token_life_ms - token_renewal_ms};
    }
    return token.text;
}

Outcome<void> NodeLink::check_chain(std::size_t node, Deadline deadline) {
    if (checked_.contains(node)) return {};
    const HttpCall call{.target = "/v1/genesis", .patience = genesis_patience};
    const Result<HttpReply, NoReply> reply = transport_->exchange(node, call, std::min(call.patience, left(deadline)));
    if (!reply) return fail(unreachable(reply.error().reason));
    if (reply->status != 200) return fail(to_problem(*reply));
    const ChainId theirs = ledger::chain_id(reply->body);
    if (theirs != chain_) return fail(wrong_chain(nodes_[node], theirs, chain_));
    checked_.insert(node);
    return {};
}

// The problem of a node that isn't reached has the code net.unreachable; any other problem is its answer.
Result<HttpReply, Problem> NodeLink::ask(std::size_t node, const HttpCall& call, Deadline deadline) {
    if (const Outcome<void> chain = check_chain(node, deadline); !chain) return fail(chain.error());
    HttpCall addressed = call;
    if (!is_open(call)) addressed.headers.emplace_back("Authorization", token_for(node));
    Result<HttpReply, NoReply> reply = transport_->exchange(node, addressed, std::min(call.patience, left(deadline)));
    if (!reply) {
        lost_ = lost_ || reply.error().sent;
        return fail(unreachable(reply.error().reason));
    }
    lost_ = lost_ || (reply->status == 503 && !is_turned_away(to_problem(*reply).code));
    return std::move(*reply);
}

NodeLink::Round NodeLink::ask_all(const HttpCall& call, Deadline deadline) {
    Round round;
    std::string reasons;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        const std::size_t node = (current_ + i) % nodes_.size();
        Result<HttpReply, Problem> reply = ask(node, call, deadline);
        if (reply && !is_busy(reply->status)) {
            current_ = node;
            round.reply = std::move(*reply);
            return round;
        }
        if (reply) {
            round.again = true;
            round.pause = std::min<milliseconds>(reply->retry_after.value_or(seconds{1}), pause_max);
        }
        const Problem problem = reply ? to_problem(*reply) : reply.error();
        const bool told = problem.code != code::unreachable;
        if (told) round.problem = problem;
        reasons += (reasons.empty() ? "" : "; ") + nodes_[node].name + ": " + (told ? problem.title : problem.detail);
    }
    if (round.problem.code.empty()) round.problem = unreachable(reasons);
    return round;
}

Outcome<HttpReply> NodeLink::exchange(const HttpCall& call, Deadline deadline) {
    lost_ = false;
    while (true) {
        Round round = ask_all(call, deadline);
        if (round.reply && round.reply->status >= 400) return fail(to_problem(*round.reply));
        if (round.reply) return std::move(*round.reply);
        if (!round.again || left(deadline) <= round.pause) return fail(std::move(round.problem));
        pause(round.pause, deadline);
    }
}

void NodeLink::prefer_current(Deadline deadline) {
    std::size_t best = current_;
    std::uint64_t best_height = 0;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        const std::size_t node = (current_ + i) % nodes_.size();
        const Result<HttpReply, Problem> reply =
            ask(node, {.target = "/v1/node", .patience = status_patience}, deadline);
        if (!reply || reply->status != 200) continue;
        const Outcome<json::Value> status = to_json(*reply);
        const std::uint64_t height = status ? status->unsigned_at("height").value_or(0) : 0;
        const bool at_tip = status && is_at_tip(*status);
        if (at_tip || height > best_height) {
            best = node;
            best_height = height;
        }
        if (at_tip) break;
    }
    current_ = best;
}

Outcome<json::Value> NodeLink::get(const std::string& target, Deadline deadline) {
    const Outcome<HttpReply> reply = exchange({.target = target}, deadline);
    if (!reply) return fail(reply.error());
    return to_json(*reply);
}

Outcome<Bytes> NodeLink::get_bytes(const std::string& target, Deadline deadline) {
    Outcome<HttpReply> reply = exchange({.target = target}, deadline);
    if (!reply) return fail(reply.error());
    return std::move(reply->body);
}

Outcome<std::optional<Final>> NodeLink::post(const SignedTransaction& tx, Deadline deadline, seconds wait) {
    HttpCall call{.method = "POST",
                  .target = "/v1/transactions",
                  .headers = {{"Content-Type", "application/cose"}},
                  .body = tx.bytes,
                  .patience = wait + reply_slack};
    if (wait > seconds{0}) call.headers.emplace_back("Prefer", "wait=" + std::to_string(wait.count()));
    const Outcome<HttpReply> reply = exchange(call, deadline);
    if (!reply) return fail(reply.error());
    if (reply->status != 200) return std::optional<Final>{};
    const Outcome<json::Value> body = to_json(*reply);
    if (!body) return fail(body.error());
    const Outcome<Final> final = to_final(*body);
    if (!final) return fail(final.error());
    return std::optional{*final};
}

Outcome<std::optional<Final>> NodeLink::look_up(std::size_t node, const ledger::TxId& tx, Deadline deadline) {
    const Result<HttpReply, Problem> reply = ask(node, {.target = "/v1/tx/" + to_hex(tx.value)}, deadline);
    if (!reply) return fail(reply.error());
    if (reply->status != 200) return fail(to_problem(*reply));
    const Outcome<json::Value> body = to_json(*reply);
    if (!body) return fail(body.error());
    if (body->text_at("status") != "committed") return std::optional<Final>{};
    const Outcome<Final> final = to_final(*body);
    if (!final) return fail(final.error());
    return std::optional{*final};
}

NodeLink::Known NodeLink::look_everywhere(const ledger::TxId& tx, Deadline deadline) {
    Known known;
    for (std::size_t i = 0; i < nodes_.size() && !known.final; ++i) {
        const Outcome<std::optional<Final>> found = look_up((current_ + i) % nodes_.size(), tx, deadline);
        known.accepted = known.accepted || found.has_value();
        if (found) known.final = *found;
    }
    return known;
}

Outcome<void> NodeLink::submit(const SignedTransaction& tx, Deadline deadline) {
    const Outcome<std::optional<Final>> posted = post(tx, deadline, seconds{0});
    if (!posted) return fail(posted.error());
    return {};
}

Outcome<Final> NodeLink::after_refusal(const Problem& refusal, const ledger::TxId& tx, Deadline deadline) {
    const Known known = look_everywhere(tx, deadline);
    if (known.final) return *known.final;
    return fail(refusal);
}

Outcome<Final> NodeLink::submit_and_wait(const SignedTransaction& tx, Deadline deadline) {
    bool maybe_taken = false;
    while (true) {
        const seconds wait = std::clamp(std::chrono::duration_cast<seconds>(left(deadline)), seconds{1}, wait_max);
        const Outcome<std::optional<Final>> posted = post(tx, deadline, wait);
        if (posted && *posted) return **posted;
        maybe_taken = maybe_taken || posted.has_value() || lost_;
        const bool out_of_reach = !posted && posted.error().code == code::unreachable;
        const bool busy = !posted && !out_of_reach && is_busy(posted.error().status);
        if (!posted && !out_of_reach && !busy) {
            // A refusal. It may come from a node that has seen an earlier copy of the same bytes go through.
            const bool seen = maybe_taken || posted.error().code == "tx.nonce_used";
            if (seen) return after_refusal(posted.error(), tx.id, deadline);
            return fail(posted.error());
        }
        if (out_of_reach && !maybe_taken) return fail(posted.error());
        // No node is asked with no time left to answer: silence would then say nothing of it.
        const milliseconds rest = posted ? pause_min : pause_max;
        if (left(deadline) <= rest) return fail(maybe_taken ? pending(tx.id) : posted.error());
        pause(rest, deadline);
    }
}

Outcome<Final> NodeLink::wait_for(const ledger::TxId& tx, Deadline deadline) {
    const Deadline give_up_finding = std::min(deadline, after(not_found_grace));
    while (true) {
        const Known known = look_everywhere(tx, deadline);
        if (known.final) return *known.final;
        if (!known.accepted) {
            const Outcome<json::Value> asked = get("/v1/tx/" + to_hex(tx.value), deadline);
            const bool unknown = !asked && asked.error().status == 404;
            if (!asked && !(unknown && left(give_up_finding) > look_pause)) return fail(asked.error());
        }
        if (left(deadline) <= look_pause) return fail(pending(tx));
        pause(look_pause, deadline);
    }
}

}  // namespace datadeed::client
