#include "tests/torture/verdict.h"

#include <algorithm>
#include <array>
#include <sstream>
#include <vector>

#include "audit/receipt.h"
#include "crypto/checkpoint.h"
#include "crypto/tlog_proof.h"
#include "node/fault.h"
#include "tests/support/child.h"

namespace datadeed::torture {
namespace {

using Codes = std::vector<std::string_view>;

struct Expected {
    std::string_view kind;  // how its name begins
    Codes codes;            // how the code may begin
};

// Longer names before those that they begin with.
const std::vector<Expected>& expectations() {
    static const std::vector<Expected> all = {
        {"chain/", {"chain.", "store.", "state.ahead_of_chain"}},
        {"state/", {"state."}},
        {"data/votes", {"votes."}},
        {"data/genesis.cbor", {"folder."}},
        {"data/format", {"folder."}},
        {"data/lock", {}},
        {"vote.key", {"keys.", "crypto.", "keyfile.", "file.too_large"}},
        {"link.key", {"keys.", "crypto.", "keyfile.", "file.too_large"}},
        {"cosign.key", {"keys.", "crypto.", "keyfile.", "file.too_large"}},
        {"passphrase", {"keys.", "file.too_large"}},
        // Whatever rule of a genesis document it breaks, else it is another chain's.
        {"genesis.cbor", {""}},
        // Paths, names and addresses stand in it: what they lead to is refused.
        {"node.toml", {"config.", "file.", "folder.", "keys.", "net.", "node."}},
    };
    return all;
}

bool is_expected(const std::string& kind, const std::string& code) {
    for (const Expected& expected : expectations()) {
        if (!kind.starts_with(expected.kind)) continue;
        return std::ranges::any_of(expected.codes, [&](std::string_view begin) { return code.starts_with(begin); });
    }
    return false;
}

// The exit status that docs/operations.md gives what has this code.
node::Exit exit_of(const std::string& code) {
    constexpr std::array<std::pair<std::string_view, node::Exit>, 4> made_elsewhere{{
        {"config.", node::Exit::usage},
        {"keyfile.", node::Exit::keys},
        {"net.", node::Exit::network},
        {"node.port_in_use", node::Exit::network},
    }};
    for (const auto& [begin, exit] : made_elsewhere) {
        if (code.starts_with(begin)) return exit;
    }
    const node::Exit exit = node::exit_for(code);
    return exit == node::Exit::internal ? node::Exit::wrong_chain : exit;  // a rule of genesis documents
}

// A note that a quorum signed states a root that the chain has at that size.
bool states_true_root(const Reference& reference, const crypto::Policy& policy, const std::string& note) {
    const auto verified = crypto::verify_checkpoint(policy, note);
    if (!verified) return false;
    const auto root = reference.roots.find(verified->checkpoint.size);
    return root != reference.roots.end() && root->second == to_hex(verified->checkpoint.root);
}

bool is_true_proof(const Reference& reference, const crypto::Policy& policy, const Question& question,
                   const std::string& body) {
    if (question.target == "/checkpoint") return states_true_root(reference, policy, body);
    const auto proof = crypto::parse_tlog_proof(body);
    return proof && audit::check_receipt(*proof, policy, std::nullopt) &&
           states_true_root(reference, policy, proof->checkpoint);
}

std::string text_in(const Answer& answer, std::string_view name) {
    const auto value = as_json(answer);
    return std::string{value ? value->text_at(name).value_or("") : ""};
}

// At its tip a node has the certificate that it gathered itself; the next block says which one all keep.
bool is_block_at_tip(const Question& question, std::uint64_t height) {
    return question.target == "/v1/blocks/" + std::to_string(height);
}

std::string without_certificate(const Answer& answer) {
    return answer.body.substr(0, answer.body.find("\"certificate\""));
}

// Answers that say what is missing or wrong, and don't claim anything else.
bool says_no(const Answer& answer, bool above_its_height) {
    const std::string code = text_in(answer, "code");
    if (above_its_height && answer.status == 404) return code.ends_with(".not_found") || code == "state.height_ahead";
    return answer.status == 503 && code == "receipt.not_ready";
}

}  // namespace

Verdict silent(std::string detail) {
    return {.fate = Fate::silent, .code = {}, .detail = std::move(detail)};
}

std::string_view name(Fate fate) {
    constexpr std::array<std::string_view, fates> names{"harmless", "refused", "silenced", "behind", "silent"};
    return names.at(static_cast<std::size_t>(fate));
}

LastWords last_words(const std::string& log) {
    LastWords words;
    std::istringstream lines{log};
    for (std::string line; std::getline(lines, line);) {
        const auto fault =
            line.find("\"node.fault\"") == std::string::npos ? std::nullopt : support::find_event(line, "node.fault");
        if (fault) {
            words = {.code = std::string{fault->text_at("code").value_or("")},
                     .hint = std::string{fault->text_at("hint").value_or("")}};
        }
        const std::size_t open = line.rfind('[');
        const bool is_error = line.starts_with("error: ") || line.find(": error: ") != std::string::npos;
        if (is_error && open != std::string::npos && line.ends_with(']')) {
            words.code = line.substr(open + 1, line.size() - open - 2);
            const std::size_t hint = line.rfind(" - ");  // of an error in a configuration
            words.hint = hint == std::string::npos ? "" : line.substr(hint + 3, open - hint - 3);
        } else if (line.starts_with("  try: ")) {
            words.hint = line.substr(7);
        }
    }
    return words;
}

Verdict judge_end(const std::string& kind, int status, const LastWords& words) {
    const std::string said = "it ended with status " + std::to_string(status) + " and [" + words.code + "]";
    if (words.code.empty()) return silent(said + ": no code");
    if (!is_expected(kind, words.code)) return silent(said + ": not what this file's damage should say");
    if (status != static_cast<int>(exit_of(words.code))) return silent(said);
    // A line with a place needs no more: the configuration says what it wants there.
    if (words.hint.empty() && !words.code.starts_with("config.")) return silent(said + ": no hint");
    return {.fate = Fate::refused, .code = words.code, .detail = {}};
}

Verdict judge_silence(const Damage& damage, std::uint64_t votes_known, const std::string& silence,
                      const Verdict& answers) {
    if (answers.fate == Fate::silent) return answers;
    if (silence == observes) {
        // One that has voted in a later epoch than its chain has come to waits for that.
        return answers.fate == Fate::behind ? answers : silent("it doesn't vote, though it lacks nothing");
    }
    const bool of_votes = damage.kind == "data/votes";
    if (!silence.empty()) {
        if (!of_votes || !is_expected(damage.kind, silence)) return silent("it votes no more: " + silence);
        return {.fate = Fate::silenced, .code = silence, .detail = {}};
    }
    if (of_votes && damage.offset < votes_known) return silent("it votes, though votes that its chain knows are gone");
    return answers;
}

Verdict judge_evidence(bool disowned, const Verdict& otherwise) {
    if (otherwise.fate == Fate::silent) return otherwise;
    if (otherwise.fate != Fate::harmless) return silent("damaged evidence costs it more than that");
    if (!disowned) return silent("it takes damaged evidence for sound");
    return {.fate = Fate::refused, .code = "evidence.damaged", .detail = {}};
}

std::optional<Verdict> judge_answers(const std::string& kind, const Reference& reference, const crypto::Policy& policy,
                                     const Ask& asks) {
    const std::optional<Answer> node = asks("/v1/node");
    if (!node) return std::nullopt;
    const auto status = as_json(*node);
    const std::uint64_t height = status ? status->unsigned_at("height").value_or(0) : 0;
    if (height > reference.height) return silent("it claims height " + std::to_string(height));
    bool differs = height != reference.height;
    for (const Question& question : reference.questions) {
        const std::optional<Answer> answer = asks(question.target);
        if (!answer) return std::nullopt;
        const Answer& wanted = reference.answers.at(question.target);
        if (*answer == wanted) continue;
        if (is_block_at_tip(question, height) && without_certificate(*answer) == without_certificate(wanted)) continue;
        differs = true;
        const std::string code = text_in(*answer, "code");
        if (answer->status == 503 && is_expected(kind, code) && !text_in(*answer, "hint").empty()) {
            return Verdict{.fate = Fate::refused, .code = code, .detail = {}};
        }
        const bool proof = question.rests_on_checkpoint && answer->status == 200 &&
                           is_true_proof(reference, policy, question, answer->body);
        const bool above = question.height > height || question.rests_on_checkpoint;
        if (!proof && !says_no(*answer, above)) {
            return silent("at height " + std::to_string(height) + " " + question.target + " is " +
                          std::to_string(answer->status) + " " + answer->body.substr(0, 300));
        }
    }
    return Verdict{.fate = differs ? Fate::behind : Fate::harmless, .code = {}, .detail = {}};
}

}  // namespace datadeed::torture
